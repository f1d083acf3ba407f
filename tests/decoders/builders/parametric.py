"""Parametric PCR2 and TCR1, built from the payload descriptions' words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def u16(number: int) -> bytes:
    return number.to_bytes(2, "big")


def tenths(chance: random.Random) -> tuple[bytes, Reading]:
    raw = chance.randint(-400, 850)
    return raw.to_bytes(2, "big", signed=True), Reading("device.temperature", raw / 10)


def battery(chance: random.Random, *, percent: bool) -> tuple[bytes, Reading]:
    if percent:
        raw = chance.randint(0, 100)
        return bytes((raw,)), Reading("device.battery_percent", float(raw))
    raw = chance.randint(0, 30_000)
    return u16(raw), Reading("device.battery_voltage", raw / 1000)


def elsys_form(chance: random.Random) -> Built:
    left, right = chance.randint(0, 65535), chance.randint(0, 65535)
    warmth, temperature = tenths(chance)
    parts = [
        (b"\x0a" + u16(left), Reading("people.count", float(left), (("direction", "left"),))),
        (b"\x16" + u16(right), Reading("people.count", float(right), (("direction", "right"),))),
        (b"\x01" + warmth, temperature),
    ]
    chosen = chance.sample(parts, chance.randint(1, 3))
    return Built(14, b"".join(data for data, _ in chosen), [reading for _, reading in chosen])


def pcr2(chance: random.Random) -> Built:
    if chance.random() < 0.3:
        return elsys_form(chance)
    percent = chance.random() < 0.5
    payload = b"\xbe\x01\x03" if percent else b"\xbe\x01\x04"
    readings = []
    for quantity in ("people.count", "people.count_total"):
        for side in ("left", "right"):
            number = chance.randint(0, 65535)
            payload += u16(number)
            readings.append(Reading(quantity, float(number), (("direction", side),)))
    charge, voltage = battery(chance, percent=percent)
    warmth, temperature = tenths(chance)
    return Built(14, payload + charge + u16(chance.randint(0, 5000)) + warmth, [*readings, voltage, temperature])


def tcr1(chance: random.Random) -> Built:
    percent = chance.random() < 0.5
    payload = b"\xbe\x02\x01" if percent else b"\xbe\x02\x02"
    charge, voltage = battery(chance, percent=percent)
    warmth, temperature = tenths(chance)
    payload += charge + u16(chance.randint(0, 5000)) + warmth
    readings = [voltage, temperature]
    for speed_class in ("0", "1", "2", "3"):
        for side in ("left", "right"):
            count, speed = chance.choice((0, chance.randint(1, 65535))), chance.randint(0, 255)
            payload += u16(count) + bytes((speed,))
            which = (("class", speed_class), ("direction", side))
            readings.append(Reading("traffic.count", float(count), which))
            if count:
                readings.append(Reading("traffic.speed_mean", speed * 1000 / 3600, which))
    return Built(15, payload, readings)


BUILDERS = {"parametric/pcr2": pcr2, "parametric/tcr1": tcr1}
