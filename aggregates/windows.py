"""Calendar windows in a time zone, half-open and in nanoseconds UTC.

Days, weeks, months, quarters and years run from local midnight to local midnight, so a day has 23, 24 or 25 hours.
Shorter windows are cut in elapsed time from local midnight on: the hour that comes twice in autumn gives two windows.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from smartregion.clock import HOUR, MINUTE, SECOND


class Window(NamedTuple):
    """[start, end), nanoseconds since 1970, UTC."""

    start: int
    end: int


class Size(StrEnum):
    """How long a window is; `total` is the whole of what was asked for."""

    QUARTER_HOUR = "15m"
    HOUR = "1h"
    DAY = "1d"
    WEEK = "1w"
    MONTH = "1mo"
    QUARTER = "1q"
    YEAR = "1y"
    TOTAL = "total"


_ELAPSED = {Size.QUARTER_HOUR: 15 * MINUTE, Size.HOUR: HOUR}
_MONTHS = {Size.MONTH: 1, Size.QUARTER: 3, Size.YEAR: 12}
_CHECKED_YEARS = range(1990, 2041)


def windows(size: Size, start: int, end: int, zone: tzinfo) -> list[Window]:
    """The whole calendar windows that share time with [start, end), in order; never cut short at its ends."""
    if start >= end:
        return []
    if size is Size.TOTAL:
        return [Window(start, end)]
    if size in _ELAPSED:
        return list(_elapsed(_ELAPSED[size], start, end, zone))
    return list(_calendar(size, start, end, zone))


def day_of(time: int, zone: tzinfo) -> Window:
    """The local day that holds the time."""
    return _of(Size.DAY, _local_date(time, zone), zone)


def month_of(time: int, zone: tzinfo) -> Window:
    """The local month that holds the time."""
    return _of(Size.MONTH, _local_date(time, zone), zone)


@lru_cache(maxsize=64)
def whole_hours(zone: tzinfo) -> bool:
    """Whether local midnight always falls on a full UTC hour (not in Kolkata, nor on Lord Howe in winter)."""
    moments = (datetime(year, month, 1, tzinfo=zone) for year in _CHECKED_YEARS for month in range(1, 13))
    offsets = {moment.utcoffset() or timedelta() for moment in moments}
    return all(offset % timedelta(hours=1) == timedelta() for offset in offsets)


@lru_cache(maxsize=16384)
def midnight(day: date, zone: tzinfo) -> int:
    """When the local day begins; where clocks jump over midnight, the moment of the jump."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND


def _local_date(time: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(time // SECOND, zone).date()


def _of(size: Size, day: date, zone: tzinfo) -> Window:
    first = _floor(size, day)
    return Window(midnight(first, zone), midnight(_next(size, first), zone))


def _calendar(size: Size, start: int, end: int, zone: tzinfo) -> Iterator[Window]:
    first = _floor(size, _local_date(start, zone))
    while (begin := midnight(first, zone)) < end:
        first = _next(size, first)
        yield Window(begin, midnight(first, zone))


def _elapsed(length: int, start: int, end: int, zone: tzinfo) -> Iterator[Window]:
    for day in _calendar(Size.DAY, start, end, zone):
        for begin in range(day.start, day.end, length):
            window = Window(begin, min(begin + length, day.end))
            if window.start < end and window.end > start:
                yield window


def _floor(size: Size, day: date) -> date:
    if size is Size.WEEK:
        return day - timedelta(days=day.weekday())
    if size in _MONTHS:
        months = _MONTHS[size]
        return date(day.year, (day.month - 1) // months * months + 1, 1)
    return day


def _next(size: Size, first: date) -> date:
    if size is Size.WEEK:
        return first + timedelta(days=7)
    if size in _MONTHS:
        years, month = divmod(first.month - 1 + _MONTHS[size], 12)
        return date(first.year + years, month + 1, 1)
    return first + timedelta(days=1)
