"""Nwave NPS405, built from the application protocol's words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def minutes_of(code: int) -> int | None:
    if code < 90:
        return code
    if code < 120:
        return 90 + 5 * (code - 90)
    if code < 127:
        return 240 + 60 * (code - 120)
    return None


def status(chance: random.Random, occupied: int) -> tuple[bytes, list[Reading]]:
    code = chance.randint(0, 127)
    minutes = minutes_of(code)
    readings = [Reading("parking.occupied", float(occupied))]
    if minutes is not None:
        readings.append(Reading("parking.previous_duration", minutes * 60.0))
    return bytes((code * 2 + occupied,)), readings


def nps405(chance: random.Random) -> Built:
    port = chance.choice((1, 2, 3, 10))
    occupied = chance.choice((0, 1))
    if port == 1:
        return Built(1, *status(chance, occupied))
    if port == 10:
        first, readings = status(chance, occupied)
        return Built(10, first + chance.randbytes(chance.choice((4, 5))), readings if occupied else [])
    state = Reading("parking.occupied", float(occupied))
    if port == 3:
        return Built(3, bytes((2, 4, 9, chance.randint(0, 7), occupied)), [state, Reading("device.restart", 1.0)])
    battery, degrees = chance.randint(0, 255), chance.randint(-128, 127)
    payload = bytes((occupied, battery)) + degrees.to_bytes(1, "big", signed=True) + chance.randbytes(3)
    voltage = Reading("device.battery_voltage", (2500 + battery * 4) / 1000)
    return Built(2, payload, [state, voltage, Reading("device.temperature", degrees / 2 + 10)])


BUILDERS = {"nwave/nps405sm": nps405}
