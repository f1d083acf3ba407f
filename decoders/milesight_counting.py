"""Milesight counters of people: VS121 and VS133.

VS121: who sits in which of up to 16 regions is a mask, the one big-endian number of this family; its lowest bit is
region 1 (the device repository's codec reads it the other way round). Not read are the largest number of people since
the frame before, for which the vocabulary has no quantity, and how many went from which side to which.
"""

from typing import Any, Final

from decoders.milesight_items import Items, decoder, table
from decoders.numbers import Number, skip
from decoders.tlv import Item, Special, item
from smartregion.model import Attributes, Decoded, Reading

_IN: Final[Attributes] = (("direction", "in"),)
_OUT: Final[Attributes] = (("direction", "out"),)


def _region(number: int) -> Attributes:
    return (("region", str(number)),)


def _people(first: int, count: int) -> tuple[Number, ...]:
    """One byte for each region."""
    return tuple(Number("people.present", "B", 1, _region(number)) for number in range(first, first + count))


def _dwell(raws: tuple[Any, ...]) -> Decoded:
    region, mean = raws
    return Decoded((Reading("people.dwell_mean", float(mean), _region(region)),))


# Region, mean and longest stay in seconds.
_DWELL: Final = Special("BH2x", (Number("people.dwell_mean", "H"),), _dwell)


def _occupied(raws: tuple[Any, ...]) -> Decoded:
    people, regions, high, low = raws
    mask = high << 8 | low
    present = Reading("people.present", float(people))
    if regions > 16:
        return Decoded((present,), (f"occupancy.present: {regions} regions, where there are at most 16",))
    occupied = (Reading("occupancy.present", float(mask >> n & 1), _region(n + 1)) for n in range(regions))
    return Decoded((present, *occupied))


VS121: Final = table(
    {
        b"\x04\xc9": Special("BBBB", (Number("people.present", "B"), Number("occupancy.present", "B")), _occupied),
        b"\x05\xcc": Item((Number("people.count", "H", 1, _IN), Number("people.count", "H", 1, _OUT))),
        b"\x06\xcd": Item((skip(1),)),
        b"\x07\xd5": Item(_people(1, 8)),
        b"\x08\xd5": Item(_people(9, 8)),
        **{bytes((channel, 0xDA)): Item((skip(8),)) for channel in (0x09, 0x0A, 0x0B, 0x0C)},
        b"\x0d\xcc": Item((Number("people.count_total", "H", 1, _IN), Number("people.count_total", "H", 1, _OUT))),
        b"\x0e\xe4": _DWELL,
        b"\x0f\x85": Item((skip(4),)),  # the device's clock
        b"\xff\x08": Item((skip(6),)),  # serial number
        b"\xff\x1f": Item((skip(4),)),  # firmware version
    },
)


def _line(line: int) -> Items:
    """Three channels a line: total in, total out, in and out since the frame before."""
    channel = 3 * line
    into, out = (*_IN, ("line", str(line))), (*_OUT, ("line", str(line)))
    return {
        bytes((channel, 0xD2)): item("people.count_total", "I", attributes=into),
        bytes((channel + 1, 0xD2)): item("people.count_total", "I", attributes=out),
        bytes((channel + 2, 0xCC)): Item((Number("people.count", "H", 1, into), Number("people.count", "H", 1, out))),
    }


VS133: Final = table(
    *(_line(number) for number in (1, 2, 3, 4)),
    {b"\x0f\xe3": Item(_people(1, 4)), b"\x10\xe4": _DWELL},
)

DECODERS: Final = (
    decoder(VS121, "buildings", "Milesight VS121, people and seats in a room", "vs121"),
    decoder(VS133, "mobility", "Milesight VS133, people counter", "vs133"),
)
