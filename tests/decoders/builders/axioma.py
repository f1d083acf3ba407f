"""Axioma Qalcosonic W1, from the words of the payload description: three layouts, little-endian, port 100."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

SECOND = 10**9
HOUR = 3600
STATES = {
    0x00: "",
    0x10: "dry",
    0x20: "leak",
    0x30: "leak",
    0x60: "backflow",
    0x70: "backflow",
    0x80: "low_temperature",
    0x90: "low_temperature",
    0xA0: "burst",
    0xB0: "burst",
    0xD0: "tamper",
}
ALARMS = ("backflow", "burst", "dry", "leak", "low_temperature", "tamper")
STEPS = (15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1440)


def four(value: int) -> bytes:
    return value.to_bytes(4, "little")


def volume(litres: int, seconds: int) -> Reading:
    return Reading("water.volume_total", float(litres), (), seconds * SECOND)


def state(chance: random.Random, seconds: int) -> tuple[int, list[Reading]]:
    byte = chance.choice(list(STATES))
    low, error = chance.randrange(2), chance.randrange(2)
    readings = [
        Reading("water.meter_alarm", float(STATES[byte] == name), (("alarm", name),), seconds * SECOND)
        for name in ALARMS
    ]
    readings.append(Reading("device.battery_low", float(low), (), seconds * SECOND))
    return byte | low << 2 | error << 3, readings


def enhanced(chance: random.Random, now: int) -> tuple[bytes, list[Reading]]:
    """The register of 23 hours before the last full hour, and what each hour added, in 14 bits."""
    byte, readings = state(chance, now)
    litres = chance.randrange(10**9)
    payload = bytes((1,)) + four(now) + bytes((byte,)) + four(litres)
    hour = now // HOUR * HOUR - 23 * HOUR
    readings.append(volume(litres, hour))
    bits = ""
    for _ in range(23):
        added = chance.choice((0, chance.randrange(100), chance.randrange(1 << 14)))
        litres, hour = litres + added, hour + HOUR
        readings.append(volume(litres, hour))
        bits = f"{added:014b}" + bits
    return payload + int(bits, 2).to_bytes(41, "little"), readings


def extended(chance: random.Random, now: int) -> tuple[bytes, list[Reading]]:
    """A log that ends less than a step ago; of few deltas nobody could tell the step."""
    byte, readings = state(chance, now)
    count, step = chance.randint(4, 20), chance.choice(STEPS) * 60
    began = now - count * step - chance.randrange(step)
    logged = litres = chance.randrange(10**9)
    time, tail = began, b""
    readings.append(volume(litres, time))
    for _ in range(count):
        added = chance.choice((0, chance.randrange(100), chance.randrange(0x2F00)))
        litres, time = litres + added, time + step
        readings.append(volume(litres, time))
        tail += added.to_bytes(2, "little")
    present = litres + chance.randrange(100)
    readings.append(volume(present, now))
    padding = b"\x2f" * chance.randrange(4)
    return four(now) + bytes((byte,)) + four(present) + four(began) + four(logged) + tail + padding, readings


def short(chance: random.Random, now: int) -> tuple[bytes, list[Reading]]:
    """Registers newest first, a period between them."""
    byte, readings = state(chance, now)
    period = chance.randint(60, 31 * 86400)
    litres, time, count = chance.randrange(10**9), now, chance.randrange(9)
    payload = four(now) + bytes((byte,)) + four(litres)
    readings.append(volume(litres, time))
    for _ in range(count):
        litres, time = litres - chance.randrange(litres // 10 + 1), time - period
        readings.append(volume(litres, time))
        payload += four(litres)
    return payload + four(period), readings


def meter(chance: random.Random) -> Built:
    sent = NOW - chance.randrange(40_000)
    payload, readings = chance.choice((enhanced, extended, short))(chance, sent)
    return Built(100, payload, readings)


BUILDERS = {"axioma/qalcosonic-w1": meter}
