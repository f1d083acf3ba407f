"""MClimate CO2 sensor: a keep-alive of seven bytes, big-endian; port 2.

Layout: MClimate CO2 sensor, uplink payload. The keep-alive begins with 01. The answer to a command begins with another
byte and has the keep-alive at its end.
"""

from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, quantities_of, skip
from smartregion.errors import Undecodable
from smartregion.model import Decoded

PORT: Final = 2
KEEP_ALIVE: Final = Layout(
    ">",
    (
        skip(1),
        Number("air.co2", "H"),
        Number("air.temperature", "H", 10, offset=400),
        Number("air.relative_humidity", "B", 2.56),
        # 1.6 V and 8 mV a step.
        Number("device.battery_voltage", "B", 125, offset=-200),
    ),
)
_LENGTH: Final = 7
_BEGINNING: Final = 0x01


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    if payload[0] == _BEGINNING:
        return KEEP_ALIVE.read(payload)
    last = payload[-_LENGTH:]
    if len(payload) <= _LENGTH or last[0] != _BEGINNING:
        raise Undecodable(f"{len(payload)} bytes that begin with {payload[0]:02x} end with no keep-alive")
    return KEEP_ALIVE.read(last)


DECODERS: Final = (
    Decoder(
        brand="mclimate",
        models=("co2-sensor",),
        title="MClimate CO2 sensor",
        domain="buildings",
        source="MClimate CO2 sensor, uplink payload",
        ports=frozenset({PORT}),
        quantities=quantities_of(KEEP_ALIVE.numbers),
        read=_read,
    ),
)
