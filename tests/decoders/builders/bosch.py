"""Bosch TPS110, built from the communication interface's words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def tps110(chance: random.Random) -> Built:
    port = chance.choice((1, 2, 3))
    occupied = chance.choice((0, 1))
    readings = [Reading("parking.occupied", float(occupied))]
    if port == 1:
        return Built(1, bytes((occupied,)), readings)
    if port == 3:
        debug, firmware, reset = chance.randbytes(12), chance.randbytes(3), bytes((chance.randint(1, 4),))
        return Built(3, debug + firmware + reset + bytes((occupied,)), [*readings, Reading("device.restart", 1.0)])
    if chance.random() < 0.3:
        return Built(2, bytes((occupied,)), readings)
    degrees = chance.randint(-128, 127)
    payload = bytes((occupied,)) + degrees.to_bytes(1, "big", signed=True)
    return Built(2, payload, [*readings, Reading("device.temperature", float(degrees))])


BUILDERS = {"bosch/tps110": tps110}
