"""Payloads made of items, each a key and data whose length the key tells: one table, one loop."""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from decoders.numbers import NONE_MISSING, Block, Number, collect
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded, Reading


@dataclass(frozen=True, slots=True)
class Item:
    """Data that is numbers and nothing else."""

    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class Special:
    """Data that needs a function: `make` gets what `struct` reads by `format` (without the byte order)."""

    format: str
    numbers: tuple[Number, ...]
    """What `make` gives, for lists and for whoever writes such data; not read one after the other."""
    make: Callable[[tuple[Any, ...]], Decoded]


class _Row(NamedTuple):
    """What the loop needs of an item; `other` is None where its data is one plain number."""

    unpack_from: Callable[[bytes, int], tuple[Any, ...]]
    width: int
    quantity: str
    divisor: float
    attributes: Attributes
    missing: Mapping[int, str]
    other: Item | Special | None


_new = tuple.__new__


class Table:
    """Items by their key. `order` is "<" or ">"; all keys are equally long."""

    def __init__(self, order: str, items: Mapping[bytes, Item | Special]) -> None:
        self.order = order
        self.items = dict(items)
        self.key_width = len(next(iter(self.items)))
        self._rows = {key: _row(order, item) for key, item in self.items.items()}

    def numbers(self) -> Iterator[Number]:
        """Every number of every item."""
        for item in self.items.values():
            yield from item.numbers

    def width(self, key: bytes) -> int | None:
        """How many bytes of data follow the key; None: it is unknown."""
        row = self._rows.get(key)
        return None if row is None else row.width

    def read(self, payload: bytes, start: int = 0, end: int | None = None, time: int | None = None) -> Decoded:
        """Read items from `start` to `end`; an unknown key ends it with a warning, for its length is unknown.

        Raises:
            Undecodable: an item is cut short, or the very first is unknown.
        """
        rows, width = self._rows, self.key_width
        stop = len(payload) if end is None else end
        at = start
        readings: list[Reading] = []
        warnings: list[str] = []
        while at < stop:
            row = rows.get(payload[at : at + width])
            if row is None:
                warnings.append(self._unknown(payload, at, start, stop))
                break
            unpack_from, length, quantity, divisor, attributes, missing, other = row
            at += width
            if at + length > stop:
                raise Undecodable(f"item {payload[at - width : at].hex()} at byte {at - width} is cut short")
            raws = unpack_from(payload, at)
            at += length
            if other is not None:
                _collect(other, raws, time, readings, warnings)
            elif raws[0] in missing:
                warnings.append(f"{quantity}: {missing[raws[0]]}")
            else:
                # Half the price of calling Reading(…), on the path that every uplink takes.
                readings.append(_new(Reading, (quantity, raws[0] / divisor, attributes, time)))
        return _new(Decoded, (tuple(readings), tuple(warnings)))

    def _unknown(self, payload: bytes, at: int, start: int, stop: int) -> str:
        key = payload[at : min(at + self.key_width, stop)].hex()
        if at + self.key_width > stop:
            raise Undecodable(f"item {key} at byte {at} is cut short")
        if at == start:
            raise Undecodable(f"item {key} at byte {at} is unknown")
        return f"item {key} at byte {at} is unknown; it and what follows is left out"


def _row(order: str, item: Item | Special) -> _Row:
    if isinstance(item, Special):
        packed = struct.Struct(order + item.format)
        return _Row(packed.unpack_from, packed.size, "", 1, (), NONE_MISSING, item)
    block = Block(order, item.numbers)
    first = block.numbers[0] if block.numbers else Number("", "x")
    plain = len(block.numbers) == 1 and not first.mask and not first.offset
    rest = None if plain else Item(block.numbers)
    return _Row(
        block.unpack_from, block.width, first.quantity, first.divisor, first.attributes, dict(first.missing), rest
    )


def _collect(
    item: Item | Special,
    raws: tuple[Any, ...],
    time: int | None,
    readings: list[Reading],
    warnings: list[str],
) -> None:
    if isinstance(item, Item):
        collect(item.numbers, raws, time, readings, warnings)
        return
    made = item.make(raws)
    readings += made.readings
    warnings += made.warnings


def item(
    quantity: str,
    code: str,
    divisor: float = 1,
    attributes: Attributes = (),
    missing: Mapping[int, str] = NONE_MISSING,
) -> Item:
    """An item of one number."""
    return Item((Number(quantity, code, divisor, attributes, missing),))


def stored(*numbers: Number) -> Special:
    """A record that the device kept while it was out of reach: Unix seconds (32 bits), then numbers of that time."""
    kept = tuple(number for number in numbers if number.quantity)

    def make(raws: tuple[Any, ...]) -> Decoded:
        readings: list[Reading] = []
        warnings: list[str] = []
        collect(kept, raws[1:], raws[0] * SECOND, readings, warnings)
        return Decoded(tuple(readings), tuple(warnings))

    return Special("I" + "".join(number.code for number in numbers), kept, make)
