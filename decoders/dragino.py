"""Dragino sensors: fixed layouts, big-endian, data on port 2.

Layouts: user manuals of LDDS75 (from firmware 1.1.4 on) and LSE01, sections "uplink payload". The device repository's
codec for older LDDS75 puts the battery into the distance, and its LSE01 codec turns a negative soil temperature by
0xFFFF instead of 0x10000, one step too warm; here both are right.

The DS18B20 is a probe on a cable, mostly hanging in the air: `air.temperature`. LDDS75 sends 0 °C without a probe and
nothing in the frame tells the difference; LSE01 sends 7FFF, which is left out.
"""

from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, moduli_of, quantities_of, skip
from smartregion.model import Decoded

PORT: Final = 2
# The two highest bits are flags.
_BATTERY: Final = Number("device.battery_voltage", "H", 1000, mask=0x3FFF)

LDDS75: Final = Layout(
    ">",
    (
        _BATTERY,
        Number("level.distance", "H", 1000, missing={0: "no sensor answers", 20: "the echo is invalid"}),
        skip(1),
        Number("air.temperature", "h", 10, missing={0x7FFF: "no probe"}),
        skip(1),
    ),
)

LSE01: Final = Layout(
    ">",
    (
        _BATTERY,
        Number("air.temperature", "h", 10, missing={0x7FFF: "no probe"}),
        Number("soil.moisture", "H", 100),
        Number("soil.temperature", "h", 100),
        Number("soil.conductivity", "H", 1000),
        skip(1),
    ),
)


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


DECODERS: Final = (
    _decoder(LDDS75, "ldds75", "waste", "Dragino LDDS75, ultrasonic distance"),
    _decoder(LSE01, "lse01", "water", "Dragino LSE01, soil moisture, temperature and conductivity"),
)
