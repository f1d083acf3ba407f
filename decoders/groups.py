"""Payloads that begin with flags, one for each group of big-endian 16-bit words that follows (Decentlab).

A number of 32 bits is two words, the low one first.
"""

import struct
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from decoders.numbers import NONE_MISSING, Block, Number, collect
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

_HEAD: Final = struct.Struct(">BHH")
_PROTOCOL: Final = 2


class Group:
    """Words that come and go together; `unusable` gives the reason why none of them counts, by the last word."""

    def __init__(self, numbers: Iterable[Number], unusable: Mapping[int, str] = NONE_MISSING) -> None:
        self.numbers = tuple(numbers)
        self.block = Block(">", self.numbers)
        self.unusable = MappingProxyType(dict(unusable))
        self._wide = tuple(number.code == "I" for number in self.block.numbers)

    def raws(self, payload: bytes, at: int) -> tuple[int, ...]:
        """The raw values of its numbers, from the byte `at` on."""
        raws = self.block.unpack_from(payload, at)
        if True not in self._wide:
            return raws
        return tuple(_low_word_first(raw) if wide else raw for raw, wide in zip(raws, self._wide, strict=True))


def _low_word_first(raw: int) -> int:
    return (raw & 0xFFFF) << 16 | raw >> 16


class Groups:
    """The groups of one model in the order of their flags (bit 0 first)."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self.groups = tuple(groups)
        every = range(1, 1 << len(self.groups))
        self._present = {
            flags: tuple(group for bit, group in enumerate(self.groups) if flags >> bit & 1) for flags in every
        }

    def read(self, payload: bytes) -> Decoded:
        """The readings of all groups that are there; an absent group is normal.

        Raises:
            Undecodable: another protocol, a group that this model does not have, or not the length the flags tell.
        """
        if len(payload) < _HEAD.size:
            raise Undecodable(f"{len(payload)} bytes are cut short: the head has {_HEAD.size}")
        protocol, _, flags = _HEAD.unpack_from(payload)
        if protocol != _PROTOCOL:
            raise Undecodable(f"protocol version {protocol} is unknown")
        present = self._present.get(flags)
        if present is None:
            raise Undecodable(f"flags {flags:04x} are unknown")
        wanted = _HEAD.size + sum([group.block.width for group in present])
        if len(payload) != wanted:
            raise Undecodable(f"{len(payload)} bytes, where the flags {flags:04x} tell {wanted}")
        return _read(present, payload)


def _read(groups: Iterable[Group], payload: bytes) -> Decoded:
    at = _HEAD.size
    readings: list[Reading] = []
    warnings: list[str] = []
    for group in groups:
        _collect(group, payload, at, readings, warnings)
        at += group.block.width
    return Decoded(tuple(readings), tuple(warnings))


def _collect(group: Group, payload: bytes, at: int, readings: list[Reading], warnings: list[str]) -> None:
    if group.unusable:
        end = at + group.block.width
        why = group.unusable.get(int.from_bytes(payload[end - 2 : end], "big"))
        if why is not None:
            warnings.append(why)
            return
    collect(group.block.numbers, group.raws(payload, at), None, readings, warnings)
