"""Digital Matter Oyster and Yabby Edge, built from the integration guides' words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import Built


def position(latitude: float, longitude: float, heading: float, kmh: int, *, failed: bool) -> list[Reading]:
    mark = (("fix", "cached"),) if failed else ()
    return [
        Reading("position.latitude", latitude, mark),
        Reading("position.longitude", longitude, mark),
        Reading("position.heading", heading, mark),
        Reading("position.speed", kmh * 1000 / 3600, mark),
    ]


def oyster(chance: random.Random) -> Built:
    trip, failed, man_down = (chance.choice((0, 1)) for _ in range(3))
    battery = chance.randint(0, 255)
    state = [Reading("trip.active", float(trip)), Reading("device.battery_voltage", battery * 25 / 1000)]
    if chance.random() < 0.5:
        latitude, longitude = chance.randint(-900_000_000, 900_000_000), chance.randint(1, 1_800_000_000)
        heading, kmh = chance.randint(0, 63), chance.randint(0, 255)
        payload = latitude.to_bytes(4, "little", signed=True) + longitude.to_bytes(4, "little", signed=True)
        payload += bytes((heading * 4 + failed * 2 + trip, kmh, battery))
        found = position(latitude / 1e7, longitude / 1e7, heading * 5.625, kmh, failed=bool(failed))
        return Built(1, payload, found + state)
    latitude, longitude = chance.randint(-3_515_625, 3_515_625), chance.randint(-7_031_250, -1)
    heading, speed = chance.randint(0, 7), chance.randint(0, 31)
    payload = latitude.to_bytes(3, "little", signed=True) + longitude.to_bytes(3, "little", signed=True)
    payload += bytes((speed * 8 + heading, battery, man_down * 4 + failed * 2 + trip))
    found = position(latitude * 256e-7, longitude * 256e-7, heading * 45.0, speed * 5, failed=bool(failed))
    return Built(4, payload, found + state)


def yabby_edge(chance: random.Random) -> Built:
    count, trip, inactive = chance.randint(0, 5), chance.choice((0, 1)), chance.choice((0, 1))
    payload = bytes((count + trip * 32 + inactive * 64, chance.randint(0, 255)))
    payload += chance.randbytes(7 * count + chance.randint(0, 20))
    return Built(5, payload, [Reading("trip.active", float(trip))])


BUILDERS = {"digital-matter/oyster": oyster, "digital-matter/yabby-edge": yabby_edge}
