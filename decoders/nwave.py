"""Nwave parking sensors NPS405: the port tells what a frame is, bit 0 always whether the space is occupied.

Layout: Nwave "LoRaWAN parking sensor, getting started", application protocol. Port 1 parking status, 2 heartbeat,
3 start-up, 10 the tag of a user who parked; the tag's id names a person's car and is left out. How long the previous
state lasted is sent in steps that grow with it; taken is the beginning of a step. From 660 minutes on it is not known.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

STATUS: Final = 1
HEARTBEAT: Final = 2
START: Final = 3
TAG: Final = 10
LENGTHS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType(
    {STATUS: (1,), HEARTBEAT: (6,), START: (5,), TAG: (5, 6)}
)
"""By port; firmware that tells a tag's battery makes its frame one byte longer."""
STEPS: Final = ((120, 240, 60), (90, 90, 5), (0, 0, 1))
"""From which code on, minutes there, minutes a code."""
UNKNOWN: Final = 127


def _occupied(byte: int) -> Reading:
    return Reading("parking.occupied", float(byte & 1))


def _status(byte: int) -> Decoded:
    code = byte >> 1
    if code == UNKNOWN:
        return Decoded((_occupied(byte),), ("parking.previous_duration: 660 minutes or more",))
    minutes = next(start + (code - first) * width for first, start, width in STEPS if code >= first)
    return Decoded((_occupied(byte), Reading("parking.previous_duration", minutes * 60.0)))


def _heartbeat(payload: bytes) -> Decoded:
    temperature = int.from_bytes(payload[2:3], "big", signed=True)
    return Decoded(
        (
            _occupied(payload[0]),
            Reading("device.battery_voltage", (2500 + 4 * payload[1]) / 1000),
            Reading("device.temperature", temperature / 2 + 10),
        )
    )


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) not in LENGTHS[frame.f_port]:
        raise Undecodable(f"{len(payload)} bytes are no frame of port {frame.f_port}")
    if frame.f_port == HEARTBEAT:
        return _heartbeat(payload)
    if frame.f_port == START:
        return Decoded((_occupied(payload[4]), Reading("device.restart", 1.0)))
    if frame.f_port == TAG and not payload[0] & 1:
        return Decoded(warnings=("a tag without a parked car: nothing to store",))
    return _status(payload[0])


DECODERS: Final = (
    Decoder(
        brand="nwave",
        models=("nps405sm", "nps405fm"),
        title="Nwave NPS405, parking space",
        domain="mobility",
        source="Nwave LoRaWAN parking sensor, application protocol",
        ports=frozenset(LENGTHS),
        quantities=(
            "parking.occupied",
            "parking.previous_duration",
            "device.battery_voltage",
            "device.temperature",
            "device.restart",
        ),
        read=_read,
    ),
)
