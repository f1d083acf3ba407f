"""What an assignment may say of its place, and whether it makes sense.

A parameter says something of the place, not of the device: how deep the container is, how high the gauge hangs, what a
pulse of this meter stands for. So it belongs to the assignment of a device to a point, holds as long as that, and is
applied after decoding (`decoders.derived`).
"""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from decoders.derived import PULSE_QUANTITIES, SHAPES, Parameters, pair
from smartregion.errors import Misconfigured


class Parameter(NamedTuple):
    """One thing an assignment may say of its place."""

    name: str
    unit: str
    """UCUM; empty for words and for plain factors."""
    label_de: str
    label_en: str
    meaning: str
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    """Words it may be; without any, and without a range, any text."""
    needs: tuple[str, ...] = ()
    """Parameters that say nothing without each other."""

    @property
    def is_number(self) -> bool:
        """Whether its value is a number."""
        return self.low > -math.inf


_RATIO: Final = (0.001, 100_000.0)

_ROWS: Final = (
    Parameter(
        "empty_distance",
        "m",
        "Abstand zum leeren Boden",
        "Distance to the empty bottom",
        "from the sensor to the bottom of the container; with `full_distance` gives `level.fill_percent`",
        0,
        100,
        needs=("full_distance",),
    ),
    Parameter(
        "full_distance",
        "m",
        "Abstand bei vollem Behälter",
        "Distance when full",
        "from the sensor to the content of a full container; less than `empty_distance`",
        0,
        100,
        needs=("empty_distance",),
    ),
    Parameter(
        "shape",
        "",
        "Form des Behälters",
        "Shape of the container",
        "how height becomes volume (`box` without it); a `lying_cylinder` or `sphere` is as high as the two distances "
        "are apart, a `cone` stands on its tip",
        choices=tuple(SHAPES),
        needs=("empty_distance", "full_distance"),
    ),
    Parameter(
        "volume_l",
        "L",
        "Inhalt des vollen Behälters",
        "Volume when full",
        "gives `level.volume`, from the two distances or, without them, from the fill level that the device tells",
        0.1,
        1e7,
    ),
    Parameter(
        "mounting_height",
        "m",
        "Höhe des Sensors über Pegelnull",
        "Height of the sensor above datum",
        "gives `water.stage`: the height less the distance measured downwards, or plus the water above the sensor",
        -500,
        9000,
    ),
    Parameter(
        "pulse_factor",
        "",
        "Menge je Impuls",
        "Amount a pulse",
        "what a pulse stands for, in the unit of `pulse_quantity`: L, Wh or mm",
        1e-6,
        1e9,
        needs=("pulse_quantity",),
    ),
    Parameter(
        "pulse_quantity",
        "",
        "Was die Impulse zählen",
        "What the pulses count",
        "the register that `pulse.count_total` becomes",
        choices=PULSE_QUANTITIES,
        needs=("pulse_factor",),
    ),
    Parameter(
        "pressure_min",
        "bar",
        "Anfang des Messbereichs",
        "Begin of the range",
        "as on the label of a probe whose frames tell the share of its range (Decentlab DL-PR26); scales "
        "`water.pressure`, which the decoder gives for 0 to 1 bar",
        -1,
        1000,
        needs=("pressure_max",),
    ),
    Parameter(
        "pressure_max",
        "bar",
        "Ende des Messbereichs",
        "End of the range",
        "more than `pressure_min`",
        -1,
        1000,
        needs=("pressure_min",),
    ),
    Parameter(
        "current_ratio",
        "",
        "Übersetzung der Stromwandler",
        "Ratio of the current transformers",
        "e.g. 40 for 200/5 A, where the meter itself does not know it; multiplies currents, charges, powers and "
        "energies",
        *_RATIO,
    ),
    Parameter(
        "voltage_ratio",
        "",
        "Übersetzung der Spannungswandler",
        "Ratio of the voltage transformers",
        "multiplies voltages, powers and energies",
        *_RATIO,
    ),
    Parameter(
        "profile",
        "",
        "Was das Gerät ist",
        "What the device is",
        "BRAND/MODEL; chooses the decoder while the assignment holds",
    ),
)
PARAMETERS: Final[Mapping[str, Parameter]] = MappingProxyType({row.name: row for row in _ROWS})
"""Everything an assignment may say, by name."""


def check(parameters: Parameters) -> None:
    """Whether an assignment may have these.

    Raises:
        Misconfigured: one is unknown, of the wrong kind or out of its range, or they contradict each other; says all.
    """
    wrong = mistakes(parameters)
    unknown = sorted(parameters.keys() - PARAMETERS)
    if unknown:
        wrong.append(f"there is no parameter {', '.join(unknown)}; known are {', '.join(PARAMETERS)}")
    if wrong:
        raise Misconfigured("; ".join(wrong))


def mistakes(parameters: Parameters) -> list[str]:
    """What is wrong with the parameters that are known here."""
    known = {name: value for name, value in parameters.items() if name in PARAMETERS}
    found = [wrong for name, value in known.items() if (wrong := _wrong(PARAMETERS[name], value))]
    found += [
        f"{name} says nothing without {' and '.join(lacking)}"
        for name in known
        if (lacking := [other for other in PARAMETERS[name].needs if other not in known])
    ]
    return found or list(_contradictions(known))


def _wrong(parameter: Parameter, value: float | str) -> str:
    name, low, high = parameter.name, parameter.low, parameter.high
    if parameter.is_number:
        if isinstance(value, str) or not low <= value <= high:
            return f"{name} {value!r} is no number from {low:g} to {high:g}"
    elif parameter.choices and value not in parameter.choices:
        return f"{name} {value!r} is none of {', '.join(parameter.choices)}"
    elif name == "profile" and not all(str(value).partition("/")):
        return f"profile {value!r}: write BRAND/MODEL"
    return ""


def _contradictions(known: Parameters) -> Iterator[str]:
    empty, full = pair(known, "empty_distance", "full_distance")
    if empty is not None and full is not None and empty <= full:
        yield f"empty_distance {empty:g} is not more than full_distance {full:g}: the bottom lies below the content"
    begin, end = pair(known, "pressure_min", "pressure_max")
    if begin is not None and end is not None and end <= begin:
        yield f"pressure_max {end:g} is not more than pressure_min {begin:g}"
