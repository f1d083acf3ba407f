"""When a device sends. Its frames are numbered by k through all time; k and time give each other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, Protocol

from simulator.region.chance import key_of, mix, unit
from simulator.region.weeks import WeekShape, week_and_hour, week_start
from smartregion.clock import DAY, HOUR, SECOND

DAYS_OF_WEEK = 7


class Beat(Protocol):
    """The times at which a device sends."""

    @property
    def per_day(self) -> float:
        """Frames a day on the average."""
        ...

    def time(self, k: int) -> int:
        """When frame k is sent, nanoseconds since 1970; rises with k."""
        ...

    def first(self, time: int) -> int:
        """The first k that is sent at or after that time."""
        ...


class Periodic:
    """Every `seconds`, with the small unrest of real clocks and radio."""

    def __init__(self, key: int, seconds: float) -> None:
        self._key = key
        self._interval = int(seconds * SECOND)
        self._phase = mix(key, 0) % self._interval
        self._unrest = min(self._interval // 50, 20 * SECOND)
        self.per_day = DAY / self._interval

    def time(self, k: int) -> int:
        """When frame k is sent."""
        return self._phase + k * self._interval + mix(self._key, k + 1) % self._unrest

    def first(self, time: int) -> int:
        """The first k that is sent at or after that time."""
        k = (time - self._phase) // self._interval
        return k if self.time(k) >= time else k + 1


class Change(NamedTuple):
    """A frame of a device that sends on events."""

    time: int
    on: bool
    heartbeat: bool


class Changes:
    """Sends when a state changes, and once a day to say that it is alive.

    Each kind of day has its fixed even number of changes, so the number of frames before any day is known.
    """

    def __init__(self, key: int, shape: WeekShape, visits: int) -> None:
        self._key, self._shape = key, shape
        self._counts = [2 * max(round(visits * share / max(shape.days)), 1) + 1 for share in shape.days]
        self._before = [0, *accumulate(self._counts)]
        self._heartbeat = key % DAY
        self._days: dict[int, list[Change]] = {}
        self._inverse = [_Inverse(shape, day) for day in range(DAYS_OF_WEEK)]
        self.per_day = self._before[-1] / DAYS_OF_WEEK

    def change(self, k: int) -> Change:
        """What frame k tells."""
        week, at = divmod(k, self._before[-1])
        weekday = bisect_right(self._before, at) - 1
        return self._day(week * DAYS_OF_WEEK + weekday)[at - self._before[weekday]]

    def time(self, k: int) -> int:
        """When frame k is sent."""
        return self.change(k).time

    def first(self, time: int) -> int:
        """The first k that is sent at or after that time."""
        week, hour = week_and_hour(time)
        weekday = int(hour) // 24
        times = [change.time for change in self._day(week * DAYS_OF_WEEK + weekday)]
        return week * self._before[-1] + self._before[weekday] + bisect_left(times, time)

    def _day(self, number: int) -> list[Change]:
        found = self._days.get(number)
        if found is None:
            if len(self._days) > 2:
                self._days.clear()
            found = self._days[number] = self._make_day(number)
        return found

    def _make_day(self, number: int) -> list[Change]:
        week, weekday = divmod(number, DAYS_OF_WEEK)
        start = week_start(week) + weekday * DAY
        key = key_of(self._key, number)
        drawn = sorted(self._inverse[weekday].hour(unit(key, i)) for i in range(self._counts[weekday] - 1))
        # A second apart at least, and none at the very end of the day: times must rise.
        changes = [(start + min(int(hour * HOUR), DAY - 60 * SECOND) + i * SECOND) for i, hour in enumerate(drawn)]
        return list(_with_heartbeat(changes, start + self._heartbeat % (DAY - 60 * SECOND)))


def _with_heartbeat(changes: list[int], heartbeat: int) -> Iterable[Change]:
    while any(abs(heartbeat - change) < SECOND for change in changes):
        heartbeat += SECOND
    earlier = bisect_left(changes, heartbeat)
    for i, time in enumerate(changes):
        if i == earlier:
            yield Change(heartbeat, on=i % 2 == 1, heartbeat=True)
        yield Change(time, on=i % 2 == 0, heartbeat=False)
    if earlier == len(changes):
        yield Change(heartbeat, on=False, heartbeat=True)


class _Inverse:
    """From a share of the day's events back to the hour."""

    def __init__(self, shape: WeekShape, day: int) -> None:
        whole = shape.days[day]
        self._shares = [shape.until(day, hour) / whole for hour in range(24)] + [1.0]

    def hour(self, share: float) -> float:
        """The hour of the day by which that share of the events has come."""
        after = min(bisect_right(self._shares, share), 24)
        low, high = self._shares[after - 1], self._shares[after]
        return after - 1 + (share - low) / (high - low)
