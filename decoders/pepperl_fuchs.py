"""Pepperl+Fuchs WILSEN.sonic.level: port 1, big-endian items of `length, id, data`; the length counts id and data.

Layout: Pepperl+Fuchs WILSEN "LoRaWAN payload". The sensor hangs in the container, so its temperature is the
container's. Left out: amplitude, serial number, counters, and the settings it repeats when one was changed (F1xx to
F5xx).
"""

import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.numbers import Block, Number, collect, quantities_of, skip
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

PORT: Final = 1
NUMBERS: Final[Mapping[bytes, Number]] = MappingProxyType(
    {
        b"\x02\x01": Number("container.temperature", "f"),
        b"\x0b\x01": Number("level.distance", "H", 100),
        b"\x0b\x02": Number("level.distance", "H", 1000),
        b"\x0b\x06": Number("level.fill_percent", "B"),
        b"\x0b\x07": skip(1),  # amplitude
        b"\x2a\x25": skip(14),  # serial number
        b"\x31\x01": skip(2),  # frames sent
        b"\x31\x02": skip(2),  # positions taken
        b"\x31\x03": skip(4),  # distances measured
        b"\x50\x01": Number("position.latitude", "i", 1_000_000),
        b"\x50\x02": Number("position.longitude", "i", 1_000_000),
        b"\x51\x01": Number("device.battery_voltage", "B", 10),
    }
)
SETTINGS: Final = range(0xF1, 0xF6)
"""First byte of the ids with which a changed setting is repeated."""
_BLOCKS: Final = {key: Block(">", (number,)) for key, number in NUMBERS.items()}
_DECIMALS: Final = 3


def _items(payload: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Id and data of each item."""
    at = 0
    while at < len(payload):
        begin, end = at + 1, at + 1 + payload[at]
        if end - begin < 2 or end > len(payload):
            raise Undecodable(f"the item at byte {at} is cut short")
        yield payload[begin : begin + 2], payload[begin + 2 : end]
        at = end


def _read(frame: Frame) -> Decoded:
    readings: list[Reading] = []
    warnings: list[str] = []
    known = False
    for key, data in _items(frame.payload):
        block = _BLOCKS.get(key)
        known |= block is not None or key[0] in SETTINGS
        if block is None:
            if key[0] not in SETTINGS:
                warnings.append(f"item {key.hex()} is unknown; it is left out")
        elif len(data) != block.width:
            warnings.append(f"item {key.hex()} has {len(data)} bytes instead of {block.width}; it is left out")
        else:
            collect(block.numbers, block.unpack_from(data), None, readings, warnings)
    if not known:
        raise Undecodable("; ".join(warnings))
    return _tidy(readings, warnings)


def _tidy(readings: list[Reading], warnings: list[str]) -> Decoded:
    """A four-byte float holds seven digits at most, and may hold no number at all."""
    lost = [f"{each.quantity}: no number" for each in readings if not math.isfinite(each.value)]
    kept = [each for each in readings if math.isfinite(each.value)]
    tidied = (
        each._replace(value=round(each.value, _DECIMALS)) if each.quantity == "container.temperature" else each
        for each in kept
    )
    return Decoded(tuple(tidied), (*warnings, *lost))


DECODERS: Final = (
    Decoder(
        brand="pepperl-fuchs",
        models=("wilsen-sonic-level",),
        title="Pepperl+Fuchs WILSEN.sonic.level, fill level of containers",
        domain="waste",
        source="Pepperl+Fuchs WILSEN, LoRaWAN payload",
        ports=frozenset({PORT}),
        quantities=quantities_of(NUMBERS.values()),
        read=_read,
    ),
)
