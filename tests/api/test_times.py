"""Times are written as `smartregion.timestamps` does, only quicker, and read as people write them."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.problems import Refusal
from api.times import Stamps, moment
from smartregion.timestamps import parse, render

BERLIN, KATHMANDU, AZORES = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("Atlantic/Azores")
ZONES = [BERLIN, KATHMANDU, AZORES, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")]
STAMPS = {zone: Stamps(zone) for zone in ZONES}
SECOND = 1_000_000_000


@given(st.sampled_from(ZONES), st.integers(-(2**62), 2**62), st.sampled_from([1, 1000, SECOND, 60 * SECOND]))
def test_any_time_is_written_alike(zone: ZoneInfo, time: int, grain: int) -> None:
    time = time // grain * grain
    assert STAMPS[zone].text(time) == render(time, zone)


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_both_days_of_changing_clocks_are_written_alike(day: str) -> None:
    start = moment(day, BERLIN, "from")
    for minute in range(0, 26 * 60, 7):
        time = start + minute * 60 * SECOND
        assert STAMPS[BERLIN].text(time) == render(time, BERLIN)
        assert parse(STAMPS[BERLIN].text(time)) == time


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-07-01", BERLIN, "2026-06-30T22:00:00Z"),
        ("2026-12-01", BERLIN, "2026-11-30T23:00:00Z"),
        ("2026-12-01T00:00:00Z", BERLIN, "2026-12-01T00:00:00Z"),
        ("2026-12-01T00:00:00+05:45", BERLIN, "2026-11-30T18:15:00Z"),
        ("2026-12-01T00:00:00 05:45", BERLIN, "2026-11-30T18:15:00Z"),
        ("2026-12-01T00:00:00.123456789Z", BERLIN, "2026-12-01T00:00:00.123456789Z"),
        ("2026-03-29", AZORES, "2026-03-29T01:00:00Z"),
    ],
)
def test_dates_begin_at_the_local_midnight(text: str, zone: ZoneInfo, expected: str) -> None:
    assert moment(text, zone, "from") == parse(expected)


@pytest.mark.parametrize("text", ["", "now", "2026-13-01", "2026-1-1", "20261122", "2026-11-22T10:00", "1600-01-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="write a date"):
        moment(text, BERLIN, "from")
