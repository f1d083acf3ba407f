"""Elvaco CMi41xx, from the user manuals' tables: kind of message, then DIF, VIF and little-endian data."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built

INTEGER = {1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 8}
DECIMAL = {0x9: 2, 0xA: 4, 0xB: 6, 0xC: 8, 0xE: 12}

ENERGY = {0x03: 1, 0x04: 10, 0x05: 100, 0x06: 1000, 0x07: 10_000, 0x0E: 1e6 / 3600, 0x0F: 1e7 / 3600}
VOLUME = {0x12: 0.1, 0x13: 1, 0x14: 10, 0x15: 100, 0x16: 1000}
POWER = {0x2A: 0.1, 0x2B: 1, 0x2C: 10, 0x2D: 100, 0x2E: 1000, 0x2F: 10_000}
FLOW = {0x3A: 0.1, 0x3B: 1, 0x3C: 10, 0x3D: 100, 0x3E: 1000}
SUPPLY = {0x58: 0.001, 0x59: 0.01, 0x5A: 0.1, 0x5B: 1}
RETURN = {0x5C: 0.001, 0x5D: 0.01, 0x5E: 0.1, 0x5F: 1}
PARTS = (
    ("heat.energy_total", ENERGY, (4, 6, 7, 0xC, 0xE), False),
    ("heat.volume_total", VOLUME, (3, 4, 6, 0xC, 0xE), False),
    ("heat.power", POWER, (2, 3, 4, 0xB), True),
    ("heat.flow_rate", FLOW, (2, 3, 4, 0xB), True),
    ("heat.supply_temperature", SUPPLY, (2, 0xA), True),
    ("heat.return_temperature", RETURN, (2, 0xA), True),
)


def number(chance: random.Random, coding: int, *, signed: bool) -> tuple[int, bytes]:
    negative = signed and chance.random() < 0.3
    if coding in INTEGER:
        width = INTEGER[coding]
        value = chance.randrange(1 << min(8 * width - 1, 48))
        value = -value if negative else value
        return value, value.to_bytes(width, "little", signed=True)
    digits = DECIMAL[coding]
    if negative:
        value = -chance.randrange(1, 10 ** (digits - 1))
        text = "F" + str(-value).rjust(digits - 1, "0")
    else:
        value = chance.randrange(10**digits)
        text = str(value).rjust(digits, "0")
    return value, bytes(int(text[n : n + 2], 16) for n in range(digits - 2, -1, -2))


def silent(chance: random.Random) -> bytes:
    """Records that are no readings: serial number, address, date and time, yesterday, no error, filler."""
    return chance.choice(
        (
            bytes((0x0C, 0x78, 0x29, 0x11, 0x03, 0x66)),
            bytes((0x07, 0x79)) + chance.randbytes(8),
            bytes((0x04, 0x6D)) + chance.randbytes(4),
            bytes((0x44, 0x06)) + chance.randbytes(4),
            bytes((0x1B, 0x2D)) + chance.randbytes(3),
            bytes((0x02, 0xFD, 0x17, 0x00, 0x00)),
            bytes((0x2F,)),
        )
    )


def heat_meter(chance: random.Random) -> Built:
    payload = bytes((chance.choice((0x00, 0x01, 0x05, 0x15, 0x1E)),))
    readings = []
    for quantity, units, codings, signed in chance.sample(PARTS, chance.randint(1, len(PARTS))):
        unit, coding = chance.choice(list(units)), chance.choice(codings)
        value, data = number(chance, coding, signed=signed)
        payload += bytes((coding, unit)) + data
        readings.append(Reading(quantity, value * units[unit]))
        if chance.random() < 0.3:
            payload += silent(chance)
    return Built(2, payload, readings)


BUILDERS = {f"elvaco/cmi{number}": heat_meter for number in (4110, 4111, 4130, 4140, 4160)}
