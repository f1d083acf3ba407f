"""Dragino sensors: fixed layouts, big-endian, data on port 2.

Layouts: user manuals of LDDS75 (from firmware 1.1.4 on), LSE01 and LHT65, sections "uplink payload". The device
repository's codec for older LDDS75 puts the battery into the distance, and its LSE01 codec turns a negative soil
temperature by 0xFFFF instead of 0x10000, one step too warm; here both are right. SW3L has a file of its own.

The DS18B20 is a probe on a cable, mostly hanging in the air: `air.temperature`. LDDS75 sends 0 °C without a probe and
nothing in the frame tells the difference; LSE01 and LHT65 send 7FFF, which is left out.

LHT65 measures the air by itself; what is plugged in is told apart by the attribute `channel`, 1. A byte names what is
plugged in, and so the layout. Not read: whether an input is high (4), a probe's number (15). Answers to a poll hold
records of an earlier time; there as in kind 9 the probe stands where the battery is otherwise. (Published only for
probes; of other sensors the number in that place is left out.)
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders import dragino_sw3l
from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, moduli_of, quantities_of, skip
from decoders.stated import now, warned
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded

PORT: Final = 2
# The two highest bits are flags.
_BATTERY: Final = Number("device.battery_voltage", "H", 1000, mask=0x3FFF)
_NO_PROBE: Final = {0x7FFF: "no probe"}

LDDS75: Final = Layout(
    ">",
    (
        _BATTERY,
        Number("level.distance", "H", 1000, missing={0: "no sensor answers", 20: "the echo is invalid"}),
        skip(1),
        Number("air.temperature", "h", 10, missing=_NO_PROBE),
        skip(1),
    ),
)

LSE01: Final = Layout(
    ">",
    (
        _BATTERY,
        Number("air.temperature", "h", 10, missing=_NO_PROBE),
        Number("soil.moisture", "H", 100),
        Number("soil.temperature", "h", 100),
        Number("soil.conductivity", "H", 1000),
        skip(1),
    ),
)

_PLUGGED: Final[Attributes] = (("channel", "1"),)
_PROBE: Final = Number("air.temperature", "h", 100, _PLUGGED, _NO_PROBE)
_OWN: Final = (Number("air.temperature", "h", 100), Number("air.relative_humidity", "H", 10, mask=0x0FFF), skip(1))
LENGTH: Final = 11
KIND: Final = 6
"""The byte that tells what is plugged in (low 4 bits), whether it answers a poll, whether nothing is connected."""
POLLED: Final = 0x40
NOT_CONNECTED: Final = 0x80
STAMPED: Final = 9


def _plugged(*numbers: Number) -> Layout:
    return Layout(">", (_BATTERY, *_OWN, *numbers))


NOTHING: Final = _plugged(skip(4))
LHT65: Final[Mapping[int, Layout]] = MappingProxyType(
    {
        0: NOTHING,
        1: _plugged(_PROBE, skip(2)),
        4: NOTHING,
        5: _plugged(Number("air.illuminance", "H", attributes=_PLUGGED), skip(2)),
        6: _plugged(Number("electric.voltage", "H", 1000, _PLUGGED), skip(2)),
        7: _plugged(Number("pulse.count_total", "H", attributes=_PLUGGED), skip(2)),
        8: _plugged(Number("pulse.count_total", "I", attributes=_PLUGGED)),
        15: Layout(">", (_BATTERY, skip(9))),
    }
)
WITH_PROBE: Final = Layout(">", (_PROBE, *_OWN, skip(4)))
WITHOUT_PROBE: Final = Layout(">", (skip(2), *_OWN, skip(4)))


def _lht65(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) > KIND and payload[KIND] & POLLED:
        return _records(payload)
    if len(payload) != LENGTH:
        raise Undecodable(f"{len(payload)} bytes, where the layout has {LENGTH}")
    kind = payload[KIND] & 0x0F
    if kind == STAMPED:
        time, warnings = now(_seconds(payload), frame.received_at)
        return warned(warnings, _stamped(payload, time))
    if payload[KIND] & NOT_CONNECTED:
        return warned(("the external sensor is not connected",), NOTHING.read(payload))
    if kind not in LHT65:
        return warned((f"external sensor of kind {kind} is unknown",), NOTHING.read(payload))
    return LHT65[kind].read(payload)


def _records(payload: bytes) -> Decoded:
    """All records of an answer to a poll, each with its own time."""
    if len(payload) % LENGTH:
        raise Undecodable(f"{len(payload)} bytes, where each record has {LENGTH}")
    records = [payload[at : at + LENGTH] for at in range(0, len(payload), LENGTH)]
    read = [_stamped(record, _seconds(record) * SECOND) for record in records]
    return Decoded(
        tuple(reading for each in read for reading in each.readings),
        tuple(warning for each in read for warning in each.warnings),
    )


def _stamped(record: bytes, time: int | None) -> Decoded:
    probe = record[KIND] & 0x0F in (1, STAMPED) and not record[KIND] & NOT_CONNECTED
    return (WITH_PROBE if probe else WITHOUT_PROBE).read(record, time)


def _seconds(record: bytes) -> int:
    return int.from_bytes(record[7:], "big")


def _decoder(layout: Layout, model: str, domain: str, title: str) -> Decoder:
    def read(frame: Frame) -> Decoded:
        return layout.read(frame.payload)

    return Decoder(
        brand="dragino",
        models=(model,),
        title=title,
        domain=domain,
        source=f"Dragino {model.upper()} user manual, uplink payload",
        ports=frozenset({PORT}),
        quantities=quantities_of(layout.numbers),
        read=read,
        moduli=moduli_of(layout.numbers),
    )


_LHT65_NUMBERS: Final = tuple(number for layout in LHT65.values() for number in layout.numbers)

DECODERS: Final = (
    _decoder(LDDS75, "ldds75", "waste", "Dragino LDDS75, ultrasonic distance"),
    _decoder(LSE01, "lse01", "water", "Dragino LSE01, soil moisture, temperature and conductivity"),
    Decoder(
        brand="dragino",
        models=("lht65",),
        title="Dragino LHT65, temperature, humidity and an external sensor",
        domain="environment",
        source="Dragino LHT65 user manual, uplink payload",
        ports=frozenset({PORT}),
        quantities=quantities_of(_LHT65_NUMBERS),
        read=_lht65,
        moduli=moduli_of(_LHT65_NUMBERS),
    ),
    *dragino_sw3l.DECODERS,
)
