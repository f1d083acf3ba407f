"""SenseCAP T1000, built from the payload format's words."""

import random

from smartregion.clock import SECOND
from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

FIX, CLIMATE, WIFI, BLUETOOTH = "fix", "climate", "wifi", "bluetooth"
PACKAGES = {
    0x06: (FIX, CLIMATE),
    0x07: (WIFI, CLIMATE),
    0x08: (BLUETOOTH, CLIMATE),
    0x09: (FIX,),
    0x0A: (WIFI,),
    0x0B: (BLUETOOTH,),
    0x11: (CLIMATE,),
}


def part(chance: random.Random, kind: str, time: int) -> tuple[bytes, list[Reading]]:
    if kind == WIFI:
        return chance.randbytes(28), []
    if kind == BLUETOOTH:
        return chance.randbytes(21), []
    if kind == CLIMATE:
        degrees = chance.randint(-400, 850)
        light = chance.randint(0, 100)
        payload = degrees.to_bytes(2, "big", signed=True) + light.to_bytes(2, "big")
        return payload, [Reading("device.temperature", degrees / 10, (), time)]
    longitude, latitude = chance.randint(-180_000_000, 180_000_000), chance.randint(-90_000_000, 90_000_000)
    payload = longitude.to_bytes(4, "big", signed=True) + latitude.to_bytes(4, "big", signed=True)
    return payload, [
        Reading("position.longitude", longitude / 1e6, (), time),
        Reading("position.latitude", latitude / 1e6, (), time),
    ]


def events(chance: random.Random, time: int) -> tuple[bytes, list[Reading]]:
    bits = chance.randint(0, 255)
    readings = []
    if bits & 1:
        readings.append(Reading("motion.detected", 1.0, (), time))
    if bits & 64:
        readings.append(Reading("button.pressed", 1.0, (("channel", "sos"),), time))
    if bits & 128:
        readings.append(Reading("button.pressed", 1.0, (), time))
    return bytes((0, 0, bits)), readings


def package(chance: random.Random) -> tuple[bytes, list[Reading]]:
    seconds = NOW - chance.randint(0, 300 * 86_400)
    time = seconds * SECOND
    key = chance.choice(list(PACKAGES))
    happened, readings = events(chance, time)
    byte = bytes((chance.randint(0, 255),))
    payload = bytes((key,)) + (byte + happened if key == 0x11 else happened + byte) + seconds.to_bytes(4, "big")
    for kind in PACKAGES[key]:
        data, found = part(chance, kind, time)
        payload += data
        readings += found
    percent = chance.randint(0, 100)
    return payload + bytes((percent,)), [*readings, Reading("device.battery_percent", float(percent), (), time)]


def t1000(chance: random.Random) -> Built:
    if chance.random() < 0.1:
        percent = chance.randint(0, 100)
        return Built(5, bytes((5, percent, 1, 0, 0)), [Reading("device.battery_percent", float(percent))])
    payload, readings = package(chance)
    if chance.random() < 0.2:
        second, more = package(chance)
        payload, readings = payload + second, readings + more
    return Built(5, payload, readings)


BUILDERS = {"sensecap/sensecapt1000-tracker-ab": t1000}
