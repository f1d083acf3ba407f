"""EMU Professional II, from the payload description: time, identifiers with values, CRC-8; little-endian."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

SECOND = 10**9
REGISTERS = ("active_import", "active_export", "reactive_import", "reactive_export")
LINES = ("L1", "L2", "L3")

# Identifier, quantity, the attribute, width, signed, unit.
VALUES = [
    *((0x03 + n, f"energy.{REGISTERS[n // 2]}_total", ("tariff", str(n % 2 + 1)), 4, False, 1) for n in range(8)),
    (0x0B, "power.active", None, 4, True, 1),
    *((0x0C + n, "power.active", ("phase", line), 4, True, 1) for n, line in enumerate(LINES)),
    (0x0F, "electric.current", None, 4, True, 0.001),
    *((0x10 + n, "electric.current", ("phase", line), 4, True, 0.001) for n, line in enumerate((*LINES, "N"))),
    *((0x14 + n, "electric.voltage", ("phase", line), 4, True, 0.1) for n, line in enumerate(LINES)),
    *((0x17 + n, "power.factor", ("phase", line), 1, True, 0.01) for n, line in enumerate(LINES)),
    (0x1A, "electric.frequency", None, 2, True, 0.1),
    *((0x1C + n, f"energy.{REGISTERS[n // 2]}_total", ("tariff", str(n % 2 + 1)), 4, False, 1000) for n in range(8)),
    *((0x24 + n, f"energy.{REGISTERS[n // 2]}_total", ("tariff", str(n % 2 + 1)), 8, False, 1) for n in range(8)),
]
# What is no reading: index, times, mean power, serial number, ratios, type, year; no error.
SILENT = [
    (0x00, 4),
    (0x01, 4),
    (0x02, 4),
    (0x1B, 4),
    (0xF1, 4),
    (0xF3, 2),
    (0xF4, 2),
    (0xF5, 2),
    (0xF6, 2),
    (0xF7, 1),
    (0xF8, 4),
]


def checksum(data: bytes) -> int:
    """Polynomial division by x⁸ + x² + x + 1, bit after bit."""
    rest = int.from_bytes(data, "big") << 8
    for bit in range(rest.bit_length() - 1, 7, -1):
        if rest >> bit & 1:
            rest ^= 0x107 << bit - 8
    return rest


def meter(chance: random.Random) -> Built:
    seconds = NOW - chance.randrange(40_000)
    payload = seconds.to_bytes(4, "little")
    readings = []
    for identifier, quantity, attribute, width, signed, unit in chance.sample(VALUES, chance.randint(1, 8)):
        raw = chance.randrange(1 << min(8 * width, 50)) - (1 << 8 * width - 1 if signed else 0)
        payload += bytes((identifier,)) + raw.to_bytes(width, "little", signed=signed)
        readings.append(Reading(quantity, raw * unit, (attribute,) if attribute else (), seconds * SECOND))
        if chance.random() < 0.2:
            silent, length = chance.choice(SILENT)
            payload += bytes((silent,)) + chance.randbytes(length)
    if chance.random() < 0.2:
        payload += bytes((0xF0, 0))
    return Built(1, payload + bytes((checksum(payload),)), readings)


BUILDERS = {"emu/emu-prof-ii": meter}
