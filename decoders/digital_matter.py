"""Digital Matter trackers, little-endian: Oyster sends positions, Yabby Edge what a service makes a position of.

Layouts: Digital Matter "Oyster LoRaWAN integration" and "Yabby Edge LoRaWAN integration".

*A fix that failed.* Oyster then repeats the last position it had. It is kept, for it is the best there is, but as
series of their own with the attribute `fix=cached`, and with a warning: whoever asks for positions gets none that the
device was not at. A cached 0, 0 is no position at all.

Yabby Edge sends scans of Wi-Fi and satellites, no position; of them only the trip is read here.
"""

import struct
from typing import Final

from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded, Reading

FULL: Final = 1
ANSWER: Final = 2
STATISTICS: Final = 3
SHORT: Final = 4
SCAN: Final = 5

FULL_POSITION: Final = struct.Struct("<iiBBB")
"""Latitude and longitude in 1e-7°, bits and heading, km/h, battery in 25 mV."""
SHORT_POSITION: Final = struct.Struct("<3s3sBBB")
"""Latitude and longitude in 256e-7°, heading and speed, battery, bits."""
IN_TRIP: Final = 0x01
FIX_FAILED: Final = 0x02
CACHED: Final[Attributes] = (("fix", "cached"),)
_NOTHING: Final = {ANSWER: "an answer to a command: nothing to store", STATISTICS: "statistics: nothing to store"}
_LENGTHS: Final = {FULL: FULL_POSITION.size, SHORT: SHORT_POSITION.size}

ACCESS_POINTS: Final = 0x1F
SCAN_IN_TRIP: Final = 0x20
ACCESS_POINT_WIDTH: Final = 7


def _position(latitude: float, longitude: float, heading: float, kmh: int, *, failed: bool) -> Decoded:
    if failed and not latitude and not longitude:
        return Decoded(warnings=("position: the fix failed and there was none before",))
    attributes = CACHED if failed else ()
    readings = (
        Reading("position.latitude", latitude, attributes),
        Reading("position.longitude", longitude, attributes),
        Reading("position.heading", heading, attributes),
        Reading("position.speed", kmh / 3.6, attributes),
    )
    return Decoded(readings, ("position: the fix failed, this is the last one known",) if failed else ())


def _full(payload: bytes) -> Decoded:
    latitude, longitude, bits, kmh, battery = FULL_POSITION.unpack(payload)
    failed = bool(bits & FIX_FAILED)
    position = _position(latitude / 1e7, longitude / 1e7, (bits >> 2) * 5.625, kmh, failed=failed)
    return _with_state(position, bits, battery)


def _short(payload: bytes) -> Decoded:
    latitude, longitude, motion, battery, bits = SHORT_POSITION.unpack(payload)
    degrees = [int.from_bytes(raw, "little", signed=True) * 256 / 1e7 for raw in (latitude, longitude)]
    failed = bool(bits & FIX_FAILED)
    position = _position(degrees[0], degrees[1], (motion & 7) * 45.0, (motion >> 3) * 5, failed=failed)
    return _with_state(position, bits, battery)


def _with_state(position: Decoded, bits: int, battery: int) -> Decoded:
    trip = Reading("trip.active", float(bool(bits & IN_TRIP)))
    return Decoded((*position.readings, trip, Reading("device.battery_voltage", battery / 40)), position.warnings)


def _read_oyster(frame: Frame) -> Decoded:
    if frame.f_port in _NOTHING:
        return Decoded(warnings=(_NOTHING[frame.f_port],))
    if len(frame.payload) != _LENGTHS[frame.f_port]:
        raise Undecodable(f"{len(frame.payload)} bytes are no frame of port {frame.f_port}")
    return _full(frame.payload) if frame.f_port == FULL else _short(frame.payload)


def _read_yabby_edge(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) < 2 + (payload[0] & ACCESS_POINTS) * ACCESS_POINT_WIDTH:
        raise Undecodable(
            f"{len(payload)} bytes are cut short: {payload[0] & ACCESS_POINTS} access points are announced"
        )
    return Decoded((Reading("trip.active", float(bool(payload[0] & SCAN_IN_TRIP))),))


DECODERS: Final = (
    Decoder(
        brand="digital-matter",
        models=("oyster",),
        title="Digital Matter Oyster, tracker of vehicles and things",
        domain="mobility",
        source="Digital Matter Oyster LoRaWAN integration",
        ports=frozenset({FULL, ANSWER, STATISTICS, SHORT}),
        quantities=(
            "position.latitude",
            "position.longitude",
            "position.heading",
            "position.speed",
            "trip.active",
            "device.battery_voltage",
        ),
        read=_read_oyster,
    ),
    Decoder(
        brand="digital-matter",
        models=("yabby-edge",),
        title="Digital Matter Yabby Edge, tracker (trips only)",
        domain="mobility",
        source="Digital Matter Yabby Edge LoRaWAN integration",
        ports=frozenset({SCAN}),
        quantities=("trip.active",),
        read=_read_yabby_edge,
    ),
)
