"""Dragino SW3L, flow sensor for water pipes: big-endian, the port tells the layout.

Layout: Dragino SW3L user manual. Port 2 the count now, 3 counts of earlier times, 4 settings, 5 what the device is.

* The frame says which of three sensors is built in, and with it how many pulses make a litre.
* A device may be set to send what it counted since the frame before (mode 1). What a lost frame held is then lost, and
  the vocabulary has no quantity for it: such counts are left out with a warning.
* The alarm says that water ran longer than a set time: `water.meter_alarm` with alarm "leak".
* In records of earlier times the second byte is taken for the mode; only the published codec shows it, without a name.
"""

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, skip
from decoders.stated import now, warned
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

COUNT: Final = 2
EARLIER: Final = 3
SETTINGS: Final = 4
ABOUT: Final = 5
VOLUME: Final = "water.volume_total"
ALARM: Final = "water.meter_alarm"

NOW: Final = struct.Struct(">BIBxI")
"""Sensor and alarm, pulses, mode, Unix seconds."""
RECORD: Final = struct.Struct(">BBxII")
"""Sensor and alarm, mode, pulses, Unix seconds."""
PULSES_PER_LITRE: Final[Mapping[int, int]] = MappingProxyType({0: 450, 1: 360, 2: 60})
IN_TOTAL: Final = 0
SETTINGS_LENGTH: Final = 7
IDENTITY: Final = Layout(">", (skip(5), Number("device.battery_voltage", "H", 1000)))


def _counted(flags: int, pulses: int, mode: int, time: int | None) -> Decoded:
    sensor = flags >> 2
    alarm = Reading(ALARM, float(flags >> 1 & 1), (("alarm", "leak"),), time)
    if sensor not in PULSES_PER_LITRE:
        return Decoded((alarm,), (f"{VOLUME}: flow sensor {sensor} is unknown",))
    if mode != IN_TOTAL:
        return Decoded((alarm,), (f"{VOLUME}: mode {mode} does not count in total",))
    return Decoded((Reading(VOLUME, pulses / PULSES_PER_LITRE[sensor], (), time), alarm))


def _now(frame: Frame) -> Decoded:
    if len(frame.payload) != NOW.size:
        raise Undecodable(f"{len(frame.payload)} bytes, where the layout has {NOW.size}")
    flags, pulses, mode, seconds = NOW.unpack(frame.payload)
    time, warnings = now(seconds, frame.received_at)
    return warned(warnings, _counted(flags, pulses, mode, time))


def _earlier(payload: bytes) -> Decoded:
    if len(payload) % RECORD.size:
        raise Undecodable(f"{len(payload)} bytes, where each record has {RECORD.size}")
    read = [
        _counted(flags, pulses, mode, seconds * SECOND) for flags, mode, pulses, seconds in RECORD.iter_unpack(payload)
    ]
    return Decoded(
        tuple(reading for each in read for reading in each.readings),
        tuple(warning for each in read for warning in each.warnings),
    )


def _settings(payload: bytes) -> Decoded:
    """Intervals and timers: nothing that is measured."""
    if len(payload) != SETTINGS_LENGTH:
        raise Undecodable(f"{len(payload)} bytes, where the settings have {SETTINGS_LENGTH}")
    return Decoded()


def _read(frame: Frame) -> Decoded:
    if frame.f_port == COUNT:
        return _now(frame)
    if frame.f_port == EARLIER:
        return _earlier(frame.payload)
    return _settings(frame.payload) if frame.f_port == SETTINGS else IDENTITY.read(frame.payload)


DECODERS: Final = (
    Decoder(
        brand="dragino",
        models=("sw3l",),
        title="Dragino SW3L, water flow",
        domain="water",
        source="Dragino SW3L user manual, uplink payload",
        ports=frozenset({COUNT, EARLIER, SETTINGS, ABOUT}),
        quantities=(VOLUME, ALARM, "device.battery_voltage"),
        read=_read,
        # The largest register, so that no reading lies beyond it; that of the finer sensors ends earlier and is then
        # taken for a reset.
        moduli=MappingProxyType({VOLUME: (1 << 32) / min(PULSES_PER_LITRE.values())}),
    ),
)
