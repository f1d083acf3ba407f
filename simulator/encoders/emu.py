"""EMU Professional II: Unix time, then id and value, CRC-8 at the end, little-endian, port 1."""

import struct
from collections.abc import Sequence
from typing import NamedTuple

PORT = 1

_METER = struct.Struct("<I BI BI BI Bi BiBiBi Bh")
_U32 = 0xFFFF_FFFF
_POLYNOMIAL = 0x07


class MeterValues(NamedTuple):
    """Wh (modulo 2³²), W, V of the three phases, Hz."""

    energy_in: float
    energy_out: float
    power: float
    voltages: Sequence[float]
    frequency: float


def emu_prof_ii(time: int, values: MeterValues) -> bytes:
    """Unix seconds of the measurement (0: the meter's clock is not set) and its values."""
    energies = (0x03, int(values.energy_in) & _U32, 0x05, int(values.energy_out) & _U32)
    first, second, third = (round(voltage * 10) for voltage in values.voltages)
    voltages = (0x14, first, 0x15, second, 0x16, third)
    power = (0x0B, round(values.power))
    body = _METER.pack(time, 0x01, time, *energies, *power, *voltages, 0x1A, round(values.frequency * 10))
    return body + bytes([crc8(body)])


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = (byte << 1) ^ (_POLYNOMIAL if byte & 0x80 else 0)
    return byte & 0xFF


_CRC = bytes(_crc_of(byte) for byte in range(256))


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 07, starting at 0."""
    crc = 0
    for byte in data:
        crc = _CRC[crc ^ byte]
    return crc
