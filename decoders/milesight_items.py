"""Milesight: what all models share. Items of `channel, type, data`, little-endian, on port 85."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.numbers import FLAG, Number, moduli_of, quantities_of, skip
from decoders.tlv import Item, Special, Table, item
from smartregion.model import Decoded, Reading

PORT: Final = 85
FAILED: Final = MappingProxyType({0xFFFF: "could not be read", 0xFFFD: "is out of the sensor's range"})
FAILED_SIGNED: Final = MappingProxyType({-1: FAILED[0xFFFF], -3: FAILED[0xFFFD]})
Items = Mapping[bytes, Item | Special]

_RESTARTED: Final = Decoded((Reading("device.restart", 1.0),))

COMMON: Final[Items] = {
    b"\x01\x75": item("device.battery_percent", "B"),
    b"\xff\x01": Item((skip(1),)),  # IPSO version
    b"\xff\x09": Item((skip(2),)),  # hardware version
    b"\xff\x0a": Item((skip(2),)),  # firmware version
    b"\xff\x0b": Special("B", (Number("device.restart", "B"),), lambda _: _RESTARTED),
    b"\xff\x0f": Item((skip(1),)),  # LoRaWAN class
    b"\xff\x16": Item((skip(8),)),  # serial number
    b"\xff\xfe": Item((skip(1),)),  # reset
    b"\xff\xff": Item((skip(2),)),  # TSL version
}

TEMPERATURE: Final = Number("air.temperature", "h", 10)
HUMIDITY: Final = Number("air.relative_humidity", "B", 2)
AIR: Final[Items] = {b"\x03\x67": Item((TEMPERATURE,)), b"\x04\x68": Item((HUMIDITY,))}
DISTANCE: Final = Number("level.distance", "H", 1000, missing=FAILED)


def flag(quantity: str) -> Number:
    """A byte that is 0 or 1."""
    return Number(quantity, "B", missing=FLAG)


def table(*items: Items) -> Table:
    """The items of one model and those of all."""
    merged: dict[bytes, Item | Special] = dict(COMMON)
    for each in items:
        merged.update(each)
    return Table("<", merged)


def decoder(items: Table, domain: str, title: str, *models: str) -> Decoder:
    """The decoder of models that send these items."""

    def read(frame: Frame) -> Decoded:
        return items.read(frame.payload)

    return Decoder(
        brand="milesight-iot",
        models=models,
        title=title,
        domain=domain,
        source=f"Milesight {models[0].upper()} user guide, uplink packet",
        ports=frozenset({PORT}),
        quantities=quantities_of(items.numbers()),
        read=read,
        moduli=moduli_of(items.numbers()),
    )
