"""What each role of a device is: its model, how often it sends, how its bytes come about."""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from simulator.region import buildings, energy, environment, mobility, waste, water
from simulator.region.beats import Beat, Changes, Periodic
from simulator.region.making import Make
from simulator.region.model import PlannedDevice
from simulator.region.weather import Weather
from simulator.region.weeks import SHOPS
from smartregion.model import Profile

MINUTES = 60
HOURS = 3600


class Role(NamedTuple):
    """What a device of this role is. `seconds` is None for devices that send on events."""

    device: str
    """What device ids begin with."""
    profile: Profile | None
    seconds: int | None
    make: Callable[[PlannedDevice, Weather, Beat], Make]
    parameters: Mapping[str, float | str]
    """Of the assignment: metres, and litres or watt-hours a pulse."""


def _profile(name: str, firmware: str, hardware: str = "1.0") -> Profile:
    brand, model = name.split("/")
    return Profile(brand, model, firmware, hardware)


_EMU = _profile("emu/emu-prof-ii", "1.0")
_CT101 = _profile("milesight-iot/ct101", "1.1")
_W1 = _profile("axioma/qalcosonic-w1", "1.1")
_ERS = _profile("elsys/ers", "1.0")
_ERS_CO2 = _profile("elsys/ers-co2", "1.0")
_DI = _profile("milesight-iot/em300-di", "1.3", "3.0")

ROLES: Final[Mapping[str, Role]] = {
    "office_meter": Role("strom", _EMU, 15 * MINUTES, energy.office_meter, {}),
    "school_meter": Role("strom", _EMU, 15 * MINUTES, energy.school_meter, {}),
    "plant_meter": Role("strom", _EMU, 15 * MINUTES, energy.plant_meter, {}),
    "pump": Role("stromwandler", _CT101, 30 * MINUTES, energy.pump, {}),
    "street_lamps": Role("stromwandler", _CT101, 30 * MINUTES, energy.street_lamps, {}),
    "socket": Role("steckdose", _profile("milesight-iot/ws52x", "1.1"), HOURS, energy.socket, {}),
    "gas_meter": Role("gas", _DI, HOURS, energy.gas_meter, {"pulse_quantity": "gas.volume_total", "pulse_factor": 100}),
    "public_water": Role("wasser", _W1, 6 * HOURS, water.public_water, {}),
    "house_water": Role("wasser", _W1, 12 * HOURS, water.house_water, {}),
    "pulse_water": Role(
        "wasserimpuls", _DI, HOURS, water.pulse_water, {"pulse_quantity": "water.volume_total", "pulse_factor": 10}
    ),
    "river_gauge": Role(
        "pegel", _profile("decentlab/dl-mbx", "1.0"), 15 * MINUTES, water.river_gauge, {"mounting_height": 4.5}
    ),
    "basin": Role("becken", _profile("dragino/ldds75", "1.1.4"), HOURS, water.basin, {"mounting_height": 3.2}),
    "glass": Role(
        "glas",
        _profile("milesight-iot/em310-udl", "1.2"),
        4 * HOURS,
        waste.glass,
        {"empty_distance": 1.85, "full_distance": 0.35},
    ),
    "paper": Role(
        "papier",
        _profile("milesight-iot/em400-mud", "1.1"),
        3 * HOURS,
        waste.paper,
        {"empty_distance": 1.45, "full_distance": 0.3},
    ),
    "textiles": Role(
        "kleider",
        _profile("milesight-iot/em400-tld", "1.1"),
        6 * HOURS,
        waste.textiles,
        {"empty_distance": 1.75, "full_distance": 0.35},
    ),
    "underground": Role(
        "unterflur",
        _profile("dragino/ldds75", "1.1.4"),
        2 * HOURS,
        waste.underground,
        {"empty_distance": 2.6, "full_distance": 0.45},
    ),
    "parking": Role("parken", _profile("bosch/tps110", "0.29.2"), None, mobility.parking, {}),
    "people": Role("personen", _profile("milesight-iot/vs133", "1.0.4"), 30 * MINUTES, mobility.people, {}),
    "outdoor_climate": Role(
        "klima", _profile("milesight-iot/em300-th", "1.2"), 30 * MINUTES, environment.outdoor_climate, {}
    ),
    "soil": Role("boden", _profile("dragino/lse01", "1.1.4"), 2 * HOURS, environment.soil, {}),
    "classroom": Role("luft", _ERS_CO2, 30 * MINUTES, buildings.classroom, {}),
    "meeting_room": Role("luft", _ERS_CO2, 30 * MINUTES, buildings.meeting_room, {}),
    "room": Role("raum", _ERS, HOURS, buildings.room, {}),
    "cellar": Role("keller", _profile("elsys/elt-2", "1.0"), 4 * HOURS, buildings.cellar, {}),
    "stranger": Role("fremd", None, 6 * HOURS, buildings.stranger, {}),
}
"""LSE01: the layout of the public vectors is that of firmware 1.1.4."""


def beat_of(device: PlannedDevice) -> Beat:
    """When the device sends."""
    seconds = ROLES[device.role].seconds
    if seconds is None:
        return Changes(device.key, SHOPS, visits=round(device.trait("visits", 4, 9)))
    return Periodic(device.key, seconds)
