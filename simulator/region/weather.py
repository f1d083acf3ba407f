"""The weather of the county, and what follows from it: river and soil. One weather for all, hour by hour."""

import math
from collections.abc import Callable
from functools import lru_cache

from simulator.region.chance import key_of, wave

_HOUR_NS = 3_600_000_000_000
_YEAR_HOURS = 365.25 * 24
_REMEMBERED_HOURS = 2048
_RIVER_MEMORY = 72
_RIVER_DELAY = 9.0
_SOIL_MEMORY = 240
_SOIL_DRYING = 90.0


class Weather:
    """What sky, river and soil do, from a seed."""

    def __init__(self, seed: int) -> None:
        self._slow, self._fast = key_of(seed, "fronts"), key_of(seed, "gusts")
        self._clouds, self._showers = key_of(seed, "clouds"), key_of(seed, "showers")
        self.rain = lru_cache(_REMEMBERED_HOURS)(self._rain)
        self._rise = lru_cache(_REMEMBERED_HOURS)(self._river_rise)
        self._wet = lru_cache(_REMEMBERED_HOURS)(self._soil_wetness)
        self._warm = lru_cache(_REMEMBERED_HOURS)(self._temperature)

    def temperature(self, time: int) -> float:
        """Of the air outside, °C."""
        return _between(time, self._warm)

    def humidity(self, time: int) -> float:
        """Relative humidity outside, %."""
        hour = time / _HOUR_NS
        wet = 14.0 if self.rain(int(hour)) else 0.0
        daily = 11 * math.cos(math.tau * (hour - 4) / 24)
        return min(max(71 + daily + wet + 9 * wave(self._fast, hour / 17), 22.0), 100.0)

    def daylight(self, time: int) -> float:
        """From 0 at night to 1 at a bright noon in June."""
        hour = time / _HOUR_NS
        height = self._season(hour) * 0.4 - 0.1 - math.cos(math.tau * (hour + 1) / 24)
        cloud = 0.62 - 0.35 * wave(self._clouds, hour / 14)
        return max(height, 0.0) * 0.75 * cloud

    def river(self, time: int) -> float:
        """How far a small river stands above its low water, m."""
        return _between(time, self._rise)

    def soil(self, time: int) -> float:
        """Rain that the soil still holds, mm."""
        return _between(time, self._wet)

    @staticmethod
    def _season(hour: float) -> float:
        """From -1 in mid-January to 1 in mid-July."""
        return -math.cos(math.tau * (hour - 18 * 24) / _YEAR_HOURS)

    def _temperature(self, hour: int) -> float:
        season = 9.6 + 9.2 * self._season(hour)
        daily = (3.1 + 1.6 * self._season(hour)) * math.cos(math.tau * (hour - 13) / 24)
        return season + daily + 4.6 * wave(self._slow, hour / 61) + 0.9 * wave(self._fast, hour / 5)

    def _rain(self, hour: int) -> float:
        """Rain of an hour, mm."""
        sky = wave(self._clouds, hour / 14) + 0.55 * wave(self._showers, hour / 3)
        return max(sky - 0.6, 0.0) * 2.1

    def _river_rise(self, hour: int) -> float:
        flood = sum(self.rain(hour - age) * _RIVER_SHARE[age] for age in range(_RIVER_MEMORY))
        return 0.05 + 0.95 * flood

    def _soil_wetness(self, hour: int) -> float:
        return sum(self.rain(hour - age) * _SOIL_SHARE[age] for age in range(_SOIL_MEMORY))


_RIVER_SHARE = tuple(age / _RIVER_DELAY**2 * math.exp(-age / _RIVER_DELAY) for age in range(_RIVER_MEMORY))
_SOIL_SHARE = tuple(math.exp(-age / _SOIL_DRYING) for age in range(_SOIL_MEMORY))


def _between(time: int, hourly: Callable[[int], float]) -> float:
    hour, rest = divmod(time, _HOUR_NS)
    before, after = hourly(hour), hourly(hour + 1)
    return before + (after - before) * (rest / _HOUR_NS)
