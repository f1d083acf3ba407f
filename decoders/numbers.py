"""A number inside a payload: the row that every table is made of."""

import struct
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from smartregion.model import Attributes, Reading
from smartregion.quantities import QUANTITIES, Kind

NONE_MISSING: Final[Mapping[int, str]] = MappingProxyType({})
FLAG: Final[Mapping[int, str]] = MappingProxyType({raw: f"{raw} is neither 0 nor 1" for raw in range(2, 256)})
"""`missing` of a byte that is 0 or 1."""


class Number(NamedTuple):
    """One number: which quantity, how it is written, and by what it is divided to be in the quantity's unit."""

    quantity: str
    """Empty: bytes that hold nothing for us."""
    code: str
    """As `struct` has it: B b H h I i Q, or x for each byte to skip."""
    divisor: float = 1
    attributes: Attributes = ()
    missing: Mapping[int, str] = NONE_MISSING
    """Raw values that stand for "no value", with the reason."""
    mask: int = 0
    """The bits that count; 0: all."""
    offset: float = 0
    """The raw value that stands for 0; subtracted before the division."""

    @property
    def modulus(self) -> float:
        """The value at which an unsigned register of this width rolls over."""
        return float(self.mask + 1 if self.mask else 256 ** struct.calcsize("<" + self.code)) / self.divisor


_new = tuple.__new__


def skip(width: int) -> Number:
    """So many bytes that hold nothing for us."""
    return Number("", "x" * width)


class Block:
    """Numbers one after the other, read in one go."""

    def __init__(self, order: str, numbers: Iterable[Number]) -> None:
        every = tuple(numbers)
        packed = struct.Struct(order + "".join(number.code for number in every))
        self.width = packed.size
        self.unpack_from = packed.unpack_from
        self.numbers = tuple(number for number in every if number.quantity)


def collect(
    numbers: tuple[Number, ...],
    raws: tuple[Any, ...],
    time: int | None,
    readings: list[Reading],
    warnings: list[str],
) -> None:
    """Add each raw value to the readings, or to the warnings where it stands for "no value"."""
    for (quantity, _, divisor, attributes, missing, mask, offset), raw in zip(numbers, raws, strict=True):
        bits = raw & mask if mask else raw
        if bits in missing:
            warnings.append(f"{quantity}: {missing[bits]}")
        else:
            # Half the price of calling Reading(…), on the path that every uplink takes.
            readings.append(_new(Reading, (quantity, (bits - offset) / divisor, attributes, time)))


def quantities_of(numbers: Iterable[Number]) -> tuple[str, ...]:
    """Each quantity once, in the order of the table."""
    return tuple(dict.fromkeys(number.quantity for number in numbers if number.quantity))


def moduli_of(numbers: Iterable[Number]) -> Mapping[str, float]:
    """Where the counters among the numbers roll over."""
    counters = [number for number in numbers if number.quantity and QUANTITIES[number.quantity].kind is Kind.COUNTER]
    return MappingProxyType({number.quantity: number.modulus for number in counters})
