"""Gaps over the API: page by page, filtered, counted."""

from typing import TYPE_CHECKING

import pytest

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.gaps import Gap, GapCause, GapState
from store.registry.protocol import Interval
from tests.api.conftest import NOW

if TYPE_CHECKING:
    from tests.api.conftest import Api


@pytest.fixture
def gappy(county: "Api") -> "Api":
    """Three devices with a gap of each kind."""
    county.registry.set_interval("wasser.c", Interval(0, 600, "configured"))
    county.registry.gaps.put(
        [
            Gap("wasser.a", "wasser", NOW - DAY, NOW - DAY + HOUR, 5, 5, GapCause.CUT, GapState.REPAIRED, found=NOW),
            Gap("wasser.b", "wasser", NOW - 2 * HOUR, NOW - HOUR, 3, 1, GapCause.RADIO, GapState.LOST, 2, NOW),
            Gap("wasser.c", "wasser", NOW - HOUR, None, 3, cause=GapCause.SILENT, found=NOW - 30 * MINUTE),
        ]
    )
    return county


def test_a_gap_tells_what_is_missing_why_and_what_became_of_it(gappy: "Api") -> None:
    assert gappy.items("/v1/gaps?device=wasser.b") == [
        {
            "device": "wasser.b",
            "application": "wasser",
            "from": "2026-11-22T17:00:00+01:00",
            "to": "2026-11-22T18:00:00+01:00",
            "missing": 3,
            "repaired": 1,
            "cause": "radio",
            "state": "lost",
            "gaps": 2,
            "found": "2026-11-22T19:00:00+01:00",
        }
    ]


def test_of_a_silence_more_is_missing_by_the_hour(gappy: "Api") -> None:
    gappy.clock.advance(3600)

    (silence,) = gappy.items("/v1/gaps?cause=silent")

    assert (silence["to"], silence["missing"]) == (None, 12)


@pytest.mark.parametrize(
    ("asked", "devices"),
    [
        ("", ["wasser.c", "wasser.b", "wasser.a"]),
        ("state=open&state=lost", ["wasser.c", "wasser.b"]),
        ("application=gas", []),
        ("from=2026-11-22T00:00:00Z", ["wasser.c", "wasser.b"]),
        ("to=2026-11-22T00:00:00Z", ["wasser.a"]),
    ],
)
def test_gaps_are_filtered(gappy: "Api", asked: str, devices: list[str]) -> None:
    assert [each["device"] for each in gappy.items(f"/v1/gaps?{asked}")] == devices


def test_gaps_come_in_pages_the_newest_first(gappy: "Api") -> None:
    found = gappy.every_page("/v1/gaps?limit=1")

    assert [each["device"] for each in found] == ["wasser.c", "wasser.b", "wasser.a"]


def test_gaps_are_counted(gappy: "Api") -> None:
    found = gappy.items("/v1/gaps/counts")

    assert {(each["cause"], each["state"], each["gaps"], each["missing"], each["repaired"]) for each in found} == {
        ("cut", "repaired", 1, 5, 5),
        ("radio", "lost", 2, 3, 1),
        ("silent", "open", 1, 3, 0),
    }


@pytest.mark.parametrize("asked", ["state=gone", "cause=moon", "from=yesterday", "cursor=x", "colour=red"])
def test_what_makes_no_sense_is_refused(gappy: "Api", asked: str) -> None:
    assert gappy.get(f"/v1/gaps?{asked}").status_code == 422


def test_gaps_come_as_csv(gappy: "Api") -> None:
    answer = gappy.get("/v1/gaps?format=csv")

    assert answer.text.splitlines()[0] == "device,application,from,to,missing,repaired,cause,state,gaps,found"
    assert len(answer.text.splitlines()) == 4
