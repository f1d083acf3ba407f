"""MClimate CO2 sensor, from its uplink description."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def co2_sensor(chance: random.Random) -> Built:
    co2, tenths, humidity, steps = (chance.randrange(1 << bits) for bits in (16, 10, 8, 8))
    alive = bytes((0x01,)) + co2.to_bytes(2, "big") + tenths.to_bytes(2, "big") + bytes((humidity, steps))
    answer = bytes((chance.choice((0x04, 0x12, 0x19)),)) + chance.randbytes(chance.randrange(9))
    readings = [
        Reading("air.co2", float(co2)),
        Reading("air.temperature", tenths / 10 - 40),
        Reading("air.relative_humidity", humidity * 100 / 256),
        Reading("device.battery_voltage", (steps * 8 + 1600) / 1000),
    ]
    return Built(2, (answer if chance.random() < 0.3 else b"") + alive, readings)


BUILDERS = {"mclimate/co2-sensor": co2_sensor}
