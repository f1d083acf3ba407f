"""Drinking water, river and basins."""

from collections.abc import Callable

from simulator.encoders import axioma, decentlab, dragino, milesight
from simulator.region.beats import Beat
from simulator.region.chance import key_of, wave
from simulator.region.energy import register
from simulator.region.making import Make, battery_percent, battery_voltage, jitter, local_temperature
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from simulator.region.weeks import HOME, OFFICE, SCHOOL, Flow
from smartregion.clock import HOUR, SECOND

GAUGE_HEIGHT = 4.5
BASIN_HEIGHT = 3.2
LEAK_LITRES_PER_HOUR = 46.0
_LOGGED_HOURS = 14
_LOST_ECHO = 0x1FF
_OLDER_METERS = 0.3
_SHORT_PERIOD = 6 * 3600


def public_water(device: PlannedDevice, _weather: Weather, _: Beat) -> Make:
    """Meter of a public building; tells the last 24 full hours every 6."""
    litres = _litres(device, Flow(device.key, SCHOOL, device.trait("mean", 60, 260), variety=0.3))

    def make(time: int, _k: int, _dice: int) -> tuple[int, bytes]:
        hour = time - time % HOUR
        volumes = [int(litres(hour - age * HOUR)) for age in range(axioma.DELTAS_ENHANCED, -1, -1)]
        return axioma.PORT, axioma.enhanced(time // SECOND, axioma.Status.OK, volumes)

    return make


def house_water(device: PlannedDevice, _weather: Weather, _: Beat) -> Make:
    """Meter of a block of flats; tells the last full hours every 12. Its story may be a leak, which never sleeps."""
    litres = _litres(device, Flow(device.key, HOME, device.trait("mean", 18, 60), variety=0.25, season=-0.08))
    leaks_from = device.story.leaks_from
    if leaks_from is None and device.trait("older", 0, 1) < _OLDER_METERS:
        return _short_water(litres)

    def make(time: int, _k: int, _dice: int) -> tuple[int, bytes]:
        hour = time - time % HOUR
        log_time = hour - _LOGGED_HOURS * HOUR
        volumes = [int(litres(log_time + i * HOUR)) for i in range(_LOGGED_HOURS + 1)]
        leaks = leaks_from is not None and time > leaks_from + 6 * HOUR
        status = axioma.Status.LEAK if leaks else axioma.Status.OK
        now = int(litres(time))
        return axioma.PORT, axioma.extended(time // SECOND, status, now, log_time // SECOND, volumes)

    return make


def _short_water(litres: Callable[[int], float]) -> Make:
    """An older setting: the registers of the last half days."""

    def make(time: int, _k: int, _dice: int) -> tuple[int, bytes]:
        past = [int(litres(time - n * _SHORT_PERIOD * SECOND)) for n in range(1, 5)]
        now = int(litres(time))
        return axioma.PORT, axioma.short(time // SECOND, axioma.Status.OK, now, past, _SHORT_PERIOD)

    return make


def _litres(device: PlannedDevice, flow: Flow) -> Callable[[int], float]:
    """The register in litres, the leak of its story included; a meter just built in stood at zero before."""
    counted = register(device.story, flow, device.trait("start", 80_000, 4_000_000))
    leaks_from, begins = device.story.leaks_from, device.story.begins

    def litres(time: int) -> float:
        if begins is not None and time < begins:
            return 0.0
        leaked = max(time - leaks_from, 0) / HOUR * LEAK_LITRES_PER_HOUR if leaks_from is not None else 0.0
        return counted(time) + leaked

    return litres


def pulse_water(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Pulse counter on an older meter: 10 litres a pulse."""
    flow = Flow(device.key, OFFICE, device.trait("pulses", 2, 14), variety=0.3)
    pulses = register(device.story, flow, device.trait("start", 10_000, 400_000))
    battery = battery_percent(device)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        temperature = 12 + 0.2 * weather.temperature(time) + jitter(dice, 0, 0.2)
        climate = (battery(time), temperature, 63 + jitter(dice, 1, 5))
        return milesight.PORT, milesight.em300_di(*climate, int(pulses(time)))

    return make


def river_gauge(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Ultrasonic gauge under a bridge; now and then the echo is lost."""
    low, width = device.trait("low water", 0.35, 0.8), device.trait("width", 0.7, 1.4)
    delay, volts = int(device.trait("downstream", 0, 9) * HOUR), battery_voltage(device, 3.1)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        if dice >> 20 & _LOST_ECHO == 0:
            return decentlab.PORT, decentlab.dl_mbx_battery(device.number, volts(time))
        stage = low + width * weather.river(time - delay) + jitter(dice, 0, 0.006)
        distance, samples = max(GAUGE_HEIGHT - stage, 0.35), 5 + (dice >> 50 & 3)
        return decentlab.PORT, decentlab.dl_mbx(device.number, distance, samples, volts(time))

    return make


def basin(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Rain basin of a sewage plant, seen from above."""
    volts, key = battery_voltage(device, 3.4), key_of(device.key, "surge")
    air = local_temperature(device, weather.temperature)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        surge = 0.12 * wave(key, time / (2 * HOUR))
        level = min(0.55 + surge + 1.9 * weather.river(time + 6 * HOUR), BASIN_HEIGHT - 0.35)
        distance = BASIN_HEIGHT - max(level, 0.1) + jitter(dice, 0, 0.004)
        return dragino.PORT, dragino.ldds75(volts(time), distance, air(time))

    return make
