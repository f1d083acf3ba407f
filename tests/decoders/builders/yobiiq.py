"""Yobiiq EM4301, from the payload description: slot, type, big-endian data."""

import random

from smartregion.clock import SECOND
from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

REGISTERS = (
    "energy.active_import_total",
    "energy.active_export_total",
    "energy.reactive_import_total",
    "energy.reactive_export_total",
)
# Type, quantity, the attribute, width, signed, unit.
VALUES = [
    *((0x04 + n, REGISTERS[n // 2], ("tariff", str(n % 2 + 1)), 4, False, 1) for n in range(8)),
    *((0x0C + n, "electric.voltage", ("phase", f"L{n + 1}"), 4, True, 0.1) for n in range(3)),
    (0x0F, "electric.current", None, 4, True, 0.001),
    *((0x10 + n, "electric.current", ("phase", f"L{n + 1}"), 4, True, 0.001) for n in range(3)),
    (0x13, "power.active", None, 4, True, 1),
    *((0x14 + n, "power.active", ("phase", f"L{n + 1}"), 4, True, 1) for n in range(3)),
    *((0x17 + n, "power.reactive", ("phase", f"L{n + 1}"), 4, True, 1) for n in range(3)),
    *((0x1A + n, "power.apparent", ("phase", f"L{n + 1}"), 4, True, 1) for n in range(3)),
    *((0x1D + n, "power.factor", ("phase", f"L{n + 1}"), 1, True, 0.01) for n in range(3)),
    (0x23, "electric.frequency", None, 2, True, 0.01),
    (0x25, "power.reactive", None, 4, False, 1),
    (0x26, "power.apparent", None, 4, False, 1),
]
SILENT = [(0x00, 4), (0x20, 2), (0x22, 2), (0x24, 4), (0x27, 4), (0x29, 4), (0x2A, 4), (0x2B, 4), (0xF0, 2), (0xF2, 2)]


def electricity_meter(chance: random.Random) -> Built:
    time = None
    items: list[tuple[int, bytes]] = []
    if chance.random() < 0.7:
        meter = NOW - chance.randrange(3600)
        items.append((0x01, meter.to_bytes(4, "big")))
        time = meter * SECOND
        if chance.random() < 0.5:
            logged = meter - chance.randrange(900)
            items.append((0x03, logged.to_bytes(4, "big")))
            time = logged * SECOND
    readings = []
    for kind, quantity, attribute, width, signed, unit in chance.sample(VALUES, chance.randint(1, 7)):
        raw = chance.randrange(1 << 8 * width) - (1 << 8 * width - 1 if signed else 0)
        items.append((kind, raw.to_bytes(width, "big", signed=signed)))
        readings.append(Reading(quantity, raw * unit, (attribute,) if attribute else (), time))
    if chance.random() < 0.3:
        kind, width = chance.choice(SILENT)
        items.append((kind, chance.randbytes(width)))
    payload = b"".join(bytes((slot, kind)) + data for slot, (kind, data) in enumerate(items, 1))
    if chance.random() < 0.5:
        payload += bytes((0x0B, 0x0A, 0))
    return Built(chance.randint(1, 10), payload, readings)


BUILDERS = {f"yobiiq/{model}": electricity_meter for model in ("em4301", "em4301-ct", "em2101")}
