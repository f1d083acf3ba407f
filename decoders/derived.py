"""What the parameters of an assignment make of decoded readings: of a distance litres, of pulses a register.

Each derivation reads one value and gives one value: no reading waits for another. A derived reading keeps time and
attributes of the one it comes from and stands before what the device itself says of the same quantity; what it comes
from is kept too, unless only its scale was wrong (ratios, pressure range).
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from smartregion.model import Reading
from smartregion.quantities import QUANTITIES, Kind

Parameters = Mapping[str, float | str]
"""By the names of `decoders.parameters`."""


class Derivation(NamedTuple):
    """What one value becomes."""

    quantity: str
    make: Callable[[float], float]
    modulus: float | None = None
    """Counters: where the derived register starts again at 0."""


def _lying_cylinder(height: float) -> float:
    angle = 2 * math.acos(1 - 2 * height)
    return (angle - math.sin(angle)) / (2 * math.pi)


SHAPES: Final[Mapping[str, Callable[[float], float]]] = MappingProxyType(
    {
        "box": lambda height: height,
        "cylinder": lambda height: height,
        "lying_cylinder": _lying_cylinder,
        "cone": lambda height: height**3,
        "sphere": lambda height: height**2 * (3 - 2 * height),
    }
)
"""Share of the volume by share of the height, both 0 to 1; a cone stands on its tip."""

PULSE_QUANTITIES: Final = (
    "water.volume_total",
    "water.volume_reverse_total",
    "gas.volume_total",
    "heat.energy_total",
    "heat.volume_total",
    "energy.active_import_total",
    "energy.active_export_total",
    "rain.total",
)
KPA_PER_BAR: Final = 100.0


def pair(known: Parameters, first: str, second: str) -> tuple[float | None, float | None]:
    """Two parameters' values."""
    return number(known, first), number(known, second)


def number(parameters: Parameters, name: str) -> float | None:
    """A parameter's value; None without it."""
    value = parameters.get(name)
    return None if value is None else float(value)


def derivations(quantity: str, modulus: float | None, parameters: Parameters) -> tuple[Derivation, ...]:
    """What becomes of the values of one quantity; `parameters` are without mistakes.

    One of the quantity's own name takes the place of the value itself.
    """
    found = [each for rule in _RULES.get(quantity, ()) for each in rule(parameters)]
    factor = _factor(quantity, parameters)
    if factor != 1:
        found.append(_scaled(quantity, factor, modulus))
    pulses, wanted = number(parameters, "pulse_factor"), parameters.get("pulse_quantity")
    if quantity == "pulse.count_total" and pulses is not None and isinstance(wanted, str):
        found.append(_scaled(wanted, pulses, modulus))
    return tuple(found)


def apply(readings: Sequence[Reading], parameters: Parameters) -> tuple[Reading, ...]:
    """The readings of one frame with those derived from them; `parameters` are without mistakes."""
    derived = {
        (each.quantity, reading.attributes, reading.time): reading._replace(
            quantity=each.quantity, value=each.make(reading.value)
        )
        for reading in readings
        for each in derivations(reading.quantity, None, parameters)
    }
    kept = (each for each in readings if (each.quantity, each.attributes, each.time) not in derived)
    return (*kept, *derived.values())


def _scaled(quantity: str, factor: float, modulus: float | None) -> Derivation:
    counts = QUANTITIES[quantity].kind is Kind.COUNTER
    return Derivation(quantity, lambda value: value * factor, modulus * factor if counts and modulus else None)


def _share(parameters: Parameters) -> Callable[[float], float] | None:
    """From a distance to the share of the volume."""
    empty, full = pair(parameters, "empty_distance", "full_distance")
    if empty is None or full is None:
        return None
    bottom, height = empty, empty - full
    shape = SHAPES[str(parameters.get("shape", "box"))]
    return lambda distance: shape(min(max((bottom - distance) / height, 0.0), 1.0))


def _fill(parameters: Parameters) -> Iterator[Derivation]:
    share, volume = _share(parameters), number(parameters, "volume_l")
    if share is None:
        return
    yield Derivation("level.fill_percent", lambda distance: 100 * share(distance))
    if volume is not None:
        yield Derivation("level.volume", lambda distance: volume * share(distance))


def _told_fill(parameters: Parameters) -> Iterator[Derivation]:
    volume = number(parameters, "volume_l")
    if volume is not None and _share(parameters) is None:
        yield Derivation("level.volume", lambda percent: volume * percent / 100)


def _stage_below(parameters: Parameters) -> Iterator[Derivation]:
    height = number(parameters, "mounting_height")
    if height is not None:
        yield Derivation("water.stage", lambda distance: height - distance)


def _stage_above(parameters: Parameters) -> Iterator[Derivation]:
    height = number(parameters, "mounting_height")
    if height is not None:
        yield Derivation("water.stage", lambda level: height + level)


def _pressure(parameters: Parameters) -> Iterator[Derivation]:
    begin, end = pair(parameters, "pressure_min", "pressure_max")
    if begin is not None and end is not None:
        first, span = begin * KPA_PER_BAR, end - begin
        yield Derivation("water.pressure", lambda pressure: first + pressure * span)


_RULES: Final[Mapping[str, tuple[Callable[[Parameters], Iterable[Derivation]], ...]]] = MappingProxyType(
    {
        "level.distance": (_fill, _stage_below),
        "level.fill_percent": (_told_fill,),
        "water.level": (_stage_above,),
        "water.pressure": (_pressure,),
    }
)
_BY_CURRENT: Final = ("electric.current", "electric.charge_total")
_BY_VOLTAGE: Final = ("electric.voltage",)
_BY_BOTH: Final = tuple(
    name for name in QUANTITIES if name.startswith(("energy.", "power.")) and name != "power.factor"
)


def _factor(quantity: str, parameters: Parameters) -> float:
    current, voltage = (number(parameters, name) or 1.0 for name in ("current_ratio", "voltage_ratio"))
    if quantity in _BY_CURRENT:
        return current
    if quantity in _BY_VOLTAGE:
        return voltage
    return current * voltage if quantity in _BY_BOTH else 1.0
