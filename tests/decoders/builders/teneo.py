"""Teneo filling degree sensor, built from the layout's words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def filling_degree(chance: random.Random) -> Built:
    battery = chance.randint(0, 255)
    readings = [Reading("device.battery_voltage", 2 + battery / 10)]
    port = chance.choice((1, 1, 1, 2, 3))
    if port == 2:
        return Built(2, bytes((battery, chance.randint(0, 255))), readings)
    if port == 3:
        return Built(3, bytes((battery,)), readings)
    centimetres = chance.randint(0, 9999)
    payload = bytes((battery,)) + centimetres.to_bytes(2, "big")
    status = 0
    if chance.random() < 0.5:
        status = chance.choice((0, 0, 1, 4))
        payload += bytes((status,))
    if status == 0:
        readings.append(Reading("level.distance", centimetres / 100))
    if chance.random() < 0.5:
        degrees, humidity = chance.randint(-4000, 8500), chance.randint(0, 10000)
        payload += degrees.to_bytes(2, "big", signed=True) + humidity.to_bytes(2, "big")
        readings.append(Reading("container.temperature", degrees / 100))
        readings.append(Reading("air.relative_humidity", humidity / 100))
    return Built(1, payload, readings)


BUILDERS = {"teneo-iot/filling-degree-sensor": filling_degree}
