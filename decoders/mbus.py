"""M-Bus data records (EN 13757-3): each says by itself how long it is, what it measures and in which unit.

A record is DIF, extensions of it (DIFE), VIF, extensions of it (VIFE), data; numbers are little-endian. DIF tells the
coding of the data, whether it is the present, the largest or the smallest value, and which storage, tariff and subunit
it belongs to; VIF tells quantity and unit. Bit 7 of each of them: an extension follows.

Only present values of storage 0 and subunit 0 become readings: other storages are values of a day that the record does
not name, other subunits are other meters. Of unknown records the length is known, so they are left out with a warning.
"""

import math
import struct
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from decoders.bcd import decimal
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

_EXTENDED: Final = 0x80
_CHAIN_AT_MOST: Final = 10
"""Extensions of a DIF or VIF: EN 13757-3 allows ten."""

_INTEGERS: Final = MappingProxyType({1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 8})
"""Bytes by coding, two's complement."""
_DECIMALS: Final = MappingProxyType({0x9: 1, 0xA: 2, 0xB: 3, 0xC: 4, 0xE: 6})
_REAL: Final = 0x5
_VARIABLE: Final = 0xD
_NO_DATA: Final = (0x0, 0x8)
_FILLER: Final = 0x2F
_MAKERS_OWN: Final = (0x0F, 0x1F)
"""All that follows is the maker's own."""
_PLAIN_TEXT: Final = 0x7C

_PRESENT, _LARGEST, _SMALLEST, _IN_ERROR = range(4)


class Record(NamedTuple):
    """One record as sent."""

    at: int
    coding: int
    """The low four bits of DIF."""
    function: int
    """0 present, 1 largest, 2 smallest, 3 while in error."""
    storage: int
    tariff: int
    subunit: int
    unit: bytes
    """VIF and its extensions."""
    data: bytes

    @property
    def value(self) -> float | None:
        """The number; None: text, no data, or the pattern that stands for "invalid"."""
        if self.coding in _INTEGERS:
            number = int.from_bytes(self.data, "little", signed=True)
            return None if number == -(1 << 8 * len(self.data) - 1) else number
        if self.coding in _DECIMALS:
            return decimal(self.data)
        if self.coding == _REAL:
            real = float(struct.unpack("<f", self.data)[0])
            return real if math.isfinite(real) else None
        return None

    @property
    def flags(self) -> int:
        """The data as bits."""
        return int.from_bytes(self.data, "little")


class Scale(NamedTuple):
    """Which quantity a unit is, and what its numbers are multiplied and divided by."""

    quantity: str
    multiplier: int = 1
    divisor: int = 1


def records(data: bytes, start: int = 0) -> Iterator[Record]:
    """The records from `start` to the end.

    Raises:
        Undecodable: a record is cut short or is coded in a way that has no length.
    """
    at = start
    while at < len(data):
        if data[at] in _MAKERS_OWN:
            return
        if data[at] == _FILLER:
            at += 1
            continue
        record, at = _record(data, at)
        yield record


def _record(data: bytes, at: int) -> tuple[Record, int]:
    head = _chain(data, at, at)
    unit = _chain(data, at + len(head), at)
    begin = at + len(head) + len(unit)
    if unit[0] & ~_EXTENDED == _PLAIN_TEXT:
        raise Undecodable(f"the record at byte {at} has its unit in plain text")
    begin, width = _span(data, begin, head[0] & 0x0F, at)
    if begin + width > len(data):
        raise Undecodable(f"the record at byte {at} is cut short")
    return _described(at, head, unit, data[begin : begin + width]), begin + width


def _described(at: int, head: bytes, unit: bytes, data: bytes) -> Record:
    storage, tariff, subunit = head[0] >> 6 & 1, 0, 0
    for n, extension in enumerate(head[1:]):
        storage |= (extension & 0x0F) << 4 * n + 1
        tariff |= (extension >> 4 & 3) << 2 * n
        subunit |= (extension >> 6 & 1) << n
    return Record(at, head[0] & 0x0F, head[0] >> 4 & 3, storage, tariff, subunit, unit, data)


def _chain(data: bytes, begin: int, record: int) -> bytes:
    """A DIF or VIF with its extensions."""
    for at in range(begin, min(len(data), begin + 1 + _CHAIN_AT_MOST)):
        if not data[at] & _EXTENDED:
            return data[begin : at + 1]
    raise Undecodable(f"the record at byte {record} is cut short, or has more than {_CHAIN_AT_MOST} extensions")


def _span(data: bytes, begin: int, coding: int, record: int) -> tuple[int, int]:
    """Where the data begins and how long it is."""
    if coding in _NO_DATA:
        return begin, 0
    if coding == _REAL:
        return begin, 4
    if coding == _VARIABLE:
        return begin + 1, _variable(data, begin, record)
    width = _INTEGERS.get(coding) or _DECIMALS.get(coding)
    if width is None:
        raise Undecodable(f"the record at byte {record} has the unknown coding {coding:x}")
    return begin, width


def _variable(data: bytes, begin: int, record: int) -> int:
    if begin >= len(data):
        raise Undecodable(f"the record at byte {record} is cut short")
    length = data[begin]
    if length < 0xC0:
        return length
    if length < 0xF0:
        return length & 0x0F
    raise Undecodable(f"the record at byte {record} has the unknown length {length:02x}")


def decades(first: int, exponent: int, quantity: str, count: int = 8) -> dict[bytes, Scale]:
    """Units one after the other, each ten times the one before: the first is 10^exponent of the quantity's unit."""
    powers = range(exponent, exponent + count)
    return {bytes((first + n,)): _power(quantity, power) for n, power in enumerate(powers)}


def _power(quantity: str, power: int) -> Scale:
    return Scale(quantity, 10**power) if power >= 0 else Scale(quantity, 1, 10**-power)


_ENERGY: Final = "heat.energy_total"
_JOULES: Final = {bytes((0x08 + n,)): Scale(_ENERGY, 10**n, 3600) for n in range(8)}
_LARGE_ENERGIES: Final = {
    b"\xfb\x00": Scale(_ENERGY, 100_000),  # tenths of MWh
    b"\xfb\x01": Scale(_ENERGY, 1_000_000),
    b"\xfb\x08": Scale(_ENERGY, 10**8, 3600),  # tenths of GJ
    b"\xfb\x09": Scale(_ENERGY, 10**9, 3600),
    b"\xfb\x0c": Scale(_ENERGY, 1163, 10),  # tenths of Mcal
    b"\xfb\x0d": Scale(_ENERGY, 1163),
    b"\xfb\x0e": Scale(_ENERGY, 11_630),
    b"\xfb\x0f": Scale(_ENERGY, 116_300),
}
HEAT: Final[Mapping[bytes, Scale]] = MappingProxyType(
    {
        **decades(0x00, -3, _ENERGY),
        **_JOULES,
        **decades(0x10, -3, "heat.volume_total"),
        **decades(0x28, -3, "heat.power"),
        **decades(0x38, -3, "heat.flow_rate"),
        **decades(0x58, -3, "heat.supply_temperature", 4),
        **decades(0x5C, -3, "heat.return_temperature", 4),
        **_LARGE_ENERGIES,
    }
)
"""Heat meters. Mcal are international ones: 1.163 kWh."""

ERROR_FLAGS: Final = b"\xfd\x17"
DESCRIPTIVE: Final = frozenset(
    (
        *(bytes((unit,)) for unit in range(0x20, 0x28)),  # on time, operating time
        *(bytes((unit,)) for unit in range(0x60, 0x64)),  # difference of temperatures
        *(bytes((unit,)) for unit in range(0x6C, 0x6E)),  # date, date and time
        *(bytes((unit,)) for unit in range(0x78, 0x7B)),  # numbers and address of the meter
    )
)
"""What is no reading of ours."""


def read(data: bytes, meanings: Mapping[bytes, Scale], start: int = 0) -> Decoded:
    """Readings of the records from `start` on, by what their units mean.

    Raises:
        Undecodable: there is no record, or one can't be read.
    """
    found = tuple(records(data, start))
    if not found:
        raise Undecodable("there is no record")
    readings: list[Reading] = []
    warnings: list[str] = []
    for record in found:
        if record.unit == ERROR_FLAGS:
            warnings += [f"the meter reports error {record.flags:#x}"] if record.flags else []
        elif record.storage or record.subunit or record.function in (_LARGEST, _SMALLEST):
            continue
        elif record.unit in meanings:
            _collect(record, meanings[record.unit], readings, warnings)
        elif record.unit not in DESCRIPTIVE:
            warnings.append(f"the record at byte {record.at} has the unknown unit {record.unit.hex()}")
    return Decoded(tuple(readings), tuple(warnings))


def _collect(record: Record, scale: Scale, readings: list[Reading], warnings: list[str]) -> None:
    value = record.value
    if record.function == _IN_ERROR:
        warnings.append(f"{scale.quantity}: the meter gives a value of the time of an error")
    elif value is None:
        warnings.append(f"{scale.quantity}: marked as invalid")
    else:
        attributes = (("tariff", str(record.tariff)),) if record.tariff else ()
        readings.append(Reading(scale.quantity, value * scale.multiplier / scale.divisor, attributes))
