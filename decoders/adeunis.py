"""Adeunis Pulse, fourth generation: counts the pulses of two meters, A and B; port 1, big-endian.

Layout: Adeunis PULSE V4 technical reference manual, "uplink frame format". Kind of frame, status, data, and the time of
the frame in its last four bytes where the status says so. Its kinds:

* 46: both registers.
* 5A, 5B: the register of A or B, and how much less it was in each period before. The length of a period is a setting
  of the device (S321, in steps of 2 s) and not in the frame, so these older registers have no time: they are left out
  with a warning. The register itself loses nothing, for it runs on.
* 30: alive; alarms, largest and smallest flow. 47: the flow that raised an alarm. Flows are pulses an hour, of which
  the vocabulary knows none.
* 10, 11, 12, 1F, 20, 2F, 33: settings and answers.

An alarm of too much flow is `burst`, one of flow that never ends is `leak`, as with water meters.
"""

import struct
from types import MappingProxyType
from typing import Final

from decoders import stated
from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded, Reading

PORT: Final = 1
PULSES: Final = "pulse.count_total"
TAMPER: Final = "tamper.alarm"
ALARM: Final = "water.meter_alarm"
BATTERY_LOW: Final = "device.battery_low"

EPOCH: Final = 1_356_998_400
"""2013-01-01 as Unix seconds: where the device's clock begins."""
TIME_FOLLOWS: Final = 0x04
LOW: Final = 0x02

BOTH: Final = 0x46
FLOW: Final = 0x47
HISTORY: Final = MappingProxyType({0x5A: "A", 0x5B: "B"})
ALIVE: Final = 0x30
SILENT: Final = frozenset({0x10, 0x11, 0x12, 0x1F, 0x20, 0x2F, 0x33})
ALARMS: Final = MappingProxyType({0: "burst", 2: TAMPER, 4: "leak"})
"""By the bit for A; the next one is for B."""

_HEAD: Final = 2
_TIME: Final = struct.Struct(">I")
_REGISTERS: Final = struct.Struct(">II")
_FLOW_WIDTH: Final = 4
# Alarms, four flows; one more byte with newer firmware, whose meaning is not published.
_ALIVE_WIDTHS: Final = (9, 10)


def _channel(name: str) -> Attributes:
    return (("channel", name),)


def _both(data: bytes, time: int | None) -> Decoded:
    if len(data) != _REGISTERS.size:
        raise Undecodable(f"{len(data)} bytes, where two registers take {_REGISTERS.size}")
    pairs = zip("AB", _REGISTERS.unpack(data), strict=True)
    return Decoded(tuple(Reading(PULSES, float(count), _channel(name), time) for name, count in pairs))


def _history(data: bytes, time: int | None, name: str) -> Decoded:
    if len(data) < 4 or len(data) % 2:
        raise Undecodable(f"{len(data)} bytes of registers are cut short")
    newest = Reading(PULSES, float(int.from_bytes(data[:4], "big")), _channel(name), time)
    older = len(data) // 2 - 2
    if not older:
        return Decoded((newest,))
    return Decoded((newest,), (f"{PULSES}: {older} older registers have no time: their period is not in the frame",))


def _alive(data: bytes, time: int | None) -> Decoded:
    if len(data) not in _ALIVE_WIDTHS:
        raise Undecodable(f"{len(data)} bytes are no alarms and flows, or are cut short")
    return Decoded(
        tuple(
            _alarm(alarm, name, float(data[0] >> bit + n & 1), time)
            for bit, alarm in ALARMS.items()
            for n, name in enumerate("AB")
        )
    )


def _alarm(alarm: str, name: str, value: float, time: int | None) -> Reading:
    if alarm == TAMPER:
        return Reading(TAMPER, value, _channel(name), time)
    return Reading(ALARM, value, (("alarm", alarm), *_channel(name)), time)


def _body(kind: int, data: bytes, time: int | None) -> Decoded:
    if kind == BOTH:
        return _both(data, time)
    if kind in HISTORY:
        return _history(data, time, HISTORY[kind])
    if kind == ALIVE:
        return _alive(data, time)
    if kind == FLOW and len(data) != _FLOW_WIDTH:
        raise Undecodable(f"{len(data)} bytes, where two flows take {_FLOW_WIDTH}")
    if kind == FLOW or kind in SILENT:
        return Decoded()
    raise Undecodable(f"frames of kind {kind:02x} are unknown")


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) < _HEAD:
        raise Undecodable("one byte is cut short: kind and status take two")
    kind, status = payload[:_HEAD]
    end, time = len(payload), None
    warnings: tuple[str, ...] = ()
    if status & TIME_FOLLOWS and kind not in SILENT:
        end -= _TIME.size
        if end < _HEAD:
            raise Undecodable(f"{len(payload)} bytes are cut short: there is no time")
        time, warnings = stated.now(EPOCH + _TIME.unpack_from(payload, end)[0], frame.received_at)
    body = _body(kind, payload[_HEAD:end], time)
    low = Reading(BATTERY_LOW, float(bool(status & LOW)), (), time)
    return stated.warned(warnings, Decoded((*body.readings, low), body.warnings))


DECODERS: Final = (
    Decoder(
        brand="adeunis",
        models=("pulse-4", "pulse"),
        title="Adeunis Pulse (V4), pulses of two meters",
        domain="water",
        source="Adeunis PULSE V4 technical reference manual, uplink frame format",
        ports=frozenset({PORT}),
        quantities=(PULSES, TAMPER, ALARM, BATTERY_LOW),
        read=_read,
        moduli=MappingProxyType({PULSES: float(1 << 32)}),
    ),
)
