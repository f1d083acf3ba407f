"""Dates and times as an operator types them."""

from datetime import date, datetime, time, tzinfo

from smartregion import timestamps
from smartregion.errors import Misconfigured


def read_time(text: str, zone: tzinfo, option: str) -> int:
    """Nanoseconds since 1970 of a date (its midnight in the zone) or an RFC 3339 time.

    Raises:
        Misconfigured: neither.
    """
    try:
        if len(text) == 10:
            return timestamps.from_datetime(datetime.combine(date.fromisoformat(text), time(), zone))
        return timestamps.parse(text)
    except (ValueError, OverflowError):
        raise Misconfigured(
            f"{option} {text!r} is no date and no time; write 2026-11-01 or 2026-11-01T06:00:00+01:00"
        ) from None


def read_date(text: str, option: str) -> date | None:
    """A date; None for an empty text. Raises Misconfigured."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Misconfigured(f"{option} {text!r} is no date; write 2026-11-01") from None
