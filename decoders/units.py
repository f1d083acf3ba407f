"""Units in which other people's decoders give their values, and how they become ours.

Names are UCUM codes, case-sensitive. Source: UCUM 2.1.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple


class Conversion(NamedTuple):
    """From one unit to another: value times `scale` plus `shift`."""

    scale: float
    shift: float

    def __call__(self, value: float) -> float:
        """The value in the other unit, without the dust of binary fractions."""
        if self.scale == 1.0 and self.shift == 0.0:
            return value
        return float(f"{value * self.scale + self.shift:.15g}")


class _Unit(NamedTuple):
    """How many of its dimension's base units one of it is, and where its zero lies among them."""

    dimension: str
    size: Fraction
    zero: Fraction


_SIZES: Final[Mapping[str, Mapping[str, str]]] = {
    "length": {
        "m": "1", "dm": "0.1", "cm": "0.01", "mm": "0.001", "um": "0.000001", "km": "1000",
        "[in_i]": "0.0254", "[ft_i]": "0.3048", "[mi_i]": "1609.344",
    },
    "speed": {
        "m/s": "1", "km/h": "10/36", "cm/s": "0.01", "mm/s": "0.001", "mm/h": "1/3600000", "[kn_i]": "1852/3600",
        "[mi_i]/h": "0.44704", "[ft_i]/s": "0.3048",
    },
    "pressure": {
        "Pa": "1", "hPa": "100", "kPa": "1000", "MPa": "1000000", "mbar": "100", "bar": "100000",
        "mm[Hg]": "133.322387415", "[psi]": "6894.757293168",
    },
    "conductivity": {"S/m": "1", "dS/m": "0.1", "mS/m": "0.001", "mS/cm": "0.1", "uS/cm": "0.0001"},
    "energy": {
        "W.h": "1", "kW.h": "1000", "MW.h": "1000000", "GW.h": "1000000000",
        "J": "1/3600", "kJ": "1000/3600", "MJ": "1000000/3600", "GJ": "1000000000/3600",
    },
    "reactive energy": {"V.A.h{reactive}": "1", "kV.A.h{reactive}": "1000", "MV.A.h{reactive}": "1000000"},
    "power": {"W": "1", "mW": "0.001", "kW": "1000", "MW": "1000000"},
    "reactive power": {"V.A{reactive}": "1", "kV.A{reactive}": "1000"},
    "apparent power": {"V.A": "1", "kV.A": "1000"},
    "voltage": {"V": "1", "mV": "0.001", "kV": "1000"},
    "current": {"A": "1", "mA": "0.001", "kA": "1000"},
    "charge": {"A.h": "1", "mA.h": "0.001"},
    "frequency": {"Hz": "1", "mHz": "0.001", "kHz": "1000"},
    "volume": {
        "L": "1", "l": "1", "dL": "0.1", "hL": "100", "mL": "0.001", "m3": "1000", "dm3": "1", "cm3": "0.001",
        "[gal_us]": "3.785411784", "[cft_i]": "28.316846592",
    },
    "flow": {
        "L/h": "1", "L/min": "60", "L/s": "3600", "mL/s": "3.6", "m3/h": "1000", "m3/s": "3600000",
        "[gal_us]/min": "227.12470704",
    },
    "mass": {"kg": "1", "g": "0.001", "t": "1000"},
    "time": {"s": "1", "ms": "0.001", "min": "60", "h": "3600", "d": "86400"},
    "angle": {"deg": "1", "rad": "57.29577951308232"},
    "share": {"1": "1", "%": "0.01", "[ppm]": "0.000001", "[ppb]": "0.000000001"},
    "acceleration": {"[g]": "1", "m[g]": "0.001", "m/s2": "1/9.80665"},
    "concentration": {"ug/m3": "1", "mg/m3": "1000", "mg/L": "1000000", "g/L": "1000000000"},
    "illuminance": {"lx": "1", "klx": "1000"},
    "irradiance": {"W/m2": "1", "kW/m2": "1000"},
}  # fmt: skip


def _fraction(text: str) -> Fraction:
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or "1")


_UNITS: Final[Mapping[str, _Unit]] = MappingProxyType(
    {
        name: _Unit(dimension, _fraction(size), Fraction(0))
        for dimension, sizes in _SIZES.items()
        for name, size in sizes.items()
    }
    | {
        "Cel": _Unit("temperature", Fraction(1), Fraction(0)),
        "K": _Unit("temperature", Fraction(1), Fraction("-273.15")),
        "[degF]": _Unit("temperature", Fraction(5, 9), Fraction(-160, 9)),
    }
)


def conversion(given: str, wanted: str) -> Conversion | None:
    """How values in `given` become values in `wanted`; None when one can't become the other.

    A unit that is not in the table ([pH], {NTU} …) becomes itself only.
    """
    if given == wanted:
        return Conversion(1.0, 0.0)
    source, target = _UNITS.get(given), _UNITS.get(wanted)
    if source is None or target is None or source.dimension != target.dimension:
        return None
    scale = source.size / target.size
    return Conversion(float(scale), float((source.zero - target.zero) / target.size))


def convertible(wanted: str) -> tuple[str, ...]:
    """Every unit that can become `wanted`, itself first."""
    target = _UNITS.get(wanted)
    others = (name for name, unit in _UNITS.items() if target and unit.dimension == target.dimension and name != wanted)
    return (wanted, *others)
