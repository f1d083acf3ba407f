"""Milesight AT101, tracker for vehicles, bicycles and containers.

A byte beside the position says whether it moves: 1 begins to, 2 does, 3 stopped; 0 is "not known" and gives no reading.
Stored positions have longitude and latitude the other way round than live ones. Networks seen around (06 D9) are not
read; a device that finds no satellites sends only those.
"""

from typing import Any, Final

from decoders.milesight_items import decoder, flag, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, Special, stored
from smartregion.model import Decoded, Reading

_NO_FIX: Final = {-1: "no satellites"}
_LATITUDE: Final = Number("position.latitude", "i", 1_000_000, missing=_NO_FIX)
_LONGITUDE: Final = Number("position.longitude", "i", 1_000_000, missing=_NO_FIX)
_MOVING: Final = {1: 1.0, 2: 1.0, 3: 0.0}
_TEMPERATURE: Final = Number("device.temperature", "h", 10)


def _position(raws: tuple[Any, ...]) -> Decoded:
    latitude, longitude, state = raws
    moving = _MOVING.get(state & 0x0F)
    trip = () if moving is None else (Reading("trip.active", moving),)
    if -1 in (latitude, longitude):
        return Decoded(trip, (f"position.latitude: {_NO_FIX[-1]}",))
    position = (
        Reading("position.latitude", latitude / 1_000_000),
        Reading("position.longitude", longitude / 1_000_000),
    )
    return Decoded((*position, *trip))


_LIVE: Final = Special("iiB", (_LATITUDE, _LONGITUDE, Number("trip.active", "B")), _position)

AT101: Final = table(
    {
        b"\x03\x67": Item((_TEMPERATURE,)),
        b"\x83\x67": Item((_TEMPERATURE, skip(1))),
        b"\x04\x88": _LIVE,
        b"\x84\x88": _LIVE,
        b"\x05\x00": Item((skip(1),)),  # upright or tilted
        b"\x06\xd9": Item((skip(9),)),
        b"\x07\x00": Item((flag("tamper.alarm"),)),
        b"\x20\xce": stored(_LONGITUDE, _LATITUDE),
    },
)

DECODERS: Final = (decoder(AT101, "mobility", "Milesight AT101, tracker", "at101"),)
