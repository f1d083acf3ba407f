"""Times as the API writes and reads them: RFC 3339 with the offset of the region's zone."""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from api.problems import wrong
from smartregion.timestamps import EARLIEST, LATEST, from_datetime, parse, render

_QUARTER: Final = 900 * 1_000_000_000
_REMEMBERED: Final = 10_000
_CLOCK: Final = tuple(f"{second // 60:02d}:{second % 60:02d}" for second in range(3600))
# A plus sign that was not encoded in an address arrives as a blank.
_LOST_PLUS: Final = re.compile(r"(?<=\d) (?=\d\d:\d\d$)")


class Stamps:
    """Writes times; quick for many, because neighbouring times share all but minutes and seconds."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._parts: dict[int, tuple[str, int, str] | None] = {}

    def text(self, time: int) -> str:
        """RFC 3339 with the zone's offset and as many fractional digits as it needs."""
        quarter, rest = divmod(time, _QUARTER)
        seconds, nanos = divmod(rest, 1_000_000_000)
        parts = self._parts[quarter] if quarter in self._parts else self._learn(quarter)
        if parts is None:
            return render(time, self._zone)
        hour, minute, offset = parts
        return hour + _CLOCK[60 * minute + seconds] + (_fraction(nanos) if nanos else "") + offset

    def maybe(self, time: int | None) -> str | None:
        """The same, None for None."""
        return None if time is None else self.text(time)

    def _learn(self, quarter: int) -> tuple[str, int, str] | None:
        """`2026-11-22T19:`, minute, `+01:00`; None where the zone's clock then stood off the quarter hours."""
        if len(self._parts) >= _REMEMBERED:
            self._parts.clear()
        text = render(quarter * _QUARTER, self._zone)
        found = re.fullmatch(r"(.{14})(00|15|30|45):00(Z|[+-]\d\d:\d\d)", text)
        self._parts[quarter] = (found[1], int(found[2]), found[3]) if found else None
        return self._parts[quarter]


def _fraction(nanos: int) -> str:
    digits = f"{nanos:09d}"
    return "." + (digits if nanos % 1000 else digits[:6] if nanos % 1_000_000 else digits[:3])


def moment(text: str, zone: tzinfo, where: str) -> int:
    """Nanoseconds of an RFC 3339 time, or of a date's first instant in the zone.

    Raises:
        Refusal: neither of both.
    """
    try:
        if len(text) == 10:
            return _midnight(date.fromisoformat(text), zone)
        return parse(_LOST_PLUS.sub("+", text))
    except (ValueError, OverflowError) as error:
        words = f"is {text[:40]!r}; write a date (2026-11-22) or a time with its offset (2026-11-22T19:00:00+01:00)"
        raise wrong(f"query parameter {where!r}", words) from error


def _midnight(day: date, zone: tzinfo) -> int:
    # Through UTC and back: where midnight is skipped by a change of clocks, the day begins when the clocks moved on.
    start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    time = from_datetime(start)
    if not EARLIEST <= time <= LATEST:
        raise OverflowError(day)
    return time


def zone_of(name: str, default: tzinfo) -> tzinfo:
    """The time zone of that IANA name. Raises Refusal."""
    if not name:
        return default
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        words = f"is {name[:40]!r}; write an IANA name such as Europe/Berlin"
        raise wrong("query parameter 'tz'", words) from error
