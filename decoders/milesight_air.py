"""Milesight sensors of the air: EM300-TH, EM500-CO2, AM103, AM107, AM307, AM319, WS302 (sound).

Left out, for the vocabulary has no quantity for them: the level of light in six steps (06 CB), infrared light and the
strength of movement (AM107), volatile organic compounds as a mass (08 E6; `air.tvoc` is a share), ozone as a share
(0D 7D; `air.o3` is a mass), the beeper (0E 01).

* 08 7D is parts per billion on AM107, but the vendor's index of air quality, in hundredths, on AM307 and AM319.
* AM307 and AM319 say "triggered" or "idle" of movement: a state, `occupancy.present`.
* WS302 names the weighting of the sound in each frame: attribute `weighting`, A, C or Z.
"""

from typing import Any, Final

from decoders.milesight_items import AIR, HUMIDITY, TEMPERATURE, Items, decoder, flag, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, Special, stored
from smartregion.model import Attributes, Decoded, Reading

_CO2: Final = Number("air.co2", "H")
_PRESSURE: Final = Number("air.pressure", "H", 10)
_INDEX: Final = Number("air.iaq_index", "H", 100)
_PRESENT: Final = flag("occupancy.present")
_PM2_5: Final = Number("air.pm2_5", "H")
_PM10: Final = Number("air.pm10", "H")
_FORMALDEHYDE: Final = Number("air.formaldehyde", "H", 100)
# In stored records of the AM300 family the humidity takes two bytes.
_WIDE_HUMIDITY: Final = Number("air.relative_humidity", "H", 2)

EM300_TH: Final = table(AIR, {b"\x20\xce": stored(TEMPERATURE, HUMIDITY, skip(1))})

EM500_CO2: Final = table(
    AIR,
    {
        b"\x05\x7d": Item((_CO2,)),
        b"\x06\x73": Item((_PRESSURE,)),
        b"\x83\xd7": Item((TEMPERATURE, skip(3))),
        b"\x20\xce": stored(_CO2, _PRESSURE, TEMPERATURE, HUMIDITY),
    },
)

AM103: Final = table(AIR, {b"\x07\x7d": Item((_CO2,)), b"\x20\xce": stored(TEMPERATURE, HUMIDITY, _CO2)})

AM107: Final = table(
    AIR,
    {
        b"\x05\x6a": Item((skip(2),)),
        b"\x06\x65": Item((Number("air.illuminance", "H"), skip(4))),
        b"\x07\x7d": Item((_CO2,)),
        b"\x08\x7d": Item((Number("air.tvoc", "H"),)),
        b"\x09\x73": Item((_PRESSURE,)),
    },
)

_AM300: Final[Items] = {
    **AIR,
    b"\x05\x00": Item((_PRESENT,)),
    b"\x06\xcb": Item((skip(1),)),
    b"\x07\x7d": Item((_CO2,)),
    b"\x08\x7d": Item((_INDEX,)),
    b"\x08\xe6": Item((skip(2),)),
    b"\x09\x73": Item((_PRESSURE,)),
    b"\x0e\x01": Item((skip(1),)),
}
_BEFORE: Final = (TEMPERATURE, _WIDE_HUMIDITY, _PRESENT, skip(1), _CO2)
_FINE: Final = (_PM2_5, _PM10, skip(2))

AM307: Final = table(
    _AM300,
    {
        b"\x20\xce": stored(*_BEFORE, _INDEX, _PRESSURE),
        b"\x21\xce": stored(*_BEFORE, skip(2), _PRESSURE),
    },
)

AM319: Final = table(
    _AM300,
    {
        b"\x0a\x7d": Item((_FORMALDEHYDE,)),
        b"\x0b\x7d": Item((_PM2_5,)),
        b"\x0c\x7d": Item((_PM10,)),
        b"\x0d\x7d": Item((skip(2),)),
        # The last number of a record is formaldehyde or ozone, whichever the device has; the record does not say.
        b"\x20\xce": stored(*_BEFORE, _INDEX, _PRESSURE, *_FINE),
        b"\x21\xce": stored(*_BEFORE, skip(2), _PRESSURE, *_FINE),
    },
)

_SOUND: Final = ("sound.level", "sound.level_eq", "sound.level_max")


def _sound(raws: tuple[Any, ...]) -> Decoded:
    settings, *levels = raws
    name = "ZAC?"[settings & 3]
    if name == "?":
        return Decoded(warnings=(f"sound.level: weighting {settings & 3} is unknown",))
    weighting: Attributes = (("weighting", name),)
    pairs = zip(_SOUND, levels, strict=True)
    return Decoded(tuple(Reading(quantity, level / 10, weighting) for quantity, level in pairs))


WS302: Final = table({b"\x05\x5b": Special("BHHH", tuple(Number(name, "H", 10) for name in _SOUND), _sound)})

DECODERS: Final = (
    decoder(EM300_TH, "buildings", "Milesight EM300-TH, temperature and humidity", "em300-th"),
    decoder(EM500_CO2, "buildings", "Milesight EM500-CO2, CO₂, pressure and climate", "em500-co2"),
    decoder(AM103, "buildings", "Milesight AM103, CO₂ and climate of rooms", "am103"),
    decoder(AM107, "buildings", "Milesight AM107, air and light of rooms", "am107", "am104"),
    decoder(AM307, "buildings", "Milesight AM307, air quality of rooms", "am307"),
    decoder(AM319, "buildings", "Milesight AM319, air quality and fine dust of rooms", "am319"),
    decoder(WS302, "environment", "Milesight WS302, sound level", "ws302"),
)
