"""Cayenne Low Power Payload: items of `channel, type, data`, big-endian; many devices of no particular maker speak it.

Layout: Cayenne LPP documentation; the types from 64 on that are no IPSO sensors of its first list come from libraries
that extended it (their list is unverified). The channel is the attribute `channel` of every reading.

A type says how a value is written, and for some not what it is. What is taken:

* Digital input: 1 is `contact.open`; digital output and switch: 1 is `switch.on`. Other values become a warning.
* Left out: analog inputs and outputs, plain numbers, percentages, concentrations, directions, colours, rates of turn,
  frequencies and times: no quantity of the vocabulary fits without knowing the device.
"""

from types import MappingProxyType
from typing import Any, Final

from decoders.numbers import FLAG, Number, skip
from decoders.tlv import Item, Special, Table, item
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

_HEAD_WIDTH: Final = 2
"""Channel and type."""


class Channels:
    """Items of a table, each after a byte that tells its channel."""

    def __init__(self, table: Table) -> None:
        self.table = table

    def read(self, payload: bytes) -> Decoded:
        """The readings of all items, with their channels; an unknown type ends it with a warning.

        Raises:
            Undecodable: an item is cut short, or the very first is unknown.
        """
        readings: list[Reading] = []
        warnings: list[str] = []
        at = 0
        while at < len(payload):
            key = payload[at + 1 : at + _HEAD_WIDTH]
            width = self.table.width(key)
            if width is None and key and at:
                warnings.append(f"type {key.hex()} at byte {at + 1} is unknown; it and what follows is left out")
                break
            # Of an unknown or missing type the table says what is wrong.
            end = at + _HEAD_WIDTH + (width or 0)
            if end > len(payload):
                raise Undecodable(f"the item at byte {at} is cut short")
            decoded = self.table.read(payload, at + 1, end)
            channel = (("channel", str(payload[at])),)
            readings += [reading._replace(attributes=channel) for reading in decoded.readings]
            warnings += [f"channel {payload[at]}: {warning}" for warning in decoded.warnings]
            at = end
        return Decoded(tuple(readings), tuple(warnings))


_POSITION: Final = MappingProxyType(
    {"position.latitude": 10_000, "position.longitude": 10_000, "position.altitude": 100}
)


def _position(raws: tuple[Any, ...]) -> Decoded:
    return Decoded(
        tuple(
            Reading(quantity, int.from_bytes(raw, "big", signed=True) / divisor)
            for (quantity, divisor), raw in zip(_POSITION.items(), raws, strict=True)
        )
    )


def _left_out(width: int) -> Item:
    return Item((skip(width),))


TYPES: Final = Table(
    ">",
    {
        b"\x00": item("contact.open", "B", missing=FLAG),
        b"\x01": item("switch.on", "B", missing=FLAG),
        b"\x02": _left_out(2),  # analog input
        b"\x03": _left_out(2),  # analog output
        b"\x64": _left_out(4),  # a plain number
        b"\x65": item("air.illuminance", "H"),
        b"\x66": item("occupancy.present", "B", missing=FLAG),
        b"\x67": item("air.temperature", "h", 10),
        b"\x68": item("air.relative_humidity", "B", 2),
        b"\x71": Item(tuple(Number(f"acceleration.{axis}", "h", 1000) for axis in "xyz")),
        b"\x73": item("air.pressure", "H", 10),
        b"\x74": item("electric.voltage", "H", 100),
        b"\x75": item("electric.current", "H", 1000),
        b"\x76": _left_out(4),  # frequency
        b"\x78": _left_out(1),  # percentage
        b"\x79": item("position.altitude", "h"),
        b"\x7d": _left_out(2),  # concentration
        b"\x80": item("power.active", "H"),
        b"\x82": item("level.distance", "I", 1000),
        b"\x83": item("energy.active_import_total", "I"),
        b"\x84": _left_out(2),  # direction
        b"\x85": _left_out(4),  # time
        b"\x86": _left_out(6),  # rate of turn
        b"\x87": _left_out(3),  # colour
        b"\x88": Special("3s3s3s", tuple(Number(quantity, "3s") for quantity in _POSITION), _position),
        b"\x8e": item("switch.on", "B", missing=FLAG),
    },
)
PAYLOAD: Final = Channels(TYPES)
