"""Dingtek waste bin sensors DF702 and DF703: port 3, framed by 80 00 01 … 81, the fourth byte tells what they are.

Layout: Dingtek "DF702 & DF703 LoRaWAN protocol" 2.8. The device repository's codec makes the tilt always negative (it
compares before it masks) and its floats are off in the sixth decimal; here both are right. The byte of signs is one
nibble for each value: the low one of the tilt, the high one of the temperature. Of the high one no example is
published; a bin below zero has no other place for its sign.
"""

import math
import struct
from typing import Final

from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

PORT: Final = 3
HEAD: Final = b"\x80\x00\x01"
TAIL: Final = 0x81
PARAMETERS: Final = 3
PLAIN_LENGTH: Final = 17
POSITION: Final = struct.Struct("<ff")
"""Longitude and latitude, the only little-endian part."""
POSITIONED_LENGTH: Final = PLAIN_LENGTH + POSITION.size
STATE: Final = struct.Struct(">BBBBB")
"""Temperature, signs, tilt, full and fire, fallen and battery low; a counter of frames follows."""


def _nibbles(byte: int) -> tuple[bool, bool]:
    return byte >> 4 != 0, byte & 0x0F != 0


def _state(payload: bytes, at: int) -> tuple[Reading, ...]:
    degrees, signs, tilt, fill, fall = STATE.unpack_from(payload, at)
    frost, backwards = _nibbles(signs)
    full, fire = _nibbles(fill)
    fallen, battery_low = _nibbles(fall)
    return (
        Reading("container.temperature", float(-degrees if frost else degrees)),
        Reading("tilt.angle", float(-tilt if backwards else tilt)),
        Reading("container.full_alarm", float(full)),
        Reading("container.fire_alarm", float(fire)),
        Reading("container.tilted", float(fallen)),
        Reading("device.battery_low", float(battery_low)),
    )


def _position(payload: bytes, at: int) -> Decoded:
    longitude, latitude = POSITION.unpack_from(payload, at)
    if not (math.isfinite(longitude) and math.isfinite(latitude)) or not (longitude or latitude):
        return Decoded(warnings=("position: no fix",))
    # Four bytes hold seven digits; further ones are dust.
    return Decoded(
        (Reading("position.latitude", round(latitude, 6)), Reading("position.longitude", round(longitude, 6)))
    )


def _check(payload: bytes) -> None:
    if len(payload) not in (PLAIN_LENGTH, POSITIONED_LENGTH):
        raise Undecodable(f"{len(payload)} bytes are no frame, or cut short")
    if not payload.startswith(HEAD) or payload[-1] != TAIL or payload[4] != len(payload):
        raise Undecodable("head, length and tail do not fit")


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    _check(payload)
    if payload[3] == PARAMETERS:
        return Decoded(warnings=("a frame of settings: nothing to store",))
    if payload[7] != (len(payload) == POSITIONED_LENGTH):
        raise Undecodable(f"{len(payload)} bytes, where the mark of a position is {payload[7]}")
    distance = Reading("level.distance", int.from_bytes(payload[5:7], "big") / 1000)
    position = _position(payload, 8) if payload[7] else Decoded()
    state = _state(payload, 16 if payload[7] else 8)
    return Decoded((distance, *position.readings, *state), position.warnings)


DECODERS: Final = (
    Decoder(
        brand="dingtek",
        models=("df702", "df703"),
        title="Dingtek DF702 and DF703, fill level of waste bins",
        domain="waste",
        source="Dingtek DF702 & DF703 LoRaWAN protocol 2.8",
        ports=frozenset({PORT}),
        quantities=(
            "level.distance",
            "position.latitude",
            "position.longitude",
            "container.temperature",
            "tilt.angle",
            "container.full_alarm",
            "container.fire_alarm",
            "container.tilted",
            "device.battery_low",
        ),
        read=_read,
    ),
)
