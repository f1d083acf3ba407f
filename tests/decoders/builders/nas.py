"""NAS CM30xx, from the payload description: usage packets, starts and last words."""

import random

from smartregion.model import Reading
from tests.decoders.builders.built import NOW, Built

MINUTE = 60 * 10**9
HOUR, DAY = 60 * MINUTE, 1440 * MINUTE


def age(chance: random.Random) -> tuple[int, int | None]:
    """A code and what it stands for: minutes, quarters of an hour, days, weeks, a year, unknown."""
    kind = chance.randrange(6)
    if kind == 0:
        minutes = chance.randrange(60)
        return minutes, minutes * MINUTE
    if kind == 1:
        quarters = chance.randrange(96)
        return 60 + quarters, quarters * 15 * MINUTE
    if kind == 2:
        days = chance.randrange(44)
        return 156 + days, days * DAY
    if kind == 3:
        weeks = chance.randrange(53)
        return 200 + weeks, weeks * 7 * DAY
    return (253, 365 * DAY) if kind == 4 else (chance.choice((254, 255)), None)


def module(chance: random.Random) -> tuple[bytes, list[Reading]]:
    voltage, celsius = chance.randrange(256), chance.randint(-40, 85)
    data = bytes((chance.randrange(256), voltage)) + celsius.to_bytes(1, "little", signed=True)
    readings = [
        Reading("device.battery_voltage", voltage / 100 + 1.5),
        Reading("device.temperature", float(celsius)),
    ]
    return data + chance.randbytes(7), readings


def usage(chance: random.Random, received: int) -> tuple[bytes, list[Reading]]:
    backflow, burst, leak, tamper, temperature, low, idle = (chance.randrange(2) for _ in range(7))
    alerts = backflow | burst << 1 | leak << 2 | tamper << 3 | temperature << 4 | low << 5 | idle << 6
    exponent, medium, unit, privacy = (
        chance.randint(3, 7),
        chance.randrange(3),
        chance.randrange(3),
        chance.randrange(2),
    )
    code, old = age(chance)
    count = chance.randrange(1 << 32)
    gas = medium == 2
    readings = [Reading("device.battery_low", float(low))]
    if gas:
        readings.append(Reading("tamper.alarm", float(tamper)))
    else:
        states = {"backflow": backflow, "burst": burst, "leak": leak, "tamper": tamper}
        readings += [Reading("water.meter_alarm", float(on), (("alarm", name),)) for name, on in states.items()]
    if old is not None:
        litres = (1000, 3.785411784, 28.316846592)[unit]
        volume = count * {3: 0.001, 4: 0.01, 5: 0.1, 6: 1, 7: 10}[exponent] * litres
        readings.append(Reading("gas.volume_total" if gas else "water.volume_total", volume, (), received - old))
    payload = bytes((0x04, alerts, 0, exponent | medium << 3 | unit << 5 | privacy << 7, code))
    payload += count.to_bytes(4, "little") + (chance.randbytes(2) if privacy else b"")
    if chance.randrange(2):
        data, more = module(chance)
        return payload + bytes((2 | chance.randrange(2),)) + data, readings + more
    return payload + bytes((chance.randrange(2),)), readings


def meter(chance: random.Random) -> Built:
    received = (NOW + chance.randrange(86400)) * 10**9
    kind = chance.random()
    if kind < 0.1:
        return Built(99, bytes(1) + chance.randbytes(15), [Reading("device.restart", 1.0)], received)
    payload, readings = usage(chance, received)
    if kind < 0.2:
        return Built(99, bytes((0x01, chance.choice((0x10, 0x31, 0x33)))) + payload, readings, received)
    return Built(25, payload, readings, received)


BUILDERS = {f"nas/cm{number}": meter for number in (3021, 3030, 3040, 3061, 3070)}
