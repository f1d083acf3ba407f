"""Terabee LoRa level monitor XL: port 1, six bytes, big-endian.

Layout: Terabee "LoRa Level Monitoring XL" user manual, uplink payload. The last byte holds bits of errors.
"""

from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, quantities_of, skip
from smartregion.model import Decoded

PORT: Final = 1
LM_XL: Final = Layout(
    ">",
    (
        Number(
            "level.distance", "H", 1000, missing={0: "too close", 1: "no valid measurement", 0xFFFF: "nothing in range"}
        ),
        Number("level.fill_percent", "B", missing={0xFF: "could not be worked out"}),
        Number("device.battery_voltage", "H", 1000),
        skip(1),
    ),
)


def _read(frame: Frame) -> Decoded:
    decoded = LM_XL.read(frame.payload)
    errors = frame.payload[-1]
    return decoded._replace(warnings=(*decoded.warnings, f"error bits {errors:08b}")) if errors else decoded


DECODERS: Final = (
    Decoder(
        brand="terabee",
        models=("lora-lm-xl",),
        title="Terabee LoRa level monitor XL",
        domain="waste",
        source="Terabee LoRa Level Monitoring XL user manual",
        ports=frozenset({PORT}),
        quantities=quantities_of(LM_XL.numbers),
        read=_read,
    ),
)
