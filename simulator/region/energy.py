"""Electricity and gas."""

from collections.abc import Callable
from dataclasses import replace

from simulator.encoders import emu, milesight
from simulator.region.beats import Beat
from simulator.region.chance import key_of
from simulator.region.making import EPOCH, Make, battery_percent, jitter
from simulator.region.model import PlannedDevice, Story
from simulator.region.weather import Weather
from simulator.region.weeks import LAMPS, OFFICE, PLANT, SCHOOL, SUN, Flow, WeekShape
from smartregion.clock import SECOND

MODULUS = 2**32
_MEGAWATT_HOURS = 1_000_000
_SOLAR_SHARE = 0.35
_CLOCK_LOST = 97
_KEPT_RECORD = 0x7F


def register(story: Story, flow: Flow, start: float, modulus: float = MODULUS) -> Callable[[int], float]:
    """What the counter shows: `start` on the first day of 2025, zero when it was built in, or what its story asks."""
    if story.rolls_over_at is not None:
        offset = modulus - flow.total(story.rolls_over_at)
    elif story.begins is not None:
        offset = -flow.total(story.begins)
    else:
        offset = start - flow.total(EPOCH)
    total = flow.total
    return lambda time: (total(time) + offset) % modulus


def office_meter(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Three-phase meter of an office building."""
    return _three_phase(device, weather, OFFICE, device.trait("mean", 4_000, 16_000))


def school_meter(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Three-phase meter of a school."""
    return _three_phase(device, weather, SCHOOL, device.trait("mean", 3_000, 12_000))


def plant_meter(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Three-phase meter of a sewage plant: the largest user a municipality has."""
    return _three_phase(device, weather, PLANT, device.trait("mean", 40_000, 75_000))


def _three_phase(device: PlannedDevice, weather: Weather, shape: WeekShape, watts: float) -> Make:
    flow = Flow(device.key, shape, watts, variety=0.12, season=0.18)
    used = register(device.story, flow, device.trait("start", 20, 400) * _MEGAWATT_HOURS)
    sold, panels = _solar(device, watts)
    mains = device.trait("mains", 228.5, 233.5)

    def make(time: int, k: int, dice: int) -> tuple[int, bytes]:
        power = flow.rate(time) * (1 + jitter(dice, 0, 0.09)) - panels * weather.daylight(time)
        voltages = (mains + jitter(dice, 1, 1.6), mains + jitter(dice, 2, 1.6), mains + jitter(dice, 3, 1.6))
        values = emu.MeterValues(used(time), sold(time), power, voltages, 50 + jitter(dice, 2, 0.09))
        seconds = 0 if k % 1499 == device.number % _CLOCK_LOST else time // SECOND - 2
        return emu.PORT, emu.emu_prof_ii(seconds, values)

    return make


def _nothing(_time: int) -> float:
    return 0.0


def _solar(device: PlannedDevice, watts: float) -> tuple[Callable[[int], float], float]:
    """Register of what the roof gave to the grid (Wh), and the power of its panels under full light (W)."""
    if device.trait("solar", 0, 1) > _SOLAR_SHARE:
        return _nothing, 0.0
    flow = Flow(key_of(device.key, "roof"), SUN, watts * 0.25, variety=0.6, season=-0.8)
    story = replace(device.story, rolls_over_at=None)
    return register(story, flow, device.trait("sold", 2, 30) * _MEGAWATT_HOURS), watts


def pump(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Clamp around one phase of a pump."""
    return _clamp(device, weather, PLANT, device.trait("amperes", 6, 28))


def street_lamps(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Clamp around the feed of a street's lamps."""
    return _clamp(device, weather, LAMPS, device.trait("amperes", 3, 9))


def _clamp(device: PlannedDevice, weather: Weather, shape: WeekShape, amperes: float) -> Make:
    flow = Flow(device.key, shape, amperes, variety=0.1, season=0.15)
    charge = register(device.story, flow, device.trait("start", 2_000, 90_000), MODULUS / 100)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        current = flow.rate(time) * (1 + jitter(dice, 0, 0.07))
        temperature = 14 + 0.5 * weather.temperature(time) + current * 0.4
        return milesight.PORT, milesight.ct101(int(charge(time) * 100) / 100, current, temperature)

    return make


def socket(device: PlannedDevice, _weather: Weather, _: Beat) -> Make:
    """Metering socket of a machine."""
    flow = Flow(device.key, OFFICE, device.trait("watts", 25, 240), variety=0.3)
    energy = register(device.story, flow, device.trait("start", 10_000, 900_000))
    factor = device.trait("factor", 0.55, 0.98)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        voltage = 230.5 + jitter(dice, 0, 3.5)
        power = flow.rate(time) * (1 + jitter(dice, 1, 0.2))
        current = power / voltage / factor
        return milesight.PORT, milesight.ws52x(voltage, power, energy(time), current, factor, on=power > 0)

    return make


def gas_meter(device: PlannedDevice, weather: Weather, beat: Beat) -> Make:
    """Pulse counter on a gas meter: 0.1 m³ a pulse, mostly for heating. Now and then it repeats the record before."""
    flow = Flow(device.key, OFFICE, device.trait("pulses", 15, 60), variety=0.25, season=0.92)
    pulses = register(device.story, flow, device.trait("start", 200_000, 3_000_000))
    battery = battery_percent(device)

    def make(time: int, k: int, dice: int) -> tuple[int, bytes]:
        climate = (15 + 0.25 * weather.temperature(time) + jitter(dice, 0, 0.3), 52 + jitter(dice, 1, 4))
        data = milesight.em300_di(battery(time), *climate, int(pulses(time)))
        if dice >> 20 & _KEPT_RECORD == 0:
            kept = beat.time(k - 1) // SECOND
            data += milesight.em300_di_stored(kept, *climate, int(pulses(kept * SECOND)))
        return milesight.PORT, data

    return make
