"""EMU Professional II, three-phase meter: time, items of `id, data`, CRC-8; little-endian.

Layout: EMU Professional II LoRa, payload description. Port 1 data, port 100 information. One or two bytes are a status.

Left out: the average power 1B, which would share its series with the present power 0B; ratios, serial number, type.
Energies come in Wh with 32 or 64 bits or in kWh, as configured; the register is taken to roll over at 32 bits of Wh.
"""

import struct
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Final

from decoders.decoder import Decoder, Frame
from decoders.numbers import quantities_of, skip
from decoders.stated import now, warned
from decoders.tlv import Item, Special, Table, item
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded

DATA: Final = 1
INFORMATION: Final = 100
_TIME: Final = struct.Struct("<I")
_CRC_POLYNOMIAL: Final = 0x07


def _crc_of_byte(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1 ^ _CRC_POLYNOMIAL if byte & 0x80 else byte << 1) & 0xFF
    return byte


_CRC: Final = bytes(_crc_of_byte(byte) for byte in range(256))


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 0x07 from 0."""
    crc = 0
    for byte in data:
        crc = _CRC[crc ^ byte]
    return crc


_REGISTERS: Final = (
    "energy.active_import_total",
    "energy.active_export_total",
    "energy.reactive_import_total",
    "energy.reactive_export_total",
)


def _tariff(number: int) -> Attributes:
    return (("tariff", str(number)),)


def _phase(name: str) -> Attributes:
    return (("phase", name),)


def _energies(first: int, code: str, divisor: float) -> dict[bytes, Item]:
    """Eight items: each register for tariff 1 and 2."""
    pairs = [(name, tariff) for name in _REGISTERS for tariff in (1, 2)]
    return {bytes((first + n,)): item(name, code, divisor, _tariff(t)) for n, (name, t) in enumerate(pairs)}


def _phases(first: int, quantity: str, code: str, divisor: float, names: Iterable[str]) -> dict[bytes, Item]:
    return {bytes((first + n,)): item(quantity, code, divisor, _phase(name)) for n, name in enumerate(names)}


def _error(raws: tuple[Any, ...]) -> Decoded:
    return Decoded(warnings=(f"the meter reports error {raws[0]}",) if raws[0] else ())


_LINES: Final = ("L1", "L2", "L3")
ITEMS: Final = Table(
    "<",
    {
        b"\x00": Item((skip(4),)),  # index
        b"\x01": Item((skip(4),)),  # time, the same as at the beginning
        b"\x02": Item((skip(4),)),  # time of the frame before
        **_energies(0x03, "I", 1),
        b"\x0b": item("power.active", "i"),
        **_phases(0x0C, "power.active", "i", 1, _LINES),
        b"\x0f": item("electric.current", "i", 1000),
        **_phases(0x10, "electric.current", "i", 1000, (*_LINES, "N")),
        **_phases(0x14, "electric.voltage", "i", 10, _LINES),
        **_phases(0x17, "power.factor", "b", 100, _LINES),
        b"\x1a": item("electric.frequency", "h", 10),
        b"\x1b": Item((skip(4),)),  # average power
        **_energies(0x1C, "I", 0.001),
        **_energies(0x24, "Q", 1),
        b"\xf0": Special("B", (), _error),
        b"\xf1": Item((skip(4),)),  # serial number
        b"\xf3": Item((skip(2),)),  # current ratio, primary
        b"\xf4": Item((skip(2),)),  # current ratio, secondary
        b"\xf5": Item((skip(2),)),  # voltage ratio, primary
        b"\xf6": Item((skip(2),)),  # voltage ratio, secondary
        b"\xf7": Item((skip(1),)),  # type
        b"\xf8": Item((skip(4),)),  # year of calibration
    },
)


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) <= 2:
        return Decoded(warnings=("a status frame: nothing to store",))
    if len(payload) < _TIME.size + 2:
        raise Undecodable(f"{len(payload)} bytes are cut short")
    if crc8(payload[:-1]) != payload[-1]:
        raise Undecodable("the checksum is wrong: cut short or damaged")
    time, warnings = now(_TIME.unpack_from(payload)[0], frame.received_at)
    return warned(warnings, ITEMS.read(payload, _TIME.size, len(payload) - 1, time))


DECODERS: Final = (
    Decoder(
        brand="emu",
        models=("emu-prof-ii",),
        title="EMU Professional II, three-phase electricity meter",
        domain="energy",
        source="EMU Professional II LoRa, payload description",
        ports=frozenset({DATA, INFORMATION}),
        quantities=quantities_of(ITEMS.numbers()),
        read=_read,
        moduli=MappingProxyType(dict.fromkeys(_REGISTERS, float(1 << 32))),
    ),
)
