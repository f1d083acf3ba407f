"""Fludia FM432e, from the words of the user guide: kind, register, increments of equal steps, oldest first."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

SECOND = 10**9


def profile(received: int, minutes: int, first: int, counts: list[int], modulus: int) -> list[Reading]:
    """What a clerk would write down, step by step, beginning with the register before the first step."""
    time = received - len(counts) * minutes * 60 * SECOND
    register = first
    readings = [Reading("energy.active_import_total", float(register), (), time)]
    for count in counts:
        time += minutes * 60 * SECOND
        register = (register + count) % modulus
        readings.append(Reading("energy.active_import_total", float(register), (), time))
        readings.append(Reading("power.active", count / (minutes / 60), (), time))
    return readings


def meter(chance: random.Random) -> Built:
    received = (NOW + chance.randrange(86400)) * SECOND + chance.randrange(SECOND)
    kind = chance.choice((0x20, 0x21, 0x22, 0x69, 0x69, 0x0E, 0x6A))
    low = chance.randrange(2)
    if kind == 0x0E:
        register = chance.randrange(1 << 24)
        flags = chance.randrange(128) << 1 | low
        payload = bytes((kind, 1, 0, 2, flags)) + register.to_bytes(4, "big") + bytes((0, 0, chance.choice((0, 1, 3))))
    elif kind == 0x6A:
        register = chance.randrange(1 << 32)
        payload = bytes((kind, 1, 0, 0, 2, 60, 1, low)) + register.to_bytes(4, "big") + bytes((15, 8, 1, 0))
    else:
        return counted(chance, kind, received)
    readings = [Reading("energy.active_import_total", float(register)), Reading("device.battery_low", float(low))]
    return Built(129, payload, readings, received)


def counted(chance: random.Random, kind: int, received: int) -> Built:
    minutes = {0x20: 10, 0x21: 15, 0x22: 60, 0x69: chance.randint(1, 60)}[kind]
    bits = 32 if kind == 0x69 else 24
    number = chance.randint(1, 20) if kind == 0x69 else 8
    counts = [chance.choice((0, chance.randrange(100), chance.randrange(65536))) for _ in range(number)]
    first = chance.choice((chance.randrange(1 << bits), (1 << bits) - chance.randint(1, 1000)))
    last = (first + sum(counts)) % (1 << bits)
    head = bytes((kind, minutes)) if kind == 0x69 else bytes((kind,))
    payload = head + last.to_bytes(bits // 8, "big") + b"".join(count.to_bytes(2, "big") for count in counts)
    return Built(129, payload, profile(received, minutes, first, counts, 1 << bits), received)


BUILDERS = {"fludia/fm432e-10-15mn": meter}
