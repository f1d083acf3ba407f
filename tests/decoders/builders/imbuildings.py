"""IMBuildings people counter, built from the payload types' words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def sides(chance: random.Random, quantity: str) -> tuple[bytes, list[Reading]]:
    payload, readings = b"", []
    for side in ("a", "b"):
        number = chance.randint(0, 65535)
        payload += number.to_bytes(2, "big")
        readings.append(Reading(quantity, float(number), (("direction", side),)))
    return payload, readings


def people_counter(chance: random.Random) -> Built:
    variant = chance.choice((6, 7, 8))
    battery = chance.randint(0, 400)
    voltage = Reading("device.battery_voltage", battery / 100)
    counted, counts = sides(chance, "people.count")
    summed, sums = sides(chance, "people.count_total")
    device, sensor, frame = (bytes((chance.randint(0, 255),)) for _ in range(3))
    charge = battery.to_bytes(2, "big")
    payload, readings = {
        6: (device + charge + counted + sensor + summed + frame, [voltage, *counts, *sums]),
        7: (sensor + summed, sums),
        8: (device + charge + sensor, [voltage]),
    }[variant]
    if chance.random() < 0.5:
        return Built(20 + variant, payload, readings)
    return Built(chance.randint(1, 223), bytes((2, variant)) + chance.randbytes(8) + payload, readings)


BUILDERS = {"imbuildings/imbuildings-people-counter": people_counter}
