"""Milesight sensors of rooms: WS202 (movement), WS301 (doors), VS340 and VS341 (desks and seats).

* WS202 says "triggered" and, when nothing moved for a while, "idle": a state, `occupancy.present`. Whether it is light
  (04 00) has no quantity.
* WS301, 04 00: the vendor's prose calls 1 "installed", its code "removed from its magnet"; here it is `tamper.alarm`.
"""

from typing import Final

from decoders.milesight_items import decoder, flag, table
from decoders.numbers import skip
from decoders.tlv import Item

_PRESENT: Final = flag("occupancy.present")

WS202: Final = table({b"\x03\x00": Item((_PRESENT,)), b"\x04\x00": Item((skip(1),))})
WS301: Final = table({b"\x03\x00": Item((flag("contact.open"),)), b"\x04\x00": Item((flag("tamper.alarm"),))})
VS341: Final = table({b"\x03\x00": Item((_PRESENT,))})

DECODERS: Final = (
    decoder(WS202, "buildings", "Milesight WS202, movement and light", "ws202"),
    decoder(WS301, "buildings", "Milesight WS301, door or window", "ws301"),
    decoder(VS341, "buildings", "Milesight VS340 and VS341, desk and seat", "vs341", "vs340"),
)
