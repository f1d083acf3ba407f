"""The to-do list of whoever adds decoders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.missing import Missing, missing
from simulator.uplinks import render
from smartregion.clock import HOUR
from smartregion.model import Assignment, Point, Profile
from tests.ingest.conftest import frame
from tests.ingest.test_pipeline import NOW, Line

FLOW = Profile("acme", "flow-7")


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path, profiles=[])
    yield made
    made.registry.close()


def uplink(number: int, time: int, device_id: str, port: int = 3, profile: Profile | None = FLOW) -> bytes:
    return render(frame(number, time, device_id)._replace(f_port=port, payload=b"\x01", profile=profile))


def found(line: Line) -> list[Missing]:
    return missing(line.book, line.region, line.registry)


def test_devices_that_nothing_reads_are_told_by_profile_and_port_with_the_most_messages_first(line: Line) -> None:
    line.take(
        uplink(1, NOW - HOUR, "zaehler-01"),
        uplink(1, NOW, "zaehler-02", port=4),
        uplink(2, NOW, "zaehler-02"),
        uplink(1, NOW, "fremd-01", profile=None),
        b"{",
    )

    first, *others = found(line)

    assert first == Missing(
        "acme/flow-7",
        3,
        ("umwelt-sensorik.zaehler-01", "umwelt-sensorik.zaehler-02"),
        messages=2,
        decoded=False,
        first_seen=NOW - HOUR,
        last_seen=NOW,
    )
    assert [(each.profile, each.port) for each in others] == [("", 3), ("acme/flow-7", 4)]


def test_the_profile_is_what_the_assignment_says(line: Line) -> None:
    line.take(uplink(1, NOW, "fremd-01", profile=None))
    line.registry.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    line.registry.assign(
        Assignment("umwelt-sensorik.fremd-01", "rathaus", NOW - HOUR, parameters={"profile": "acme/flow-8"})
    )

    assert [each.profile for each in found(line)] == ["acme/flow-8"]


def test_nothing_is_missing_where_everything_is_understood(line: Line) -> None:
    line.take(render(frame(1, NOW)._replace(profile=Profile("milesight-iot", "em300-th"))))
    assert found(line) == []
