"""Calendar windows: right on the days with 23 and 25 hours, and in zones that are not whole hours from UTC."""

from datetime import UTC
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.windows import Size, Window, day_of, month_of, whole_hours, windows
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.timestamps import parse, render

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
SANTIAGO = ZoneInfo("America/Santiago")


def shown(cut: list[Window], zone: ZoneInfo) -> list[str]:
    return [render(window.start, zone) for window in cut]


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24), ("2026-06-21", 24)]
)
def test_a_day_has_as_many_hours_as_the_clock_shows(day: str, hours: int) -> None:
    noon = parse(f"{day}T12:00:00Z")

    window = day_of(noon, BERLIN)

    assert window.end - window.start == hours * HOUR
    assert len(windows(Size.HOUR, *window, BERLIN)) == hours
    assert len(windows(Size.QUARTER_HOUR, *window, BERLIN)) == hours * 4


def test_the_hour_that_comes_twice_gives_two_windows_with_different_offsets() -> None:
    start, end = parse("2026-10-25T02:00:00+02:00"), parse("2026-10-25T03:00:00+01:00")

    cut = windows(Size.HOUR, start, end, BERLIN)

    assert shown(cut, BERLIN) == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


def test_the_hour_that_is_left_out_gives_no_window() -> None:
    cut = windows(Size.HOUR, parse("2026-03-29T01:00:00+01:00"), parse("2026-03-29T04:00:00+02:00"), BERLIN)

    assert shown(cut, BERLIN) == ["2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"]


@pytest.mark.parametrize(
    ("size", "first", "last_end"),
    [
        (Size.DAY, "2026-05-13T00:00:00+02:00", "2026-05-14T00:00:00+02:00"),
        (Size.WEEK, "2026-05-11T00:00:00+02:00", "2026-05-18T00:00:00+02:00"),
        (Size.MONTH, "2026-05-01T00:00:00+02:00", "2026-06-01T00:00:00+02:00"),
        (Size.QUARTER, "2026-04-01T00:00:00+02:00", "2026-07-01T00:00:00+02:00"),
        (Size.YEAR, "2026-01-01T00:00:00+01:00", "2027-01-01T00:00:00+01:00"),
    ],
)
def test_windows_are_whole_whatever_part_of_them_is_asked_for(size: Size, first: str, last_end: str) -> None:
    # 2026-05-13 is a Wednesday, so its week begins on Monday the 11th.
    moment = parse("2026-05-13T10:17:00Z")

    assert windows(size, moment, moment + 1, BERLIN) == [Window(parse(first), parse(last_end))]


def test_total_is_what_was_asked_for() -> None:
    assert windows(Size.TOTAL, 5, 17, BERLIN) == [Window(5, 17)]
    assert windows(Size.DAY, 17, 17, BERLIN) == []


def test_a_zone_of_half_hours_has_days_off_the_full_hour() -> None:
    window = day_of(parse("2026-01-10T00:00:00Z"), KOLKATA)

    assert window == Window(parse("2026-01-09T18:30:00Z"), parse("2026-01-10T18:30:00Z"))
    assert not whole_hours(KOLKATA)
    assert not whole_hours(LORD_HOWE)
    assert whole_hours(BERLIN)
    assert whole_hours(UTC)


def test_where_clocks_move_by_half_an_hour_the_days_last_window_is_short() -> None:
    # On 2026-04-05 Lord Howe goes back by 30 minutes: the day has 24.5 hours.
    window = day_of(parse("2026-04-05T12:00:00+10:30"), LORD_HOWE)

    cut = windows(Size.HOUR, *window, LORD_HOWE)

    assert window.end - window.start == 24 * HOUR + 30 * MINUTE
    assert [each.end - each.start for each in cut] == [HOUR] * 24 + [30 * MINUTE]


def test_where_clocks_jump_over_midnight_the_day_begins_with_the_jump() -> None:
    # Santiago 2026-09-06: 00:00 −04 does not exist, the clock jumps to 01:00 −03 at 04:00 UTC.
    window = day_of(parse("2026-09-06T12:00:00Z"), SANTIAGO)

    assert window == Window(parse("2026-09-06T04:00:00Z"), parse("2026-09-07T03:00:00Z"))


def test_a_month_holds_its_days() -> None:
    month = month_of(parse("2026-10-31T23:30:00Z"), BERLIN)

    # 00:30 on 1 November in Berlin.
    assert render(month.start, BERLIN) == "2026-11-01T00:00:00+01:00"
    assert len(windows(Size.DAY, *month, BERLIN)) == 30


@given(
    size=st.sampled_from([size for size in Size if size is not Size.TOTAL]),
    zone=st.sampled_from([BERLIN, KOLKATA, LORD_HOWE, SANTIAGO]),
    start=st.integers(parse("2000-01-01T00:00:00Z"), parse("2040-01-01T00:00:00Z")),
    length=st.integers(1, 40 * DAY),
)
def test_windows_touch_each_other_and_cover_what_was_asked_for(
    size: Size, zone: ZoneInfo, start: int, length: int
) -> None:
    cut = windows(size, start, start + length, zone)

    assert all(earlier.end == later.start for earlier, later in pairwise(cut))
    assert cut[0].start <= start < cut[0].end
    assert cut[-1].start < start + length <= cut[-1].end
