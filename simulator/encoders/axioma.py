"""Axioma Qalcosonic W1: three layouts, little-endian, port 100. Layout: Qalcosonic W1 LoRa payload description."""

import struct
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise

PORT = 100

_NOW = struct.Struct("<IBI")
_ENHANCED = struct.Struct("<BIBI")
_LOG = struct.Struct("<II")
_U32 = 0xFFFF_FFFF
DELTAS_ENHANCED = 23
_DELTA_BITS = 14
_DELTA_MAX = 0x3FFF
_ENHANCED_TAIL = 41


class Status(IntEnum):
    """What the meter says of itself."""

    OK = 0x00
    LOW_BATTERY = 0x04
    DRY = 0x10
    LEAK = 0x30


def enhanced(time: int, status: int, volumes: Sequence[int]) -> bytes:
    """Unix seconds, status, and the registers in litres at the last 24 full hours, oldest first."""
    packed = 0
    for index, delta in enumerate(_deltas(volumes[: DELTAS_ENHANCED + 1])):
        packed |= min(delta, _DELTA_MAX) << (_DELTA_BITS * index)
    return _ENHANCED.pack(1, time, status, volumes[0] & _U32) + packed.to_bytes(_ENHANCED_TAIL, "little")


def extended(time: int, status: int, volume: int, log_time: int, volumes: Sequence[int]) -> bytes:
    """Unix seconds, status, litres now, and hourly registers in litres from `log_time` on."""
    deltas = [min(delta, 0xFFFF) for delta in _deltas(volumes)]
    head = _NOW.pack(time, status, volume & _U32) + _LOG.pack(log_time, volumes[0] & _U32)
    return head + struct.pack(f"<{len(deltas)}H", *deltas)


def short(time: int, status: int, volume: int, past: Sequence[int], period: int) -> bytes:
    """Unix seconds, status, litres now, registers of the past, and their period in seconds."""
    registers = [value & _U32 for value in past]
    return _NOW.pack(time, status, volume & _U32) + struct.pack(f"<{len(registers) + 1}I", *registers, period)


def _deltas(volumes: Sequence[int]) -> list[int]:
    return [after - before for before, after in pairwise(volumes)]
