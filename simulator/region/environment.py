"""Air outside, and soil."""

from simulator.encoders import dragino, milesight
from simulator.region.beats import Beat
from simulator.region.making import Make, battery_percent, battery_voltage, jitter, local_temperature
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from smartregion.clock import HOUR

_SOIL_LAG = 5 * HOUR
_RAIN_TO_SOIL = 2 * HOUR


def outdoor_climate(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Temperature and humidity under a weather hood."""
    air, battery = local_temperature(device, weather.temperature), battery_percent(device)
    drier = device.trait("drier", -4, 4)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        humidity = min(max(weather.humidity(time) + drier + jitter(dice, 0, 1.5), 5), 100)
        return milesight.PORT, milesight.em300_th(battery(time), air(time) + jitter(dice, 1, 0.1), humidity)

    return make


def soil(device: PlannedDevice, weather: Weather, _: Beat) -> Make:
    """Moisture, temperature and conductivity of soil: wet after rain, slow to dry."""
    dry, hold = device.trait("dry", 9, 16), device.trait("hold", 1.2, 2.6)
    salt, volts = device.trait("salt", 0.08, 0.3), battery_voltage(device)

    def make(time: int, _k: int, dice: int) -> tuple[int, bytes]:
        moisture = min(dry + hold * weather.soil(time - _RAIN_TO_SOIL) + jitter(dice, 0, 0.15), 55.0)
        temperature = 3 + 0.7 * weather.temperature(time - _SOIL_LAG) + jitter(dice, 1, 0.08)
        return dragino.PORT, dragino.lse01(volts(time), moisture, temperature, salt * moisture / 20)

    return make
