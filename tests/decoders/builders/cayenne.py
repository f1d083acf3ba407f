"""Cayenne LPP, from its table of types: channel, type, big-endian data."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built

# Type, then for each number: quantity (empty: none of ours), width, signed, unit.
TYPES: dict[int, list[tuple[str, int, bool, float]]] = {
    0x02: [("", 2, True, 0.01)],
    0x03: [("", 2, True, 0.01)],
    0x64: [("", 4, False, 1)],
    0x65: [("air.illuminance", 2, False, 1)],
    0x67: [("air.temperature", 2, True, 0.1)],
    0x68: [("air.relative_humidity", 1, False, 0.5)],
    0x71: [("acceleration.x", 2, True, 0.001), ("acceleration.y", 2, True, 0.001), ("acceleration.z", 2, True, 0.001)],
    0x73: [("air.pressure", 2, False, 0.1)],
    0x74: [("electric.voltage", 2, False, 0.01)],
    0x75: [("electric.current", 2, False, 0.001)],
    0x76: [("", 4, False, 1)],
    0x78: [("", 1, False, 1)],
    0x79: [("position.altitude", 2, True, 1)],
    0x7D: [("", 2, False, 1)],
    0x80: [("power.active", 2, False, 1)],
    0x82: [("level.distance", 4, False, 0.001)],
    0x83: [("energy.active_import_total", 4, False, 1)],
    0x84: [("", 2, False, 1)],
    0x85: [("", 4, False, 1)],
    0x86: [("", 2, True, 0.01)] * 3,
    0x87: [("", 1, False, 1)] * 3,
    0x88: [
        ("position.latitude", 3, True, 0.0001),
        ("position.longitude", 3, True, 0.0001),
        ("position.altitude", 3, True, 0.01),
    ],
}
FLAGS = {0x00: "contact.open", 0x01: "switch.on", 0x66: "occupancy.present", 0x8E: "switch.on"}


def items(chance: random.Random) -> Built:
    payload = b""
    readings = []
    for _ in range(chance.randint(1, 8)):
        channel = chance.randrange(256)
        attributes = (("channel", str(channel)),)
        kind = chance.choice((*TYPES, *FLAGS))
        payload += bytes((channel, kind))
        if kind in FLAGS:
            on = chance.randrange(2)
            payload += bytes((on,))
            readings.append(Reading(FLAGS[kind], float(on), attributes))
            continue
        for quantity, width, signed, unit in TYPES[kind]:
            raw = chance.randrange(1 << 8 * width) - (1 << 8 * width - 1 if signed else 0)
            payload += raw.to_bytes(width, "big", signed=signed)
            if quantity:
                readings.append(Reading(quantity, raw * unit, attributes))
    return Built(chance.randint(1, 223), payload, readings)


BUILDERS = {"cayenne/lpp": items}
