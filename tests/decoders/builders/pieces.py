"""Parts of a frame that is made of items, each with the readings that come of it."""

import random
from collections.abc import Callable, Sequence
from typing import Literal

from smartregion.model import Attributes, Reading

Piece = tuple[bytes, list[Reading]]
Maker = Callable[[random.Random], Piece]
Field = Callable[[random.Random, int | None], Piece]
"""A number without channel and type, at a time."""


def field(
    quantity: str,
    width: int,
    divisor: float = 1,
    *,
    signed: bool = False,
    attributes: Attributes = (),
    failed: Sequence[int] = (),
    order: Literal["little", "big"] = "little",
) -> Field:
    """Any number of so many bytes; those that stand for a failure give no reading."""

    def make(chance: random.Random, time: int | None) -> Piece:
        low = -(1 << 8 * width - 1) if signed else 0
        raw = chance.choice((chance.randrange(low, low + (1 << 8 * width)), chance.randrange(0, 100), low, *failed))
        readings = [] if raw in failed else [Reading(quantity, raw / divisor, attributes, time)]
        return raw.to_bytes(width, order, signed=signed), readings

    return make


def yes_or_no(quantity: str, attributes: Attributes = ()) -> Field:
    def make(chance: random.Random, time: int | None) -> Piece:
        raw = chance.choice((0, 1))
        return bytes((raw,)), [Reading(quantity, float(raw), attributes, time)]

    return make


def nothing(width: int) -> Field:
    """Bytes that are not read."""
    return lambda chance, _: (chance.randbytes(width), [])


def joined(pieces: Sequence[Piece]) -> Piece:
    return b"".join(data for data, _ in pieces), [reading for _, readings in pieces for reading in readings]
