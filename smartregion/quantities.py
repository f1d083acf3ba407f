"""The vocabulary: every quantity a reading may have, its unit and what may be done with it.

A name is `<medium>.<quantity>[_<statistic>]`. What tells several series of one quantity apart is an attribute, never a
further name: phase, tariff, direction, class, line, region, depth_cm, channel, alarm, weighting, fix. Units are UCUM
codes; counters stay in whole Wh, L and pulses, and `symbol` with `display_factor` says how people want to see them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple


class Kind(StrEnum):
    """How the values of a quantity behave in time."""

    GAUGE = "gauge"
    COUNTER = "counter"
    """Only rises, until it rolls over or the device is swapped."""
    DELTA = "delta"
    """The amount since the reading before."""
    STATE = "state"
    """0 or 1, holds until the next reading."""
    EVENT = "event"
    """1: happened now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """One row of the vocabulary. A value outside `low`..`high` (both inclusive) can't be true."""

    name: str
    unit: str
    """UCUM code of the unit every value is kept in."""
    kind: Kind
    domains: tuple[str, ...]
    low: float | None
    high: float | None
    additive: bool
    """Whether values (gauges) or amounts (counters, deltas) of several points may be added up."""
    label_de: str
    label_en: str
    symbol: str = ""
    """Unit as shown to people: a value times `display_factor` is in it."""
    display_factor: float = 1.0
    obis: str = ""
    """IEC 62056-6-1 codes, separated by blanks where phases have their own."""


class _Row(NamedTuple):
    name: str
    unit: str
    kind: Kind
    domains: tuple[str, ...]
    low: float
    high: float
    symbol: str = ""
    display_factor: float = 1.0
    obis: str = ""


_G, _C, _D, _S, _E = Kind.GAUGE, Kind.COUNTER, Kind.DELTA, Kind.STATE, Kind.EVENT
_ENERGY, _WATER, _WASTE = ("energy",), ("water",), ("waste",)
_MOBILITY, _ENVIRONMENT, _BUILDINGS = ("mobility",), ("environment",), ("buildings",)
DOMAINS: Final = _ENERGY + _WATER + _WASTE + _MOBILITY + _ENVIRONMENT + _BUILDINGS
_K = 0.001  # shown a thousand times as large: Wh as kWh, L as m³

_ROWS: Final = (
    _Row("air.temperature", "Cel", _G, _ENVIRONMENT + _BUILDINGS, -60, 85, "°C"),
    _Row("air.relative_humidity", "%", _G, _ENVIRONMENT + _BUILDINGS, 0, 100, "%"),
    _Row("air.dew_point", "Cel", _G, _ENVIRONMENT, -80, 60, "°C"),
    _Row("air.pressure", "hPa", _G, _ENVIRONMENT, 300, 1100, "hPa"),
    _Row("air.co2", "[ppm]", _G, _BUILDINGS, 0, 50000, "ppm"),
    _Row("air.co", "[ppm]", _G, _ENVIRONMENT, 0, 10000, "ppm"),
    _Row("air.no2", "ug/m3", _G, _ENVIRONMENT, 0, 20000, "µg/m³"),
    _Row("air.o3", "ug/m3", _G, _ENVIRONMENT, 0, 20000, "µg/m³"),
    _Row("air.so2", "ug/m3", _G, _ENVIRONMENT, 0, 50000, "µg/m³"),
    _Row("air.h2s", "[ppm]", _G, _WASTE + _ENVIRONMENT, 0, 2000, "ppm"),
    _Row("air.nh3", "[ppm]", _G, _WASTE + _ENVIRONMENT, 0, 5000, "ppm"),
    _Row("air.formaldehyde", "mg/m3", _G, _BUILDINGS, 0, 50, "mg/m³"),
    _Row("air.tvoc", "[ppb]", _G, _BUILDINGS, 0, 65535, "ppb"),
    _Row("air.iaq_index", "{index}", _G, _BUILDINGS, 0, 700),
    _Row("air.pm1", "ug/m3", _G, _ENVIRONMENT, 0, 5000, "µg/m³"),
    _Row("air.pm2_5", "ug/m3", _G, _ENVIRONMENT, 0, 5000, "µg/m³"),
    _Row("air.pm10", "ug/m3", _G, _ENVIRONMENT, 0, 5000, "µg/m³"),
    _Row("air.illuminance", "lx", _G, _ENVIRONMENT + _BUILDINGS, 0, 200000, "lx"),
    _Row("air.solar_irradiance", "W/m2", _G, _ENVIRONMENT + _ENERGY, -50, 2000, "W/m²"),
    _Row("air.par", "umol/(m2.s)", _G, _ENVIRONMENT, 0, 5000, "µmol/(m²·s)"),
    _Row("air.uv_index", "{index}", _G, _ENVIRONMENT, 0, 25),
    _Row("sound.level_eq", "dB[SPL]", _G, _ENVIRONMENT, 0, 160, "dB"),
    _Row("sound.level_max", "dB[SPL]", _G, _ENVIRONMENT, 0, 160, "dB"),
    _Row("sound.level", "dB[SPL]", _G, _ENVIRONMENT, 0, 160, "dB"),
    _Row("wind.speed", "m/s", _G, _ENVIRONMENT, 0, 100, "m/s"),
    _Row("wind.gust", "m/s", _G, _ENVIRONMENT, 0, 120, "m/s"),
    _Row("wind.direction", "deg", _G, _ENVIRONMENT, 0, 360, "°"),
    _Row("rain.amount", "mm", _D, _ENVIRONMENT + _WATER, 0, 500, "mm"),
    _Row("rain.total", "mm", _C, _ENVIRONMENT + _WATER, 0, 1e7, "mm"),
    _Row("rain.intensity", "mm/h", _G, _ENVIRONMENT + _WATER, 0, 1000, "mm/h"),
    _Row("soil.temperature", "Cel", _G, _WATER, -50, 85, "°C"),
    _Row("soil.moisture", "%", _G, _WATER, 0, 100, "%"),
    _Row("soil.conductivity", "dS/m", _G, _WATER, 0, 621, "dS/m"),
    _Row("soil.ph", "[pH]", _G, _WATER, 0, 14, "pH"),
    _Row("soil.water_potential", "kPa", _G, _WATER, -100000, 10, "kPa"),
    _Row("soil.nitrogen", "[ppm]", _G, _WATER, 0, 1e6, "ppm"),
    _Row("soil.phosphorus", "[ppm]", _G, _WATER, 0, 1e6, "ppm"),
    _Row("soil.potassium", "[ppm]", _G, _WATER, 0, 1e6, "ppm"),
    _Row("water.level", "m", _G, _WATER, -50, 500, "m"),
    _Row("water.stage", "m", _G, _WATER, -500, 9000, "m"),
    _Row("water.pressure", "kPa", _G, _WATER, -200, 10000, "kPa"),
    _Row("water.temperature", "Cel", _G, _WATER, -20, 150, "°C"),
    _Row("water.conductivity", "uS/cm", _G, _WATER, 0, 200000, "µS/cm"),
    _Row("water.ph", "[pH]", _G, _WATER, 0, 14, "pH"),
    _Row("water.turbidity", "{NTU}", _G, _WATER, 0, 10000, "NTU"),
    _Row("water.dissolved_oxygen", "mg/L", _G, _WATER, 0, 50, "mg/L"),
    _Row("water.redox", "mV", _G, _WATER, -2000, 2000, "mV"),
    _Row("water.leak", "1", _S, _WATER + _BUILDINGS, 0, 1),
    _Row("water.volume_total", "L", _C, _WATER, 0, 1e12, "m³", _K, "8-0:1.0.0"),
    _Row("water.volume_reverse_total", "L", _C, _WATER, 0, 1e12, "m³", _K, "8-0:2.0.0"),
    _Row("water.flow_rate", "L/h", _G, _WATER, -1e7, 1e7, "L/h", 1.0, "8-0:9.0.0"),
    _Row("water.meter_alarm", "1", _S, _WATER, 0, 1),
    _Row("valve.open", "1", _S, _WATER, 0, 1),
    _Row("level.distance", "m", _G, _WASTE + _WATER, 0, 100, "m"),
    _Row("level.fill_percent", "%", _G, _WASTE, 0, 100, "%"),
    _Row("level.volume", "L", _G, _WASTE, 0, 1e7, "L"),
    _Row("container.temperature", "Cel", _G, _WASTE, -60, 300, "°C"),
    _Row("container.tilted", "1", _S, _WASTE, 0, 1),
    _Row("container.fire_alarm", "1", _S, _WASTE, 0, 1),
    _Row("container.full_alarm", "1", _S, _WASTE, 0, 1),
    _Row("container.emptied", "1", _E, _WASTE, 0, 1),
    _Row("container.weight", "kg", _G, _WASTE, -100, 100000, "kg"),
    _Row("energy.active_import_total", "W.h", _C, _ENERGY, 0, 1e14, "kWh", _K, "1-0:1.8.0"),
    _Row("energy.active_export_total", "W.h", _C, _ENERGY, 0, 1e14, "kWh", _K, "1-0:2.8.0"),
    _Row("energy.reactive_import_total", "V.A.h{reactive}", _C, _ENERGY, 0, 1e14, "kvarh", _K, "1-0:3.8.0"),
    _Row("energy.reactive_export_total", "V.A.h{reactive}", _C, _ENERGY, 0, 1e14, "kvarh", _K, "1-0:4.8.0"),
    _Row("energy.active_import", "W.h", _D, _ENERGY, 0, 1e10, "kWh", _K, "1-0:1.29.0"),
    _Row("power.active", "W", _G, _ENERGY, -1e9, 1e9, "W", 1.0, "1-0:16.7.0 1-0:36.7.0 1-0:56.7.0 1-0:76.7.0"),
    _Row("power.reactive", "V.A{reactive}", _G, _ENERGY, -1e9, 1e9, "var", 1.0, "1-0:3.7.0"),
    _Row("power.apparent", "V.A", _G, _ENERGY, -1e9, 1e9, "VA", 1.0, "1-0:9.7.0"),
    _Row("power.factor", "1", _G, _ENERGY, -1, 1, "", 1.0, "1-0:13.7.0"),
    _Row("electric.voltage", "V", _G, _ENERGY, -1500, 500000, "V", 1.0, "1-0:32.7.0 1-0:52.7.0 1-0:72.7.0"),
    _Row("electric.current", "A", _G, _ENERGY, -20000, 20000, "A", 1.0, "1-0:31.7.0 1-0:51.7.0 1-0:71.7.0 1-0:91.7.0"),
    _Row("electric.frequency", "Hz", _G, _ENERGY, 0, 100, "Hz", 1.0, "1-0:14.7.0"),
    _Row("electric.charge_total", "A.h", _C, _ENERGY, 0, 1e10, "Ah"),
    _Row("switch.on", "1", _S, _ENERGY, 0, 1),
    _Row("gas.volume_total", "L", _C, _ENERGY, 0, 1e12, "m³", _K, "7-0:3.0.0"),
    _Row("heat.energy_total", "W.h", _C, _ENERGY, 0, 1e14, "kWh", _K, "6-0:1.0.0"),
    _Row("heat.volume_total", "L", _C, _ENERGY, 0, 1e12, "m³", _K, "6-0:2.0.0"),
    _Row("heat.power", "W", _G, _ENERGY, -1e9, 1e9, "W", 1.0, "6-0:8.0.0"),
    _Row("heat.flow_rate", "L/h", _G, _ENERGY, -1e7, 1e7, "L/h", 1.0, "6-0:9.0.0"),
    _Row("heat.supply_temperature", "Cel", _G, _ENERGY, -50, 300, "°C", 1.0, "6-0:10.0.0"),
    _Row("heat.return_temperature", "Cel", _G, _ENERGY, -50, 300, "°C", 1.0, "6-0:11.0.0"),
    _Row("pulse.count_total", "{pulse}", _C, _ENERGY + _WATER, 0, 1e15),
    _Row("pressure.differential", "Pa", _G, _BUILDINGS, -100000, 100000, "Pa"),
    _Row("parking.occupied", "1", _S, _MOBILITY, 0, 1),
    _Row("parking.previous_duration", "s", _G, _MOBILITY, 0, 1e8, "min", 1 / 60),
    _Row("traffic.count", "{vehicle}", _D, _MOBILITY, 0, 100000),
    _Row("traffic.count_total", "{vehicle}", _C, _MOBILITY, 0, 1e12),
    _Row("traffic.speed_mean", "m/s", _G, _MOBILITY, 0, 100, "km/h", 3.6),
    _Row("people.count", "{person}", _D, _MOBILITY + _BUILDINGS, 0, 100000),
    _Row("people.count_total", "{person}", _C, _MOBILITY + _BUILDINGS, 0, 1e12),
    _Row("people.present", "{person}", _G, _BUILDINGS, 0, 100000),
    _Row("people.dwell_mean", "s", _G, _MOBILITY, 0, 1e6, "s"),
    _Row("position.latitude", "deg", _G, _MOBILITY, -90, 90, "°"),
    _Row("position.longitude", "deg", _G, _MOBILITY, -180, 180, "°"),
    _Row("position.altitude", "m", _G, _MOBILITY, -500, 9000, "m"),
    _Row("position.accuracy", "m", _G, _MOBILITY, 0, 1e6, "m"),
    _Row("position.heading", "deg", _G, _MOBILITY, 0, 360, "°"),
    _Row("position.speed", "m/s", _G, _MOBILITY, 0, 150, "km/h", 3.6),
    _Row("trip.active", "1", _S, _MOBILITY, 0, 1),
    _Row("motion.detected", "1", _E, _BUILDINGS + _MOBILITY, 0, 1),
    # Some devices count since they were started; most report the events since the frame before.
    _Row("motion.count", "{event}", _D, _BUILDINGS, 0, 1e9),
    _Row("occupancy.present", "1", _S, _BUILDINGS, 0, 1),
    _Row("contact.open", "1", _S, _BUILDINGS, 0, 1),
    _Row("button.pressed", "1", _E, _BUILDINGS, 0, 1),
    _Row("tamper.alarm", "1", _S, DOMAINS, 0, 1),
    _Row("tilt.angle", "deg", _G, _WASTE + _MOBILITY, -180, 360, "°"),
    _Row("acceleration.x", "[g]", _G, _MOBILITY, -200, 200, "g"),
    _Row("acceleration.y", "[g]", _G, _MOBILITY, -200, 200, "g"),
    _Row("acceleration.z", "[g]", _G, _MOBILITY, -200, 200, "g"),
    _Row("vibration.velocity_rms", "mm/s", _G, _ENERGY, 0, 1000, "mm/s"),
    _Row("device.battery_voltage", "V", _G, DOMAINS, 0, 60, "V"),
    _Row("device.battery_percent", "%", _G, DOMAINS, 0, 100, "%"),
    _Row("device.battery_low", "1", _S, DOMAINS, 0, 1),
    _Row("device.temperature", "Cel", _G, DOMAINS, -60, 150, "°C"),
    _Row("device.restart", "1", _E, DOMAINS, 0, 1),
    _Row("radio.rssi", "{dBm}", _G, DOMAINS, -200, 50, "dBm"),
    _Row("radio.snr", "dB", _G, DOMAINS, -50, 50, "dB"),
)

_LABELS: Final = {
    "air.temperature": ("Lufttemperatur", "Air temperature"),
    "air.relative_humidity": ("Relative Luftfeuchte", "Relative humidity"),
    "air.dew_point": ("Taupunkt", "Dew point"),
    "air.pressure": ("Luftdruck", "Air pressure"),
    "air.co2": ("CO₂-Gehalt der Luft", "CO₂ in air"),
    "air.co": ("Kohlenmonoxid", "Carbon monoxide"),
    "air.no2": ("Stickstoffdioxid", "Nitrogen dioxide"),
    "air.o3": ("Ozon", "Ozone"),
    "air.so2": ("Schwefeldioxid", "Sulphur dioxide"),
    "air.h2s": ("Schwefelwasserstoff", "Hydrogen sulphide"),
    "air.nh3": ("Ammoniak", "Ammonia"),
    "air.formaldehyde": ("Formaldehyd", "Formaldehyde"),
    "air.tvoc": ("Flüchtige organische Stoffe", "Volatile organic compounds"),
    "air.iaq_index": ("Luftgüteindex", "Indoor air quality index"),
    "air.pm1": ("Feinstaub PM1", "Particulate matter PM1"),
    "air.pm2_5": ("Feinstaub PM2,5", "Particulate matter PM2.5"),
    "air.pm10": ("Feinstaub PM10", "Particulate matter PM10"),
    "air.illuminance": ("Beleuchtungsstärke", "Illuminance"),
    "air.solar_irradiance": ("Globalstrahlung", "Solar irradiance"),
    "air.par": ("Photosynthetisch aktive Strahlung", "Photosynthetically active radiation"),
    "air.uv_index": ("UV-Index", "UV index"),
    "sound.level_eq": ("Mittelungspegel", "Equivalent sound level"),
    "sound.level_max": ("Maximalpegel", "Maximum sound level"),
    "sound.level": ("Schallpegel", "Sound level"),
    "wind.speed": ("Windgeschwindigkeit", "Wind speed"),
    "wind.gust": ("Windböe", "Wind gust"),
    "wind.direction": ("Windrichtung", "Wind direction"),
    "rain.amount": ("Niederschlag", "Rainfall"),
    "rain.total": ("Niederschlag, Zählerstand", "Rainfall, register"),
    "rain.intensity": ("Niederschlagsintensität", "Rainfall intensity"),
    "soil.temperature": ("Bodentemperatur", "Soil temperature"),
    "soil.moisture": ("Bodenfeuchte", "Soil moisture"),
    "soil.conductivity": ("Leitfähigkeit des Bodens", "Soil conductivity"),
    "soil.ph": ("pH-Wert des Bodens", "Soil pH"),
    "soil.water_potential": ("Saugspannung des Bodens", "Soil water potential"),
    "soil.nitrogen": ("Stickstoff im Boden", "Soil nitrogen"),
    "soil.phosphorus": ("Phosphor im Boden", "Soil phosphorus"),
    "soil.potassium": ("Kalium im Boden", "Soil potassium"),
    "water.level": ("Wasserstand über Sensor", "Water level above sensor"),
    "water.stage": ("Pegel", "Water stage"),
    "water.pressure": ("Wasserdruck", "Water pressure"),
    "water.temperature": ("Wassertemperatur", "Water temperature"),
    "water.conductivity": ("Leitfähigkeit des Wassers", "Water conductivity"),
    "water.ph": ("pH-Wert des Wassers", "Water pH"),
    "water.turbidity": ("Trübung", "Turbidity"),
    "water.dissolved_oxygen": ("Gelöster Sauerstoff", "Dissolved oxygen"),
    "water.redox": ("Redoxpotential", "Redox potential"),
    "water.leak": ("Leckage", "Leak"),
    "water.volume_total": ("Wasser, Zählerstand", "Water, register"),
    "water.volume_reverse_total": ("Wasser rückwärts, Zählerstand", "Water backwards, register"),
    "water.flow_rate": ("Durchfluss", "Flow rate"),
    "water.meter_alarm": ("Alarm des Wasserzählers", "Water meter alarm"),
    "valve.open": ("Ventil offen", "Valve open"),
    "level.distance": ("Abstand zur Oberfläche", "Distance to surface"),
    "level.fill_percent": ("Füllstand", "Fill level"),
    "level.volume": ("Füllmenge", "Fill volume"),
    "container.temperature": ("Temperatur im Behälter", "Container temperature"),
    "container.tilted": ("Behälter gekippt", "Container tilted"),
    "container.fire_alarm": ("Brandalarm im Behälter", "Container fire alarm"),
    "container.full_alarm": ("Behälter voll", "Container full"),
    "container.emptied": ("Behälter geleert", "Container emptied"),
    "container.weight": ("Gewicht des Behälters", "Container weight"),
    "energy.active_import_total": ("Strombezug, Zählerstand", "Electricity import, register"),
    "energy.active_export_total": ("Stromeinspeisung, Zählerstand", "Electricity export, register"),
    "energy.reactive_import_total": ("Blindarbeit Bezug, Zählerstand", "Reactive energy import, register"),
    "energy.reactive_export_total": ("Blindarbeit Abgabe, Zählerstand", "Reactive energy export, register"),
    "energy.active_import": ("Strombezug", "Electricity import"),
    "power.active": ("Wirkleistung", "Active power"),
    "power.reactive": ("Blindleistung", "Reactive power"),
    "power.apparent": ("Scheinleistung", "Apparent power"),
    "power.factor": ("Leistungsfaktor", "Power factor"),
    "electric.voltage": ("Spannung", "Voltage"),
    "electric.current": ("Strom", "Current"),
    "electric.frequency": ("Netzfrequenz", "Mains frequency"),
    "electric.charge_total": ("Ladungsmenge, Zählerstand", "Electric charge, register"),
    "switch.on": ("Eingeschaltet", "Switched on"),
    "gas.volume_total": ("Gas, Zählerstand", "Gas, register"),
    "heat.energy_total": ("Wärme, Zählerstand", "Heat, register"),
    "heat.volume_total": ("Heizwasser, Zählerstand", "Heating water, register"),
    "heat.power": ("Wärmeleistung", "Heat power"),
    "heat.flow_rate": ("Durchfluss Heizwasser", "Heating water flow rate"),
    "heat.supply_temperature": ("Vorlauftemperatur", "Supply temperature"),
    "heat.return_temperature": ("Rücklauftemperatur", "Return temperature"),
    "pulse.count_total": ("Impulse, Zählerstand", "Pulses, register"),
    "pressure.differential": ("Differenzdruck", "Differential pressure"),
    "parking.occupied": ("Stellplatz belegt", "Parking space occupied"),
    "parking.previous_duration": ("Dauer des vorigen Zustands", "Duration of the previous state"),
    "traffic.count": ("Fahrzeuge", "Vehicles"),
    "traffic.count_total": ("Fahrzeuge, Zählerstand", "Vehicles, register"),
    "traffic.speed_mean": ("Mittlere Geschwindigkeit", "Mean speed"),
    "people.count": ("Personen", "People"),
    "people.count_total": ("Personen, Zählerstand", "People, register"),
    "people.present": ("Anwesende Personen", "People present"),
    "people.dwell_mean": ("Mittlere Verweildauer", "Mean dwell time"),
    "position.latitude": ("Geographische Breite", "Latitude"),
    "position.longitude": ("Geographische Länge", "Longitude"),
    "position.altitude": ("Höhe", "Altitude"),
    "position.accuracy": ("Ortungsgenauigkeit", "Position accuracy"),
    "position.heading": ("Kurs", "Heading"),
    "position.speed": ("Geschwindigkeit", "Speed"),
    "trip.active": ("Unterwegs", "On a trip"),
    "motion.detected": ("Bewegung erkannt", "Motion detected"),
    "motion.count": ("Bewegungen", "Motion events"),
    "occupancy.present": ("Raum belegt", "Room occupied"),
    "contact.open": ("Kontakt offen", "Contact open"),
    "button.pressed": ("Taster gedrückt", "Button pressed"),
    "tamper.alarm": ("Sabotagealarm", "Tamper alarm"),
    "tilt.angle": ("Neigung", "Tilt"),
    "acceleration.x": ("Beschleunigung X", "Acceleration X"),
    "acceleration.y": ("Beschleunigung Y", "Acceleration Y"),
    "acceleration.z": ("Beschleunigung Z", "Acceleration Z"),
    "vibration.velocity_rms": ("Schwinggeschwindigkeit", "Vibration velocity"),
    "device.battery_voltage": ("Batteriespannung", "Battery voltage"),
    "device.battery_percent": ("Batterieladung", "Battery charge"),
    "device.battery_low": ("Batterie schwach", "Battery low"),
    "device.temperature": ("Gerätetemperatur", "Device temperature"),
    "device.restart": ("Neustart des Geräts", "Device restarted"),
    "radio.rssi": ("Empfangspegel", "Received signal strength"),
    "radio.snr": ("Signal-Rausch-Abstand", "Signal-to-noise ratio"),
}

_ADDITIVE_GAUGES: Final = {
    "water.flow_rate",
    "level.volume",
    "container.weight",
    "power.active",
    "power.reactive",
    "power.apparent",
    "heat.power",
    "heat.flow_rate",
    "people.present",
}


def _additive(row: _Row) -> bool:
    """Amounts add up, but the millimetres of two rain gauges say nothing together."""
    return row.name in _ADDITIVE_GAUGES or (row.kind in (_C, _D) and not row.name.startswith("rain."))


def _quantity(row: _Row) -> Quantity:
    german, english = _LABELS[row.name]
    return Quantity(**row._asdict(), additive=_additive(row), label_de=german, label_en=english)


QUANTITIES: Final[Mapping[str, Quantity]] = MappingProxyType({row.name: _quantity(row) for row in _ROWS})
"""Every quantity there is, by name."""


def quantity(name: str) -> Quantity:
    """The row of that name.

    Raises:
        KeyError: the vocabulary has no such quantity; the text names it.
    """
    try:
        return QUANTITIES[name]
    except KeyError:
        raise KeyError(f"no quantity of the vocabulary: {name!r}") from None
