"""From a chunk to settled readings: what is promised of each step, and of the whole."""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoders import catalogue
from decoders.decoder import Frame
from decoders.library import Library
from ingest.decoding import Decoding
from ingest.judging import Judge, import_source
from ingest.pipeline import Pipeline
from ingest.retrying import Retrying
from simulator.uplinks import render
from smartregion import timestamps
from smartregion.clock import DAY, HOUR
from smartregion.errors import Unavailable
from smartregion.model import Assignment, Decoded, Message, Point, Profile, Record, State
from smartregion.region import Region
from store.journal.memory import MemoryBook, MemoryLog
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries
from store.series.protocol import Written
from tests.ingest.conftest import frame
from tests.ingest.offering import library_with
from tests.ingest.test_wire import RICH
from tests.ingest.world import assert_balanced

NOW = timestamps.parse("2026-11-22T12:00:00Z")
DEVICE = "umwelt-sensorik.klima-01"


class PickySeries(MemorySeries):
    """A store that never takes one quantity, is away as often as it is told, and holds some tenants' readings."""

    def __init__(self, refused: str = "", away: int = 0, held: Sequence[str] = ()) -> None:
        super().__init__()
        self.refused = refused
        self.away = away
        self.in_trouble = held

    def write(self, records: Sequence[Record]) -> Written:
        if self.away:
            self.away -= 1
            raise Unavailable("the store is away")
        refused = {
            place: f"never {self.refused}"
            for place, record in enumerate(records)
            if record.series.quantity == self.refused
        }
        super().write(
            [
                record
                for place, record in enumerate(records)
                if place not in refused and record.series.tenant not in self.in_trouble
            ]
        )
        waiting = {record.series.tenant for record in records} & set(self.in_trouble)
        return Written(refused, dict.fromkeys(waiting, "the token is not valid any more"))


def make_region(**changes: object) -> Region:
    application: dict[str, object] = {
        "id": "umwelt-sensorik",
        "server": "localhost",
        "tenant": "musterstadt",
        "domain": "environment",
        "key_env": "SMARTREGION_KEY",
        "profiles": [{"device": "*", "brand": "milesight-iot", "model": "em300-th"}],
    }
    return Region.model_validate(
        {
            "name": "Kreis",
            "tenants": [{"key": "musterstadt", "name": "Musterstadt"}],
            "applications": [{**application, **changes}],
        }
    )


class Line:
    """A pipeline with everything it needs."""

    def __init__(
        self, folder: Path, series: MemorySeries | None = None, library: Library | None = None, **changes: object
    ) -> None:
        self.region = make_region(**changes)
        self.registry = SqlRegistry.open(folder / "registry.db", self.region)
        self.series = series or MemorySeries()
        self.log = MemoryLog()
        self.book = MemoryBook()
        self.pipeline = Pipeline(self.region, self.book, self.registry, self.series, lambda _: None, library)

    def take(self, *payloads: bytes, source: str = "mqtt", arrived_at: int = NOW) -> None:
        self.pipeline.take(self.log.append([Message(source, "", "", arrived_at, each) for each in payloads]))
        assert_balanced(self.book)

    def values(self) -> dict[tuple[str, str], float]:
        return {(series.point, series.quantity): sample.value for series, sample in self.series.latest()}

    def causes(self) -> list[tuple[str, str]]:
        return sorted((state, cause) for _, state, cause in self.book.causes())


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path)
    yield made
    made.registry.close()


def uplink(number: int = 1, time: int = NOW, device_id: str = "klima-01") -> bytes:
    return render(frame(number, time, device_id))


def test_a_frame_seen_twice_is_stored_once_and_counted_as_duplicate(line: Line) -> None:
    line.take(uplink(), uplink())
    line.take(uplink())

    (row,) = line.book.ledger()
    assert (row.received, row.stored, row.duplicate) == (3, 1, 2)


def test_one_poisoned_message_does_not_stop_its_neighbours(line: Line) -> None:
    line.take(uplink(1), b"{", uplink(2, NOW - HOUR))

    assert sum(row.stored for row in line.book.ledger()) == 2
    assert line.causes() == [("quarantined", "malformed")]


def test_while_the_store_is_away_nothing_is_settled_and_the_chunk_is_taken_again(tmp_path: Path) -> None:
    line = Line(tmp_path, PickySeries(away=1))
    chunk = line.log.append([Message("mqtt", "", "", NOW, uplink())])

    with pytest.raises(Unavailable):
        line.pipeline.take(chunk)
    assert line.book.ledger() == []

    line.pipeline.take(chunk)
    assert line.book.ledger()[0].stored == 1
    line.registry.close()


def test_a_tenant_whose_store_is_away_keeps_its_messages_queued_and_delays_nobody(tmp_path: Path) -> None:
    series = PickySeries(held=["musterstadt"])
    line = Line(tmp_path, series)
    line.take(uplink(1, NOW - HOUR), b"{")
    assert sorted((row.stored, row.queued, row.quarantined) for row in line.book.ledger()) == [(0, 0, 1), (0, 1, 0)]
    assert line.book.droppable(2**62) == []

    seconds = [0.0]
    retrying = Retrying(line.log, line.book, line.pipeline, lambda: seconds[0])
    assert retrying.step()
    assert not retrying.step()
    assert sum(row.queued for row in line.book.ledger()) == 1

    series.in_trouble = []
    assert not retrying.step()
    seconds[0] = 100.0
    assert retrying.step()
    assert sum(row.queued for row in line.book.ledger()) == 0
    assert sum(row.stored for row in line.book.ledger()) == 1
    assert ("klima-01", "air.temperature") in line.values()
    assert_balanced(line.book)
    line.registry.close()


def test_what_was_queued_may_still_turn_out_to_be_refused(tmp_path: Path) -> None:
    series = PickySeries(held=["musterstadt"], refused="device.battery_percent")
    line = Line(tmp_path, series)
    line.take(uplink(1, NOW - HOUR))
    assert [(row.stored, row.queued, row.quarantined) for row in line.book.ledger()] == [(0, 1, 0)]

    series.in_trouble = []
    assert Retrying(line.log, line.book, line.pipeline, lambda: 0.0).step()
    assert line.causes() == [("quarantined", "refused by the store")]
    assert_balanced(line.book)
    line.registry.close()


def test_a_refused_reading_quarantines_its_message_and_keeps_the_others(tmp_path: Path) -> None:
    line = Line(tmp_path, PickySeries(refused="device.battery_percent"))

    line.take(uplink(1), render(frame(2, NOW - HOUR)._replace(payload=bytes.fromhex("0367f600"))))

    (row,) = line.book.ledger()
    assert (row.stored, row.quarantined) == (1, 1)
    assert line.causes() == [("quarantined", "refused by the store")]
    assert ("klima-01", "air.relative_humidity") in line.values()
    line.registry.close()


def test_a_decoder_with_a_mistake_costs_only_its_own_frames(tmp_path: Path) -> None:
    def stumble(_frame: Frame) -> Decoded:
        raise IndexError("list index out of range")

    decoder = catalogue.find(Profile("bosch", "tps110"))
    assert decoder is not None
    line = Line(tmp_path, library=library_with(replace(decoder, read=stumble)))
    line.take(uplink(1, NOW - HOUR), uplink(1, NOW - HOUR, "platz-01"))
    line.registry.save_point(Point("platz", "musterstadt", "Parkplatz"))
    line.registry.assign(Assignment("umwelt-sensorik.platz-01", "platz", 0, parameters={"profile": "bosch/tps110"}))

    line.take(render(frame(2, NOW, "platz-01")._replace(f_port=1, payload=b"\x01")), uplink(2))

    assert line.causes() == [("quarantined", "decoder failed")]
    assert sum(row.stored for row in line.book.ledger()) == 3
    line.registry.close()


def test_what_decoded_a_frame_is_noted_in_the_book(line: Line) -> None:
    line.take(uplink(1), b"{")

    found = line.book.of_device("umwelt-sensorik", "klima-01", NOW, NOW + 1, 10)
    assert [each.decoder for each in found] == ["milesight-iot/em300-th 1.0.0"]


def test_values_out_of_their_range_are_left_out_and_the_rest_is_stored(line: Line) -> None:
    # 0x75 battery 255 %, temperature 24.6 °C.
    line.take(render(frame(1, NOW)._replace(payload=bytes.fromhex("0175ff0367f600"))))

    assert ("klima-01", "device.battery_percent") not in line.values()
    assert line.values()["klima-01", "air.temperature"] == pytest.approx(24.6)
    assert line.book.ledger()[0].stored == 1


@pytest.mark.parametrize("age", [-2 * HOUR, 32 * DAY])
def test_a_frame_too_far_from_its_arrival_is_implausible(line: Line, age: int) -> None:
    line.take(uplink(1, NOW - age))

    assert line.causes() == [("quarantined", "implausible time")]


def test_an_import_may_bring_old_frames_within_the_range_given(line: Line) -> None:
    old = NOW - 400 * DAY
    line.take(uplink(1, old), source="import")
    line.take(uplink(2, old), source=import_source(old - DAY, old + DAY))
    line.take(uplink(3, old), source=import_source(NOW - DAY, NOW))

    assert sum(row.stored for row in line.book.ledger()) == 2
    assert line.causes() == [("quarantined", "implausible time")]


def test_an_unknown_application_is_told_and_kept(line: Line) -> None:
    line.take(render(frame(1, NOW)._replace(application="fremd")))

    (kept,) = line.book.quarantined()
    assert (kept.application, kept.cause) == ("fremd", "unknown application")
    assert "[[applications]]" in kept.detail


def test_a_device_never_seen_becomes_a_device_and_a_point_of_its_own_id(line: Line) -> None:
    line.take(uplink())

    assert line.registry.own_point(DEVICE) == "klima-01"
    point = line.registry.point("klima-01")
    assert point is not None
    assert (point.tenant, point.domain) == ("musterstadt", "environment")


def test_readings_follow_the_assignment_in_force_and_radio_stays_with_the_device(line: Line) -> None:
    line.take(uplink(1, NOW - 2 * HOUR))
    line.registry.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    line.registry.assign(
        Assignment(DEVICE, "rathaus", NOW - HOUR, quantities=("air.temperature",), parameters={"note": "wall"})
    )
    line.take(uplink(2, NOW))

    points = {(series.point, series.quantity) for series, _ in line.series.latest()}
    assert ("rathaus", "air.temperature") in points
    assert ("rathaus", "air.relative_humidity") not in points
    assert ("rathaus", "radio.rssi") not in points
    assert ("klima-01", "air.temperature") in points


def test_the_profile_of_an_assignment_stands_before_the_region_file(line: Line) -> None:
    line.take(uplink(1, NOW - HOUR))
    line.registry.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    line.registry.assign(Assignment(DEVICE, "rathaus", NOW - 60, parameters={"profile": "elsys/ers"}))

    line.take(render(frame(2, NOW)._replace(f_port=5, payload=bytes.fromhex("0100e2"))))

    assert line.values()["rathaus", "air.temperature"] == pytest.approx(22.6)


def test_the_same_frame_gives_the_same_points(tmp_path: Path) -> None:
    kept = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        line = Line(tmp_path / folder)
        line.take(uplink(7))
        kept.append(sorted((series.quantity, *sample) for series, sample in line.series.latest()))
        line.registry.close()

    assert kept[0] == kept[1]


def test_a_wrong_profile_in_an_assignment_is_no_decoder(line: Line) -> None:
    line.take(uplink(1, NOW - HOUR))
    line.registry.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    line.registry.assign(Assignment(DEVICE, "rathaus", NOW - 60, parameters={"profile": "irgendwas"}))

    line.take(uplink(2, NOW))

    assert ("quarantined", "no decoder") in line.causes()


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(
        ["NaN", "\ud800", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-22T12:00:00Z", "a" * 200]
    ),
    st.lists(st.none(), max_size=2),
    st.dictionaries(st.text(max_size=5), st.none(), max_size=2),
)


def paths(value: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    found = [at] if at else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*at, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            found += paths(inner, (*at, index))
    return found


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(paths(RICH)), ODD)
def test_no_message_however_odd_stops_the_judge(path: tuple[str | int, ...], odd: object) -> None:
    message = copy.deepcopy(RICH)
    target: Any = message
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = odd

    judged = Judge(make_region()).judge(Message("mqtt", "", "", NOW, json.dumps(message).encode()), 0)

    assert judged.entry.state in State


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_stop_the_judge(payload: bytes) -> None:
    assert Judge(make_region()).judge(Message("mqtt", "", "", NOW, payload), 0).entry.state is State.QUARANTINED


def test_decoding_says_which_port_has_no_decoder(line: Line) -> None:
    decoding = Decoding(line.registry)
    application = make_region(profiles=[]).applications[0]
    parsed = Judge(line.region).judge(Message("mqtt", "", "", NOW, uplink()), 0).uplink
    assert parsed is not None

    with pytest.raises(Exception, match=r"device assign --profile"):
        decoding.decode(parsed, application)
