"""Bosch parking lot sensor TPS110: 1 to 17 bytes, the port tells what they are.

Layout: Bosch TPS110 communication interface. Port 1 parking status, 2 heartbeat, 3 start-up.
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
LENGTHS: Final[Mapping[int, tuple[int, ...]]] = MappingProxyType({STATUS: (1,), HEARTBEAT: (1, 2), START: (17,)})


def _occupied(byte: int) -> Reading:
    return Reading("parking.occupied", float(byte & 1))


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if len(payload) not in LENGTHS[frame.f_port]:
        raise Undecodable(f"{len(payload)} bytes are no frame of port {frame.f_port}")
    if frame.f_port == START:
        return Decoded((_occupied(payload[16]), Reading("device.restart", 1.0)))
    if len(payload) == 1:
        return Decoded((_occupied(payload[0]),))
    temperature = int.from_bytes(payload[1:2], "big", signed=True)
    return Decoded((_occupied(payload[0]), Reading("device.temperature", float(temperature))))


DECODERS: Final = (
    Decoder(
        brand="bosch",
        models=("tps110",),
        title="Bosch TPS110, parking space",
        domain="mobility",
        source="Bosch TPS110 communication interface",
        ports=frozenset(LENGTHS),
        quantities=("parking.occupied", "device.temperature", "device.restart"),
        read=_read,
    ),
)
