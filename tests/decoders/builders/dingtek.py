"""Dingtek DF702/DF703, built from the protocol's words."""

import random
import struct

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def df702(chance: random.Random) -> Built:
    distance = chance.randint(0, 65535)
    degrees, tilt = chance.randint(0, 255), chance.randint(0, 180)
    frost, backwards = chance.choice((0, 1)), chance.choice((0, 1))
    full, fire, fallen, low = (chance.choice((0, 1)) for _ in range(4))
    readings = [
        Reading("level.distance", distance / 1000),
        Reading("container.temperature", float(-degrees if frost else degrees)),
        Reading("tilt.angle", float(-tilt if backwards else tilt)),
        Reading("container.full_alarm", float(full)),
        Reading("container.fire_alarm", float(fire)),
        Reading("container.tilted", float(fallen)),
        Reading("device.battery_low", float(low)),
    ]
    state = bytes((degrees, frost * 16 + backwards, tilt, full * 16 + fire, fallen * 16 + low))
    state += chance.randint(0, 65535).to_bytes(2, "big") + b"\x00\x81"
    head = bytes((0x80, 0, 1, chance.choice((1, 0x11))))
    if chance.random() < 0.5:
        return Built(3, head + b"\x11" + distance.to_bytes(2, "big") + b"\x00" + state, readings)
    longitude, latitude = (
        struct.unpack("<f", struct.pack("<f", chance.uniform(-limit, limit)))[0] for limit in (180, 90)
    )
    readings.append(Reading("position.longitude", round(longitude, 6)))
    readings.append(Reading("position.latitude", round(latitude, 6)))
    position = struct.pack("<f", longitude) + struct.pack("<f", latitude)
    return Built(3, head + b"\x19" + distance.to_bytes(2, "big") + b"\x01" + position + state, readings)


BUILDERS = {"dingtek/df702": df702}
