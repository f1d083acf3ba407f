"""Payloads whose every byte has its fixed place: one table, read in one go."""

from collections.abc import Iterable

from decoders.numbers import Block, Number, collect
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading


class Layout:
    """Numbers that fill the payload exactly. `order` is "<" or ">"."""

    def __init__(self, order: str, numbers: Iterable[Number]) -> None:
        self.order = order
        self.numbers = tuple(numbers)
        self._block = Block(order, self.numbers)

    def read(self, payload: bytes, time: int | None = None) -> Decoded:
        """The readings of the payload, all at `time` (None: the frame's).

        Raises:
            Undecodable: it is not exactly as long as the layout.
        """
        if len(payload) != self._block.width:
            raise Undecodable(f"{len(payload)} bytes, where the layout has {self._block.width}")
        readings: list[Reading] = []
        warnings: list[str] = []
        collect(self._block.numbers, self._block.unpack_from(payload), time, readings, warnings)
        return Decoded(tuple(readings), tuple(warnings))
