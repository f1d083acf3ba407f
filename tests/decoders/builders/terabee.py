"""Terabee LoRa LM XL, built from the manual's words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def lm_xl(chance: random.Random) -> Built:
    millimetres = chance.choice((0, 1, 65535, *(chance.randint(2, 65534) for _ in range(9))))
    percent = chance.choice((255, *(chance.randint(0, 100) for _ in range(4))))
    battery = chance.randint(0, 4000)
    readings = [Reading("device.battery_voltage", battery / 1000)]
    if millimetres not in (0, 1, 65535):
        readings.append(Reading("level.distance", millimetres / 1000))
    if percent != 255:
        readings.append(Reading("level.fill_percent", float(percent)))
    payload = millimetres.to_bytes(2, "big") + bytes((percent,)) + battery.to_bytes(2, "big")
    return Built(1, payload + bytes((chance.randint(0, 255),)), readings)


BUILDERS = {"terabee/lora-lm-xl": lm_xl}
