"""Elsys sensors, built from "Elsys LoRa payload": type, data, highest byte first; any port."""

import random

from smartregion.model import Attributes, Reading
from tests.decoders.builders.built import Built
from tests.decoders.builders.pieces import Field, Maker, Piece, field, joined, nothing, yes_or_no


def channel(name: str) -> Attributes:
    return (("channel", name),)


def item(kind: int, *fields: Field) -> Maker:
    def make(chance: random.Random) -> Piece:
        data, readings = joined([each(chance, None) for each in fields])
        return bytes((kind,)) + data, readings

    return make


def number(
    quantity: str, width: int, divisor: float = 1, *, signed: bool = False, attributes: Attributes = ()
) -> Field:
    return field(quantity, width, divisor, signed=signed, attributes=attributes, order="big")


def position(chance: random.Random) -> Piece:
    """24 bits each, lowest byte first, other than all the rest."""
    latitude, longitude = chance.randrange(-900_000, 900_000), chance.randrange(-1_800_000, 1_800_000)
    data = latitude.to_bytes(3, "little", signed=True) + longitude.to_bytes(3, "little", signed=True)
    return b"\x09" + data, [
        Reading("position.latitude", latitude / 10_000),
        Reading("position.longitude", longitude / 10_000),
    ]


def occupancy(chance: random.Random) -> Piece:
    """0 nobody, 1 somebody comes or goes, 2 somebody is there."""
    state = chance.choice((0, 1, 2))
    return bytes((0x11, state)), [Reading("occupancy.present", 1.0 if state else 0.0)]


def leak(chance: random.Random) -> Piece:
    """0 is dry, all else is wet."""
    state = chance.choice((0, 0, 1, 2, 255))
    return bytes((0x12, state)), [Reading("water.leak", 1.0 if state else 0.0)]


MAKERS: tuple[Maker, ...] = (
    item(0x01, number("air.temperature", 2, 10, signed=True)),
    item(0x02, number("air.relative_humidity", 1)),
    item(0x03, *(number(f"acceleration.{axis}", 1, 63, signed=True) for axis in "xyz")),
    item(0x04, number("air.illuminance", 2)),
    item(0x05, number("motion.count", 1)),
    item(0x06, number("air.co2", 2)),
    item(0x07, number("device.battery_voltage", 2, 1000)),
    item(0x08, number("electric.voltage", 2, 1000, attributes=channel("1"))),
    position,
    item(0x0A, nothing(2)),
    item(0x0B, number("pulse.count_total", 4, attributes=channel("1"))),
    item(0x0C, number("air.temperature", 2, 10, signed=True, attributes=channel("1"))),
    item(0x0D, yes_or_no("contact.open", channel("1"))),
    item(0x0E, number("level.distance", 2, 1000)),
    item(0x0F, number("motion.count", 1, attributes=channel("acceleration"))),
    item(0x10, number("device.temperature", 2, 10, signed=True), nothing(2)),
    occupancy,
    leak,
    item(0x13, nothing(65)),
    item(0x14, number("air.pressure", 4, 1000, signed=True)),
    item(0x15, number("sound.level_max", 1), number("sound.level_eq", 1)),
    item(0x16, nothing(2)),
    item(0x17, number("pulse.count_total", 4, attributes=channel("2"))),
    item(0x18, number("electric.voltage", 2, 1000, attributes=channel("2"))),
    item(0x1A, yes_or_no("contact.open", channel("2"))),
    item(0x1B, number("electric.voltage", 4, 1_000_000, signed=True, attributes=channel("3"))),
    item(0x1C, number("air.tvoc", 2)),
    item(0x3D, nothing(4)),
)


def generic(chance: random.Random) -> Built:
    """Some items in any order; the second probe may be there several times, and then each has its channel."""
    pieces = [make(chance) for make in chance.sample(MAKERS, chance.randint(1, 8))]
    for probe in range(chance.choice((0, 0, 1, 2, 4))):
        tenths = chance.randrange(-550, 1250)
        reading = Reading("air.temperature", tenths / 10, channel(str(2 + probe)))
        pieces.append((b"\x19" + tenths.to_bytes(2, "big", signed=True), [reading]))
    payload, readings = joined(pieces)
    return Built(chance.choice((5, 5, 1, 42, 223)), payload, readings)


BUILDERS = {"elsys/ers": generic}
