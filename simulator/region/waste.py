"""Containers that fill and are emptied on their day."""

from collections.abc import Callable
from typing import NamedTuple

from simulator.encoders import dragino, milesight
from simulator.region.beats import Beat
from simulator.region.chance import key_of, spread, wave
from simulator.region.making import Make, battery_percent, battery_voltage, jitter, local_temperature
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from simulator.region.weeks import week_start
from smartregion.clock import DAY, HOUR

_TILTED = 0x3FF


class Container(NamedTuple):
    """Distances in metres from the sensor, and days between two collections."""

    empty: float
    full: float
    days: int


GLASS = Container(1.85, 0.35, 14)
PAPER = Container(1.45, 0.30, 7)
TEXTILES = Container(1.75, 0.35, 14)
UNDERGROUND = Container(2.60, 0.45, 7)


def collections(device: PlannedDevice, container: Container) -> Callable[[int], tuple[int, int]]:
    """The collection before a time, as its number and when it was."""
    period = container.days * DAY
    weekday = int(device.trait("weekday", 0, container.days))
    first = week_start(0) + weekday * DAY + int(device.trait("hour", 7, 14) * HOUR)
    late = key_of(device.key, "late")

    def before(time: int) -> tuple[int, int]:
        number = (time - first) // period
        at = first + number * period + int(spread(late, number, 0, 2) * HOUR)
        return (number, at) if at <= time else (number - 1, at - period)

    return before


def fill(device: PlannedDevice, container: Container) -> Callable[[int], float]:
    """How full it is, from 0 to a little over 1."""
    before, key = collections(device, container), key_of(device.key, "filling")
    usual = device.trait("usual", 0.45, 1.0)

    def share(time: int) -> float:
        number, emptied_at = before(time)
        pace = usual * spread(key, number, 0.7, 1.25)
        passed = (time - emptied_at) / (container.days * DAY)
        uneven = 0.04 * wave(key, time / (9 * HOUR))
        return min(max(0.03 + pace * passed + uneven * passed, 0.0), 1.06)

    return share


def _distance(device: PlannedDevice, container: Container) -> Callable[[int, int], float]:
    share, depth = fill(device, container), container.empty - container.full

    def distance(time: int, dice: int) -> float:
        return max(container.empty - share(time) * depth + jitter(dice, 0, 0.012), 0.25)

    return distance


def glass(device: PlannedDevice, _weather: Weather, _: Beat) -> Make:
    """EM310-UDL in a glass container, which is tipped over now and then."""
    distance, battery = _distance(device, GLASS), battery_percent(device)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        tilted = dice >> 20 & _TILTED == 0
        return milesight.PORT, milesight.em310_udl(battery(time), distance(time, dice), tilted=tilted)

    return make


def paper(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """EM400-MUD in a paper container."""
    return _em400(device, weather, PAPER)


def textiles(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """EM400-TLD in a clothes container."""
    return _em400(device, weather, TEXTILES)


def _em400(device: PlannedDevice, weather: Weather, container: Container) -> Make:
    distance, battery = _distance(device, container), battery_percent(device)
    air = local_temperature(device, weather.temperature)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        tilted = dice >> 20 & _TILTED == 0
        return milesight.PORT, milesight.em400(battery(time), air(time), distance(time, dice), tilted=tilted)

    return make


def underground(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """LDDS75 above an underground container."""
    distance, volts = _distance(device, UNDERGROUND), battery_voltage(device, 3.45)
    air = local_temperature(device, weather.temperature)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        return dragino.PORT, dragino.ldds75(volts(time), distance(time, dice), air(time))

    return make
