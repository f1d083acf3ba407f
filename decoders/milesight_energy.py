"""Milesight current clamps and metered sockets: CT101, CT103, CT105; CT303, CT305, CT310; WS52x.

* Item 09 67: the probe lies at the cable, not in the air: `device.temperature`.
* The clamps with three inputs count them as attribute `channel`; which phase hangs where, the frame does not say. Their
  currents are in tenths of an ampere, those of the clamps with one input in hundredths.
"""

from typing import Final

from decoders.milesight_items import FAILED, FAILED_SIGNED, Items, decoder, flag, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, item
from smartregion.model import Attributes

_CABLE: Final = Number("device.temperature", "h", 10, missing=FAILED_SIGNED)
_AT_CABLE: Final[Items] = {b"\x09\x67": Item((_CABLE,)), b"\x89\x67": Item((_CABLE, skip(1)))}
_CURRENT: Final = Number("electric.current", "H", 100, missing=FAILED)

CT101: Final = table(
    _AT_CABLE,
    {
        b"\x03\x97": item("electric.charge_total", "I", 100),
        b"\x04\x98": Item((_CURRENT,)),
        # Largest and smallest since the last alarm come first, the flags last.
        b"\x84\x98": Item((skip(4), _CURRENT, skip(1))),
    },
)


def _input(channel: int) -> Items:
    """Two channels of items for each input: the charge, and the current with its alarm."""
    attributes: Attributes = (("channel", str(channel)),)
    charge = 2 * channel + 1
    current = Number("electric.current", "H", 10, attributes, FAILED)
    return {
        bytes((charge, 0x97)): item("electric.charge_total", "I", 100, attributes),
        bytes((charge + 1, 0x99)): Item((current,)),
        bytes((charge + 0x81, 0x99)): Item((skip(4), current, skip(1))),
    }


CT305: Final = table(_AT_CABLE, _input(1), _input(2), _input(3))

WS523: Final = table(
    {
        b"\x03\x74": item("electric.voltage", "H", 10),
        b"\x04\x80": item("power.active", "I"),
        b"\x05\x81": item("power.factor", "B", 100),
        b"\x06\x83": item("energy.active_import_total", "I"),
        b"\x07\xc9": item("electric.current", "H", 1000),
        b"\x08\x70": Item((flag("switch.on"),)),
    },
)

DECODERS: Final = (
    decoder(CT101, "energy", "Milesight CT101, CT103 and CT105, current clamp", "ct101", "ct103", "ct105"),
    decoder(CT305, "energy", "Milesight CT303, CT305 and CT310, three current clamps", "ct305", "ct303", "ct310"),
    decoder(WS523, "energy", "Milesight WS523, metered socket", "ws523", "ws52x"),
)
