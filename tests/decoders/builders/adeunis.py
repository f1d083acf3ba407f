"""Adeunis Pulse V4, from the reference manual's frames: kind, status, data, perhaps a time at the end."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

SECOND = 10**9
YEAR_2013 = 1_356_998_400


def registers(chance: random.Random) -> tuple[bytes, list[tuple[str, dict[str, str], int]]]:
    first, second = chance.randrange(1 << 32), chance.randrange(1 << 32)
    data = bytes((0x46,)), first.to_bytes(4, "big") + second.to_bytes(4, "big")
    return b"".join(data), [
        ("pulse.count_total", {"channel": "A"}, first),
        ("pulse.count_total", {"channel": "B"}, second),
    ]


def history(chance: random.Random) -> tuple[bytes, list[tuple[str, dict[str, str], int]]]:
    channel = chance.choice("AB")
    newest = chance.randrange(1 << 32)
    kind = 0x5A if channel == "A" else 0x5B
    data = newest.to_bytes(4, "big") + b"".join(chance.randbytes(2) for _ in range(chance.randint(0, 12)))
    return bytes((kind,)) + data, [("pulse.count_total", {"channel": channel}, newest)]


def alive(chance: random.Random) -> tuple[bytes, list[tuple[str, dict[str, str], int]]]:
    flow_a, flow_b, tamper_a, tamper_b, leak_a, leak_b = (chance.randrange(2) for _ in range(6))
    alarms = flow_a + 2 * flow_b + 4 * tamper_a + 8 * tamper_b + 16 * leak_a + 32 * leak_b
    data = bytes((0x30, alarms)) + chance.randbytes(8) + chance.randbytes(chance.randrange(2))
    return data, [
        ("water.meter_alarm", {"alarm": "burst", "channel": "A"}, flow_a),
        ("water.meter_alarm", {"alarm": "burst", "channel": "B"}, flow_b),
        ("tamper.alarm", {"channel": "A"}, tamper_a),
        ("tamper.alarm", {"channel": "B"}, tamper_b),
        ("water.meter_alarm", {"alarm": "leak", "channel": "A"}, leak_a),
        ("water.meter_alarm", {"alarm": "leak", "channel": "B"}, leak_b),
    ]


def flows(chance: random.Random) -> tuple[bytes, list[tuple[str, dict[str, str], int]]]:
    return bytes((0x47,)) + chance.randbytes(4), []


def pulse(chance: random.Random) -> Built:
    frame, values = chance.choice((registers, history, alive, flows))(chance)
    low, timed = chance.randrange(2), chance.randrange(2)
    status = chance.randrange(8) << 5 | timed << 2 | low << 1 | 1
    time, tail = None, b""
    if timed:
        seconds = NOW - chance.randrange(80_000)
        time, tail = seconds * SECOND, (seconds - YEAR_2013).to_bytes(4, "big")
    readings = [Reading(name, float(value), tuple(attributes.items()), time) for name, attributes, value in values]
    readings.append(Reading("device.battery_low", float(low), (), time))
    return Built(1, frame[:1] + bytes((status,)) + frame[1:] + tail, readings)


BUILDERS = {"adeunis/pulse": pulse, "adeunis/pulse-4": pulse}
