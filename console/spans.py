"""Local days as the pages count them: today so far, yesterday, this month, last night."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import NamedTuple

from smartregion import timestamps


class Span(NamedTuple):
    """[start, end), nanoseconds since 1970, UTC."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of time as seen from `now`; a day has 23, 24 or 25 hours."""

    now: int
    zone: tzinfo

    def today(self) -> Span:
        """From local midnight until now."""
        return Span(self._midnight(0), self.now)

    def yesterday(self) -> Span:
        """The local day before."""
        return Span(self._midnight(-1), self._midnight(0))

    def month(self) -> Span:
        """From the first of the month until now."""
        first = self._local().date().replace(day=1)
        return Span(self._at(datetime.combine(first, time())), self.now)

    def night(self) -> Span:
        """Two to four o'clock of the last night that is over."""
        today = self._local().date()
        day = today if self._local().time() >= time(5) else today - timedelta(days=1)
        return Span(self._at(datetime.combine(day, time(2))), self._at(datetime.combine(day, time(4))))

    def _midnight(self, days: int) -> int:
        return self._at(datetime.combine(self._local().date() + timedelta(days=days), time()))

    def _local(self) -> datetime:
        return timestamps.to_datetime(self.now, self.zone)

    def _at(self, wall: datetime) -> int:
        return timestamps.from_datetime(wall.replace(tzinfo=self.zone))
