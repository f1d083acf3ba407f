"""Milesight sensors of pulses, leaks and soil: EM300-DI, EM300-SLD, EM300-ZLD, EM300-MLD, EM500-SMTC.

* EM300-DI, level of the input: taken to be pulled up for dry contacts, so high (1) is `contact.open`. Not confirmed by
  the vendor's text.
* EM300-DI, item 05 E1 gives an amount of water in a unit that is a setting of the device and not in the frame. The
  frame does say how many pulses make how many units, so the pulses are computed back; the assignment's pulse factor
  makes litres of them as it does for item 05 C8.
* EM500-SMTC, item 04 68: one byte. The device repository's codec steps over two there and loses the conductivity.
* EM300-MLD has no sensor of the air; the bytes for it in its stored records are empty.
"""

import math
from typing import Any, Final

from decoders.milesight_items import AIR, HUMIDITY, TEMPERATURE, decoder, flag, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, Special, stored
from smartregion.clock import SECOND
from smartregion.model import Decoded, Reading


def _pulses_from_water(raws: tuple[Any, ...]) -> Decoded:
    units, pulses, amount = raws
    if not units or not math.isfinite(amount) or amount < 0:
        return Decoded(warnings=("pulse.count_total: the amount of water can't be turned into pulses",))
    return Decoded((Reading("pulse.count_total", float(round(amount * pulses / units))),))


def _history(raws: tuple[Any, ...]) -> Decoded:
    seconds, temperature, humidity, kind, level, pulses = raws
    time = seconds * SECOND
    air = (
        Reading("air.temperature", temperature / 10, (), time),
        Reading("air.relative_humidity", humidity / 2, (), time),
    )
    match kind:
        case 1 if level in (0, 1):
            return Decoded((*air, Reading("contact.open", float(level), (), time)))
        case 2:
            return Decoded((*air, Reading("pulse.count_total", float(pulses), (), time)))
        case _:
            return Decoded(air, (f"history: kind {kind} with level {level} is unknown",))


_PULSES: Final = Number("pulse.count_total", "I")
EM300_DI: Final = table(
    AIR,
    {
        b"\x05\x00": Item((flag("contact.open"),)),
        b"\x05\xc8": Item((_PULSES,)),
        b"\x05\xe1": Special("HHf", (_PULSES,), _pulses_from_water),
        b"\x20\xce": Special("IhBBBI", (), _history),
    },
)

_LEAK: Final = flag("water.leak")
EM300_SLD: Final = table(AIR, {b"\x05\x00": Item((_LEAK,)), b"\x20\xce": stored(TEMPERATURE, HUMIDITY, _LEAK)})
EM300_MLD: Final = table({b"\x05\x00": Item((_LEAK,)), b"\x20\xce": stored(skip(3), _LEAK)})

_SOIL_TEMPERATURE: Final = Number("soil.temperature", "h", 10)
_MOISTURE: Final = Number("soil.moisture", "H", 100)
_CONDUCTIVITY: Final = Number("soil.conductivity", "H", 1000)
EM500_SMTC: Final = table(
    {
        b"\x03\x67": Item((_SOIL_TEMPERATURE,)),
        b"\x04\x68": Item((Number("soil.moisture", "B", 2),)),
        b"\x04\xca": Item((_MOISTURE,)),
        b"\x05\x7f": Item((_CONDUCTIVITY,)),
        # The change since before, then which threshold.
        b"\x83\xd7": Item((_SOIL_TEMPERATURE, skip(3))),
        b"\x20\xce": stored(_CONDUCTIVITY, _SOIL_TEMPERATURE, _MOISTURE),
    },
)

DECODERS: Final = (
    decoder(EM300_DI, "water", "Milesight EM300-DI, pulses or a contact", "em300-di"),
    decoder(EM300_SLD, "buildings", "Milesight EM300-SLD and -ZLD, leak at a spot or rope", "em300-sld", "em300-zld"),
    decoder(EM300_MLD, "buildings", "Milesight EM300-MLD, leak on a membrane", "em300-mld"),
    decoder(EM500_SMTC, "water", "Milesight EM500-SMTC, soil moisture, temperature and conductivity", "em500-smtc"),
)
