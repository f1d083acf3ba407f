"""Axioma Qalcosonic W1, water meter: port 100, little-endian, in one of three layouts chosen in the meter.

Layout: Axioma Qalcosonic W1 LoRa payload description. The frame does not name its layout, so content and length tell:

* *Enhanced 24 h*: 51 bytes that begin with 01 and then a time. Hourly registers of the last 24 full hours: a register
  and 23 deltas. The last one is taken for the full hour before the stated time: the only published
  frame (sent 23:09, a quiet night at its beginning) fits that, no text says it.
* *Extended*: the 10th to 13th byte are a time not long before the stated one: time and register of a log, and deltas
  since. The length of a step is not sent; it is the one of the usual steps that leads from the log to the stated time.
* *Short*: otherwise, if the length fits: past registers and a period. Order and unit are not published: taken are
  newest first and seconds, and the past is left out where its registers or the period contradict that.

A multiplier of the deltas other than 0 has no published meaning, so such deltas are left out.
"""

import struct
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Final

from decoders import deltas, stated
from decoders.bits import packed
from decoders.decoder import Decoder, Frame
from smartregion.clock import DAY, HOUR, SECOND
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

PORT: Final = 100
VOLUME: Final = "water.volume_total"
ALARM: Final = "water.meter_alarm"

ENHANCED_LENGTH: Final = 51
ENHANCED: Final = struct.Struct("<BIBI")
"""01, time, status, register in L of 23 hours before; then 23 deltas of 14 bits and 6 bits multiplier."""
DELTAS: Final = 23
DELTA_BITS: Final = 14

EXTENDED: Final = struct.Struct("<IBIII")
"""Time, status, register, time of the log, register of the log; then deltas of 16 bits, padded with 2F."""
STEPS: Final = tuple(minutes * 60 for minutes in (15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440))
_LOG_AT_MOST: Final = 400 * 86_400
_PADDING: Final = b"\x2f"

SHORT: Final = struct.Struct("<IBI")
"""Time, status, register; then past registers and the period, 32 bits each."""
_PERIODS: Final = range(60, 31 * 86_400 + 1)

BATTERY_LOW: Final = 0x04
ERROR: Final = 0x08
DRY: Final = 0x10
ALARMS: Final = MappingProxyType({1: "leak", 3: "backflow", 4: "low_temperature", 5: "burst", 6: "tamper"})
"""By the three highest bits of the status; without them the bit `DRY` stands alone."""


def _status(status: int, time: int | None) -> Decoded:
    """Every alarm, on or off, so that one that ended ends here too; none where the status is an unknown one."""
    code = status >> 5
    known = not code or code in ALARMS
    present = ALARMS.get(code, "dry" if status & DRY else "")
    alarms = [
        Reading(ALARM, float(name == present), (("alarm", name),), time)
        for name in sorted((*ALARMS.values(), "dry"))
        if known
    ]
    warnings = []
    if not known or status & 0x03:
        warnings.append(f"status {status:02x} is not wholly known")
    if status & ERROR:
        warnings.append("the meter reports a permanent error")
    battery = Reading("device.battery_low", float(bool(status & BATTERY_LOW)), (), time)
    return Decoded((*alarms, battery), tuple(warnings))


def _enhanced(frame: Frame) -> Decoded:
    _, seconds, status, register = ENHANCED.unpack_from(frame.payload)
    time, warnings = stated.now(seconds, frame.received_at)
    *added, multiplier = _deltas(frame.payload[ENHANCED.size :])
    state = stated.warned(warnings, _status(status, time))
    if multiplier:
        return stated.warned((f"{VOLUME}: multiplier {multiplier} of the deltas is unknown",), state)
    if time is None:
        now = Reading(VOLUME, float(register + sum(added)))
        return Decoded((now, *state.readings), state.warnings)
    last = time - time % HOUR
    log = deltas.forward(VOLUME, register, added, last - DELTAS * HOUR, HOUR)
    return Decoded((*log, *state.readings), state.warnings)


def _deltas(data: bytes) -> list[int]:
    """23 deltas and the multiplier."""
    multiplier = int.from_bytes(data, "little") >> DELTAS * DELTA_BITS
    return [*packed(data, DELTA_BITS, DELTAS), multiplier]


def _extended(frame: Frame) -> Decoded:
    seconds, status, register, log_seconds, log_register = EXTENDED.unpack_from(frame.payload)
    time, warnings = stated.now(seconds, frame.received_at)
    state = stated.warned(warnings, _status(status, time))
    now = Reading(VOLUME, float(register), (), time)
    if time is None:
        return Decoded((now, *state.readings), state.warnings)
    added = _words(frame.payload[EXTENDED.size :])
    step = _step(seconds - log_seconds, len(added))
    if step is None or log_register + sum(added) > register:
        left_out = (f"{VOLUME}: the {len(added)} deltas do not lead from the log to now",)
        return Decoded((now, *state.readings), (*state.warnings, *left_out))
    log = deltas.forward(VOLUME, log_register, added, log_seconds * SECOND, step * SECOND)
    return Decoded((*log, now, *state.readings), state.warnings)


def _words(data: bytes) -> Sequence[int]:
    """16-bit numbers; one odd byte can only be padding, pairs of it are cut from the end."""
    if len(data) % 2:
        if not data.endswith(_PADDING):
            raise Undecodable("the last delta is cut short")
        data = data[:-1]
    while data.endswith(_PADDING * 2):
        data = data[:-2]
    return struct.unpack(f"<{len(data) // 2}H", data)


def _step(span: int, count: int) -> int | None:
    """The usual step of which `count` whole ones fit into the span, in seconds."""
    return next((step for step in STEPS if count * step <= span < (count + 1) * step), None)


def _short(frame: Frame) -> Decoded:
    seconds, status, register = SHORT.unpack_from(frame.payload)
    *past, period = struct.unpack(f"<{(len(frame.payload) - SHORT.size) // 4}I", frame.payload[SHORT.size :])
    time, warnings = stated.now(seconds, frame.received_at)
    state = stated.warned(warnings, _status(status, time))
    now = Reading(VOLUME, float(register), (), time)
    if time is None or not past:
        return Decoded((now, *state.readings), state.warnings)
    if period not in _PERIODS or sorted((register, *past), reverse=True) != [register, *past]:
        left_out = (f"{VOLUME}: the past registers do not fit the present one or the period {period} s",)
        return Decoded((now, *state.readings), (*state.warnings, *left_out))
    log = [Reading(VOLUME, float(value), (), time - n * period * SECOND) for n, value in enumerate(past, 1)]
    return Decoded((now, *log, *state.readings), state.warnings)


def _near(seconds: int, received_at: int) -> bool:
    """Whether four bytes may be the meter's time at all: what tells the layouts apart is where a time stands."""
    return abs(seconds * SECOND - received_at) < 400 * DAY


def _layout(payload: bytes, received_at: int) -> Callable[[Frame], Decoded]:
    """The reader for the layout these bytes are in.

    Raises:
        Undecodable: it is none of the three.
    """
    size = len(payload)
    if size == ENHANCED_LENGTH and payload[0] == 1 and _near(ENHANCED.unpack_from(payload)[1], received_at):
        return _enhanced
    if size >= SHORT.size + 4 and _near(SHORT.unpack_from(payload)[0], received_at):
        if size >= EXTENDED.size and _has_log_time(payload):
            return _extended
        if (size - SHORT.size) % 4 == 0:
            return _short
    raise Undecodable(f"{size} bytes fit none of the three layouts, or are cut short")


def _has_log_time(payload: bytes) -> bool:
    seconds, _, _, log_seconds, _ = EXTENDED.unpack_from(payload)
    return bool(0 <= seconds - log_seconds <= _LOG_AT_MOST)


def _read(frame: Frame) -> Decoded:
    return _layout(frame.payload, frame.received_at)(frame)


DECODERS: Final = (
    Decoder(
        brand="axioma",
        models=("qalcosonic-w1",),
        title="Axioma Qalcosonic W1, ultrasonic water meter",
        domain="water",
        source="Axioma Qalcosonic W1, LoRa payload description",
        ports=frozenset({PORT}),
        quantities=(VOLUME, ALARM, "device.battery_low"),
        read=_read,
        moduli=MappingProxyType({VOLUME: float(1 << 32)}),
        version="1.1.0",
    ),
)
