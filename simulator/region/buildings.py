"""Rooms: heated by day, breathed in, lit."""

from collections.abc import Callable

from simulator.encoders import elsys
from simulator.region.beats import Beat
from simulator.region.chance import key_of, mix, wave
from simulator.region.making import Make, battery_voltage, jitter
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from simulator.region.weeks import OFFICE, SCHOOL, WeekShape, week_and_hour
from smartregion.clock import HOUR, MINUTE

STRANGER_PORT = 12

_BUSY = 1.2
"""Hours with more than that of a rhythm's mean see people in the room."""
_OUTSIDE_CO2 = 425
_AIRING = 45 * MINUTE


def classroom(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Full of children in the morning, aired in the breaks."""
    return _breathed(device, weather, SCHOOL, device.trait("people", 16, 27))


def meeting_room(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """A meeting now and then."""
    return _breathed(device, weather, OFFICE, device.trait("people", 3, 12))


def room(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Temperature, humidity, light and movement."""
    used, warm, lit = _use(device, OFFICE), _warmth(device, weather), _light(device, weather)
    volts = battery_voltage(device)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        busy = used(time)
        motion = int(busy * 30 * (dice >> 40 & 0xFF) / 255)
        humidity = 34 + 0.2 * weather.humidity(time) + 3 * busy
        climate = (warm(time, busy) + jitter(dice, 0, 0.15), humidity)
        return elsys.PORT, elsys.ers(*climate, lit(time, busy), motion, volts(time))

    return make


def _breathed(device: PlannedDevice, weather: Weather, shape: WeekShape, people: float) -> Make:
    used, warm, lit = _use(device, shape), _warmth(device, weather), _light(device, weather)
    volts, air = battery_voltage(device), key_of(device.key, "airing")

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        busy = used(time)
        # What the last hour and a half of people left in the air, less what the windows let out.
        left = (busy + used(time - 30 * MINUTE) + 0.6 * used(time - 60 * MINUTE)) / 2.6
        windows = 0.65 + 0.35 * wave(air, time / _AIRING)
        co2 = _OUTSIDE_CO2 + people * 58 * left * windows + jitter(dice, 1, 12)
        motion = int(busy * 60 * (dice >> 40 & 0xFF) / 255)
        humidity = 34 + 0.2 * weather.humidity(time) + 6 * left
        climate = (warm(time, busy) + jitter(dice, 0, 0.12), humidity)
        return elsys.PORT, elsys.ers_co2(*climate, lit(time, busy), motion, co2, volts(time))

    return make


def _use(device: PlannedDevice, shape: WeekShape) -> Callable[[int], float]:
    """How much of a room's people are there, 0 to 1."""
    key = key_of(device.key, "people")

    def use(time: int) -> float:
        week, hour = week_and_hour(time)
        if shape.hourly[int(hour)] < _BUSY:
            return 0.0
        return (mix(key, week * 168 + int(hour)) & 0xFF) / 255

    return use


def _warmth(device: PlannedDevice, weather: Weather) -> Callable[[int, float], float]:
    """Room temperature: heated from six to five, cooler at night and at weekends, hot in summer."""
    wanted = device.trait("wanted", 19.8, 22.4)

    def warm(time: int, busy: float) -> float:
        _, hour = week_and_hour(time)
        day = hour % 24
        lowered = 2.6 if hour >= 120 else max(0.0, min(2.6, (day - 17) * 0.4 if day >= 17 else (8 - day) * 0.9))
        outside = weather.temperature(time - 3 * HOUR)
        return wanted - lowered + 0.06 * (outside - 8) + max(outside - 21, 0) * 0.5 + 0.9 * busy

    return warm


def _light(device: PlannedDevice, weather: Weather) -> Callable[[int, float], float]:
    window, lamps = device.trait("window", 150, 1600), device.trait("lamps", 250, 520)
    return lambda time, busy: window * weather.daylight(time) + (lamps if busy > 0 else 0)


def cellar(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Temperature of a cellar and of a pipe, and a contact that water would close: it does after heavy rain."""
    volts, threshold = battery_voltage(device), device.trait("dry until", 9, 30)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        pipe = 48 + jitter(dice, 0, 6) - 0.8 * weather.temperature(time)
        cellar_air = 12 + 0.25 * weather.temperature(time - 12 * HOUR)
        leak = weather.soil(time) > threshold
        return elsys.PORT, elsys.elt_2(cellar_air, 66 + jitter(dice, 1, 5), volts(time), pipe, leak=leak)

    return make


def stranger(_device: PlannedDevice, _weather: Weather, _: Beat) -> Make:
    """A device nobody wrote down: no maker, no model, bytes of its own."""

    def make(_time: int, _k: int, dice: int) -> tuple[int, bytes]:
        return STRANGER_PORT, b"\x7e" + dice.to_bytes(8, "big")

    return make
