"""Fludia FM432e, optical reader of an electricity meter: registers of the last steps; port 129, big-endian.

Layout: Fludia FM432 user guide and the maker's decoders. One count is 1 Wh. The kind of message stands first:

* 20, 21, 22: steps of 10, 15, 60 minutes; register of 24 bits, eight increments.
* 69 (newer firmware): minutes of a step, register of 32 bits, increments.
* 0E and 6A: the state of the device, now and then; 01, 12 and 13: start and tests.

Increments stand oldest first and end when the frame is sent: the device repository's codec does not say so, but the
maker's newer ones date them like that. No data sheet at hand confirms it (unverified). The register is the one after
the last increment, so the registers at the end of each step follow. Each step's mean power is given at its end.
"""

import struct
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from decoders import deltas
from decoders.decoder import Decoder, Frame
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

PORT: Final = 129
REGISTER: Final = "energy.active_import_total"
POWER: Final = "power.active"
BATTERY_LOW: Final = "device.battery_low"

STEPS: Final = MappingProxyType({0x20: 10, 0x21: 15, 0x22: 60})
"""Minutes by kind of message."""
FIXED: Final = struct.Struct(">I8H")
"""Kind of message and register together, increments."""
ANY_STEP: Final = 0x69
_ANY_STEP_HEAD: Final = struct.Struct(">xBI")
STATE: Final = 0x0E
_STATE: Final = struct.Struct(">x3xBI3x")
NEW_STATE: Final = 0x6A
_NEW_STATE: Final = struct.Struct(">x6xBI4x")
SILENT: Final = MappingProxyType({0x01: (3,), 0x12: (37, 19), 0x13: (30, 11)})
"""Lengths of the messages of start and tests."""


def _profile(frame: Frame, minutes: int, register: int, increments: Sequence[int], bits: int) -> Decoded:
    step = minutes * 60 * SECOND
    registers = deltas.backward(REGISTER, register, increments, frame.received_at, step, 1 << bits)
    ends = [each.time for each in registers[1:]]
    powers = [Reading(POWER, count * 60 / minutes, (), end) for count, end in zip(increments, ends, strict=True)]
    return Decoded((*registers, *powers))


def _fixed(frame: Frame) -> Decoded:
    if len(frame.payload) != FIXED.size:
        raise Undecodable(f"{len(frame.payload)} bytes, where eight steps take {FIXED.size}")
    head, *increments = FIXED.unpack(frame.payload)
    return _profile(frame, STEPS[head >> 24], head & 0xFFFFFF, increments, 24)


def _any_step(frame: Frame) -> Decoded:
    payload = frame.payload
    count, odd = divmod(len(payload) - _ANY_STEP_HEAD.size, 2)
    if count < 1 or odd:
        raise Undecodable(f"{len(payload)} bytes are cut short")
    minutes, register = _ANY_STEP_HEAD.unpack_from(payload)
    if not minutes:
        raise Undecodable("steps of 0 minutes")
    increments = struct.unpack_from(f">{count}H", payload, _ANY_STEP_HEAD.size)
    return _profile(frame, minutes, register, increments, 32)


def _state(frame: Frame, layout: struct.Struct, bits: int) -> Decoded:
    if len(frame.payload) != layout.size:
        raise Undecodable(f"{len(frame.payload)} bytes, where the state of the device takes {layout.size}")
    flags, register = layout.unpack(frame.payload)
    return Decoded((Reading(REGISTER, float(register % (1 << bits))), Reading(BATTERY_LOW, float(flags & 1))))


def _read(frame: Frame) -> Decoded:
    kind = frame.payload[0]
    if kind in STEPS:
        return _fixed(frame)
    if kind == ANY_STEP:
        return _any_step(frame)
    if kind == STATE:
        # It has 32 bits here, but the messages between have 24: all must tell one and the same register.
        return _state(frame, _STATE, 24)
    if kind == NEW_STATE:
        return _state(frame, _NEW_STATE, 32)
    if len(frame.payload) in SILENT.get(kind, ()):
        return Decoded(warnings=(f"a message of start or test ({kind:02x}): nothing to store",))
    raise Undecodable(f"{len(frame.payload)} bytes of kind {kind:02x} are unknown")


DECODERS: Final = (
    Decoder(
        brand="fludia",
        models=("fm432e-10-15mn",),
        title="Fludia FM432e, optical reader of electricity meters, steps of 10 to 60 minutes",
        domain="energy",
        source="Fludia FM432 user guide FLD10068, decoding FM432e messages",
        ports=frozenset({PORT}),
        quantities=(REGISTER, POWER, BATTERY_LOW),
        read=_read,
        moduli=MappingProxyType({REGISTER: float(1 << 24)}),
    ),
)
