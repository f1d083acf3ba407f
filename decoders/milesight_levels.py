"""Milesight sensors of distance, level and pressure: EM310-UDL, EM400, EM500-UDL, EM500-SWL, EM500-PP.

EM500-SWL states the depth in whole centimetres, EM500-PP the pressure in whole kilopascals.
"""

from typing import Final

from decoders.milesight_items import DISTANCE, FAILED, decoder, flag, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, stored

_TILTED: Final = flag("container.tilted")
_INSIDE: Final = Number("container.temperature", "h", 10)
_DEPTH: Final = Number("water.level", "H", 100, missing=FAILED)

EM310_UDL: Final = table({b"\x03\x82": Item((DISTANCE,)), b"\x04\x00": Item((_TILTED,))})

EM400: Final = table(
    {
        b"\x03\x67": Item((_INSIDE,)),
        b"\x04\x82": Item((DISTANCE,)),
        b"\x05\x00": Item((_TILTED,)),
        b"\x83\x67": Item((_INSIDE, skip(1))),
        b"\x84\x82": Item((DISTANCE, skip(1))),
    },
)

EM500_UDL: Final = table({b"\x03\x82": Item((DISTANCE,)), b"\x20\xce": stored(DISTANCE)})
EM500_SWL: Final = table({b"\x03\x77": Item((_DEPTH,)), b"\x20\xce": stored(_DEPTH)})
EM500_PP: Final = table({b"\x03\x7b": Item((Number("water.pressure", "h"),))})

DECODERS: Final = (
    decoder(EM310_UDL, "waste", "Milesight EM310-UDL, ultrasonic level of containers", "em310-udl"),
    decoder(EM400, "waste", "Milesight EM400-TLD, time-of-flight level of containers", "em400-tld", "em400-udl"),
    decoder(EM400, "waste", "Milesight EM400-MUD, ultrasonic level of containers", "em400-mud"),
    decoder(EM500_UDL, "water", "Milesight EM500-UDL, ultrasonic distance to the water", "em500-udl"),
    decoder(EM500_SWL, "water", "Milesight EM500-SWL, submersible water level", "em500-swl"),
    decoder(EM500_PP, "water", "Milesight EM500-PP, pressure in pipes", "em500-pp"),
)
