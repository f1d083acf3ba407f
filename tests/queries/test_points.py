"""Points are found by what people know of them, and silent ones are told."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from queries.latest import Latest
from queries.points import Box, PointFilter, Points, Status
from queries.silence import is_silent, patience, silent
from smartregion.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from smartregion.model import Assignment, Device, Place, Point, Record, Series, Site
from smartregion.region import parse
from store.registry.protocol import Interval, Sighting
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries

REGION = """
name = "Kreis"
[[tenants]]
key = "stadt"
name = "Stadt"
[[tenants]]
key = "dorf"
name = "Dorf"
[[applications]]
id = "wasser"
server = "localhost"
tenant = "stadt"
domain = "water"
key_env = "SMARTREGION_WASSER"
"""
NOW = 20_000 * DAY


class County:
    """A few points: two served, one that was heard too long ago, one that waits for its device."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOW)
        self.registry = SqlRegistry.open(folder / "registry.sqlite", parse(REGION))
        self.latest = Latest(self.registry, MemorySeries())
        self.points = Points(self.registry, self.latest, self.clock)
        self.registry.save_site(Site("rathaus", "dorf", "Altes Rathaus", Place(50.0, 10.0)))
        self.registry.save_point(Point("hauptzaehler", "dorf", "Hauptzähler", "rathaus", "energy"))
        self.registry.sight([Sighting("wasser", "a", NOW - MINUTE, place=Place(51.0, 11.0))])
        self.registry.sight([Sighting("wasser", "b", NOW - 4 * DAY), Sighting("wasser", "c", NOW - HOUR)])

    def found(self, **which: object) -> list[str]:
        return [row.point.id for row in self.points.find(PointFilter(**which))]  # type: ignore[arg-type]  # as told


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    made = County(tmp_path)
    yield made
    made.registry.close()


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ({}, ["a", "b", "c", "hauptzaehler"]),
        ({"tenant": "dorf"}, ["hauptzaehler"]),
        ({"domain": "water"}, ["a", "b", "c"]),
        ({"site": "rathaus"}, ["hauptzaehler"]),
        ({"text": "RATHAUS"}, ["hauptzaehler"]),
        ({"text": "zÄHL"}, ["hauptzaehler"]),
        ({"box": Box(9.9, 49.9, 10.1, 50.1)}, ["hauptzaehler"]),
        ({"box": Box(10.5, 50.5, 11.5, 51.5)}, ["a"]),
        ({"status": Status.SILENT}, ["b"]),
        ({"status": Status.ACTIVE}, ["a", "c"]),
        ({"status": Status.NEW}, ["hauptzaehler"]),
        ({"tenant": "stadt", "text": "b"}, ["b"]),
    ],
)
def test_filters_narrow_down(county: County, which: dict[str, object], expected: list[str]) -> None:
    assert county.found(**which) == expected


def test_the_list_goes_on_after_an_id(county: County) -> None:
    assert [row.point.id for row in county.points.find(PointFilter(), after="b")] == ["c", "hauptzaehler"]


def test_points_are_found_by_what_they_have_sent(county: County) -> None:
    county.latest.update([Record(Series("a", "wasser.a", "water.flow"), NOW, 1.0)])
    assert county.found(quantity="water.flow") == ["a"]


def test_an_assigned_device_serves_its_point_and_no_longer_its_own(county: County) -> None:
    county.registry.assign(Assignment("wasser.a", "hauptzaehler", NOW - DAY))
    county.registry.assign(Assignment("wasser.c", "hauptzaehler", NOW - DAY, None, ("water.flow",)))

    assert [device.id for device in county.points.serving("hauptzaehler")] == ["wasser.a", "wasser.c"]
    assert county.points.serving("a") == ()
    assert [device.id for device in county.points.serving("c")] == ["wasser.c"]
    row = county.points.row("hauptzaehler")
    assert row is not None
    assert (row.status, row.last_seen, row.place) == (Status.ACTIVE, NOW - MINUTE, Place(50.0, 10.0))


def test_a_device_serves_only_while_it_is_assigned(county: County) -> None:
    county.registry.assign(Assignment("wasser.a", "hauptzaehler", NOW + DAY))
    assert county.points.serving("hauptzaehler") == ()
    county.clock.advance(DAY / SECOND)
    assert [device.id for device in county.points.serving("hauptzaehler")] == ["wasser.a"]


def test_one_point_is_told_with_all_that_is_known_of_it(county: County) -> None:
    added = county.registry.assign(Assignment("wasser.a", "hauptzaehler", NOW - DAY))
    county.latest.update([Record(Series("hauptzaehler", "wasser.a", "water.flow"), NOW, 1.0)])
    detail = county.points.one("hauptzaehler")
    assert detail is not None
    assert detail.assignments == (added,)
    assert [each.series.quantity for each in detail.latest] == ["water.flow"]
    assert detail.row.site == Site("rathaus", "dorf", "Altes Rathaus", Place(50.0, 10.0))
    assert county.points.one("nowhere") is None


def test_silence_is_three_intervals_of_the_device_itself(county: County) -> None:
    county.registry.set_interval("wasser.c", Interval(0, 600.0, "configured"))
    assert county.found(status=Status.SILENT) == ["b", "c"]


DEVICE = Device("wasser.a", "wasser", "a", last_seen=NOW, interval=900.0)


def test_a_device_is_silent_after_three_intervals_and_not_before() -> None:
    assert not is_silent(DEVICE, NOW + 2700 * SECOND)
    assert is_silent(DEVICE, NOW + 2700 * SECOND + 1)
    assert not is_silent(replace(DEVICE, last_seen=None), NOW + DAY)


def test_a_device_of_unknown_interval_is_given_three_days() -> None:
    assert patience(replace(DEVICE, interval=None)) == 3 * 86_400


def test_the_longest_silent_comes_first() -> None:
    other = replace(DEVICE, id="wasser.b", last_seen=NOW - DAY)
    assert [each.id for each in silent([DEVICE, other], NOW + DAY)] == ["wasser.b", "wasser.a"]


def test_a_device_taken_out_of_service_is_retired_not_silent(county: County) -> None:
    # "b" was heard four days ago for the last time; its assignment ended a day later, when another took over.
    county.registry.assign(Assignment("wasser.b", "hauptzaehler", NOW - 10 * DAY, NOW - 3 * DAY))

    assert county.found(status=Status.RETIRED) == ["b"]
    assert county.found(status=Status.SILENT) == []
