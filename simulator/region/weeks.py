"""The rhythm of weeks, and counters that follow it.

A counter is an integral in closed form, so its value at any time costs the same and never falls.
People of the simulated county keep winter time (UTC+1) all year: an hour that comes twice would turn counters back.
"""

import math
from typing import NamedTuple

from simulator.region.chance import spread

HOURS_OF_WEEK = 168
_HOUR_NS = 3_600_000_000_000
# 1970-01-01 was a Thursday; weeks begin on Monday 0:00 of UTC+1.
_MONDAY_OFFSET = 3 * 24 + 1
_YEAR_HOURS = 365.25 * 24
_COLDEST_HOUR = 18 * 24.0

Hours = tuple[float, ...]


def week_and_hour(time: int) -> tuple[int, float]:
    """Number of the week since 1970, and hours since its Monday 0:00 (UTC+1)."""
    week, hour = divmod(time / _HOUR_NS + _MONDAY_OFFSET, HOURS_OF_WEEK)
    return int(week), hour


def week_start(week: int) -> int:
    """The week's Monday 0:00 (UTC+1), in nanoseconds since 1970."""
    return (week * HOURS_OF_WEEK - _MONDAY_OFFSET) * _HOUR_NS


class WeekShape:
    """How something is spread over the hours of a week, with a mean of 1 an hour."""

    def __init__(self, workday: Hours, saturday: Hours, sunday: Hours) -> None:
        raw = workday * 5 + saturday + sunday
        mean = sum(raw) / HOURS_OF_WEEK
        self.hourly = tuple(value / mean for value in raw)
        self.days = tuple(sum(self.hourly[day * 24 : day * 24 + 24]) for day in range(7))
        sums = [0.0]
        for day in range(7):
            within = 0.0
            for value in self.hourly[day * 24 : day * 24 + 24]:
                within += value
                sums.append(within)
        self._within_day = tuple(sums)

    def until(self, day: int, hour: float) -> float:
        """What has passed of that day (0 = Monday) at that hour of it."""
        whole = int(hour)
        at = day * 24 + whole
        return (self._within_day[at] if whole else 0.0) + (hour - whole) * self.hourly[at]


def _day(night: float, **hours: float) -> Hours:
    values = [night] * 24
    for span, value in hours.items():
        start, end = (int(part) for part in span[1:].split("_"))
        values[start:end] = [value] * (end - start)
    return tuple(values)


OFFICE = WeekShape(_day(0.3, h6_8=1.2, h8_12=2.4, h12_13=2.0, h13_17=2.2, h17_19=0.8), _day(0.3), _day(0.28))
SCHOOL = WeekShape(_day(0.2, h6_8=1.5, h8_13=3.0, h13_16=1.6, h16_18=0.6), _day(0.22), _day(0.2))
PLANT = WeekShape(*(_day(0.85, h6_11=1.2, h11_17=1.0, h17_22=1.15),) * 3)
HOME = WeekShape(
    _day(0.02, h5_6=0.6, h6_8=3.2, h8_11=0.9, h11_14=1.3, h14_17=0.8, h17_21=2.6, h21_23=0.9),
    *(_day(0.02, h6_8=0.7, h8_11=3.0, h11_14=1.7, h14_17=1.2, h17_22=2.1),) * 2,
)
LAMPS = WeekShape(*(_day(0.02, h0_6=2.0, h18_24=2.1),) * 3)
SHOPS = WeekShape(
    _day(0.0, h7_9=0.8, h9_13=2.4, h13_15=1.6, h15_19=2.8, h19_22=0.5),
    _day(0.0, h8_10=1.4, h10_15=4.5, h15_19=1.6, h19_22=0.5),
    _day(0.0, h10_13=0.7, h13_18=1.2),
)
SUN = WeekShape(*(_day(0.0, h7_9=0.5, h9_11=1.6, h11_14=2.6, h14_16=1.5, h16_18=0.5),) * 3)


class _Week(NamedTuple):
    before: float
    days: tuple[float, ...]
    factors: tuple[float, ...]


class Flow:
    """An amount that flows by a rhythm: `per_hour` on the average, each day a bit different, with the season.

    `season` from -1 to 1: so much more than the mean in mid-January (negative: in mid-July).
    """

    def __init__(
        self, key: int, shape: WeekShape, per_hour: float, *, variety: float = 0.2, season: float = 0.0
    ) -> None:
        self._key, self._shape, self._per_hour = key, shape, per_hour
        self._variety, self._season = variety, season
        self._weeks: dict[int, _Week] = {}

    def total(self, time: int) -> float:
        """All that has flowed since 1970."""
        number, hour = week_and_hour(time)
        week = self._weeks.get(number) or self._week(number)
        day = int(hour) // 24
        return week.before + week.days[day] + week.factors[day] * self._shape.until(day, hour - day * 24)

    def rate(self, time: int) -> float:
        """What flows in an hour at this time."""
        number, hour = week_and_hour(time)
        week = self._weeks.get(number) or self._week(number)
        return week.factors[int(hour) // 24] * self._shape.hourly[int(hour)]

    def _seasons(self, week: int) -> float:
        hours = week * HOURS_OF_WEEK
        turn = math.tau / _YEAR_HOURS
        return self._per_hour * (hours + self._season / turn * math.sin(turn * (hours - _COLDEST_HOUR)))

    def _week(self, number: int) -> _Week:
        before = self._seasons(number)
        weights = [spread(self._key, number * 7 + day, 1 - self._variety, 1 + self._variety) for day in range(7)]
        uneven = sum(weight * whole for weight, whole in zip(weights, self._shape.days, strict=True))
        scale = (self._seasons(number + 1) - before) / uneven
        factors = tuple(weight * scale for weight in weights)
        sums = [0.0]
        for factor, whole in zip(factors, self._shape.days, strict=True):
            sums.append(sums[-1] + factor * whole)
        week = _Week(before, tuple(sums), factors)
        if len(self._weeks) > 4:
            self._weeks.clear()
        self._weeks[number] = week
        return week
