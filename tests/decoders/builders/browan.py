"""Browan, from the reference manuals: state, battery nibble, temperatures as seven bits above -32."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def head(chance: random.Random, state: str) -> tuple[bytes, list[Reading]]:
    on, tenths, board = chance.randrange(2), chance.randrange(16), chance.randint(-32, 95)
    data = bytes(
        (chance.randrange(128) << 1 | on, chance.randrange(16) << 4 | tenths, chance.randrange(2) << 7 | board + 32)
    )
    readings = [
        Reading("device.battery_voltage", 2.5 + tenths / 10),
        Reading("device.temperature", float(board)),
    ]
    return data, readings + ([Reading(state, float(on))] if state else [])


def leak(chance: random.Random) -> Built:
    data, readings = head(chance, "water.leak")
    humidity, celsius = chance.randrange(101), chance.randint(-32, 95)
    readings += [Reading("air.relative_humidity", float(humidity)), Reading("air.temperature", float(celsius))]
    return Built(106, data + bytes((humidity, celsius + 32)), readings)


def air(chance: random.Random) -> Built:
    data, readings = head(chance, "")
    humidity, celsius = chance.randrange(101), chance.randint(-32, 95)
    co2, tvoc, index = chance.randrange(65536), chance.randrange(65536), chance.randrange(501)
    data += bytes((humidity | chance.randrange(2) << 7,))
    data += b"".join(value.to_bytes(2, "little") for value in (co2, tvoc, index))
    readings += [
        Reading("air.relative_humidity", float(humidity)),
        Reading("air.co2", float(co2)),
        Reading("air.tvoc", float(tvoc)),
        Reading("air.iaq_index", float(index)),
        Reading("air.temperature", float(celsius)),
    ]
    return Built(103, data + bytes((celsius + 32,)), readings)


def door(chance: random.Random) -> Built:
    data, readings = head(chance, "contact.open")
    return Built(100, data + chance.randbytes(5), readings)


def motion(chance: random.Random) -> Built:
    data, readings = head(chance, "occupancy.present")
    return Built(102, data + chance.randbytes(5), readings)


BUILDERS = {
    "browan/tbwl100": leak,
    "browan/tbhv110": air,
    "browan/tbdw100": door,
    "browan/tbms100": motion,
}
