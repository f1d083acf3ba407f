"""Dragino sensors, built from the words of their manuals: high byte first, data on port 2."""

import random

from smartregion.clock import SECOND
from smartregion.model import Attributes, Reading
from tests.decoders.builders.built import NOW, Built

PLUGGED: Attributes = (("channel", "1"),)


def u16(value: int) -> bytes:
    return value.to_bytes(2, "big")


def s16(value: int) -> bytes:
    return value.to_bytes(2, "big", signed=True)


def battery(chance: random.Random) -> tuple[bytes, Reading]:
    """Two bits of flags, 14 bits of millivolts."""
    millivolts = chance.randrange(1 << 14)
    return u16(chance.choice((0, 1, 2, 3)) * 16384 + millivolts), Reading("device.battery_voltage", millivolts / 1000)


def ldds75(chance: random.Random) -> Built:
    """Battery, millimetres (0 no sensor, 20 no echo), interrupt, tenths of a degree, whether there is a sensor."""
    power, volts = battery(chance)
    millimetres, tenths = chance.choice((0, 20, chance.randint(21, 65535))), chance.randrange(-32768, 32767)
    readings = [volts, Reading("air.temperature", tenths / 10)]
    if millimetres not in (0, 20):
        readings.append(Reading("level.distance", millimetres / 1000))
    return Built(2, power + u16(millimetres) + chance.randbytes(1) + s16(tenths) + chance.randbytes(1), readings)


def lse01(chance: random.Random) -> Built:
    """Battery, tenths of a degree of the probe (7FFF none), hundredths of %, hundredths of a degree, µS/cm, flags."""
    power, volts = battery(chance)
    tenths, moisture = chance.choice((0x7FFF, chance.randint(-32768, 32766))), chance.randrange(1 << 16)
    hundredths, salt = chance.randint(-32768, 32767), chance.randrange(1 << 16)
    readings = [
        volts,
        Reading("soil.moisture", moisture / 100),
        Reading("soil.temperature", hundredths / 100),
        Reading("soil.conductivity", salt / 1000),
    ]
    if tenths != 0x7FFF:
        readings.append(Reading("air.temperature", tenths / 10))
    return Built(2, power + s16(tenths) + u16(moisture) + s16(hundredths) + u16(salt) + chance.randbytes(1), readings)


def air(chance: random.Random, time: int | None) -> tuple[bytes, list[Reading]]:
    """Hundredths of a degree; tenths of %, under four bits of flags."""
    hundredths, tenths = chance.randint(-32768, 32767), chance.randrange(1 << 12)
    data = s16(hundredths) + u16(chance.randrange(16) * 4096 + tenths)
    return data, [
        Reading("air.temperature", hundredths / 100, (), time),
        Reading("air.relative_humidity", tenths / 10, (), time),
    ]


def plugged(chance: random.Random, kind: int) -> tuple[bytes, list[Reading]]:
    """Four bytes of what is plugged in."""
    if kind == 8:
        count = chance.randrange(1 << 32)
        return count.to_bytes(4, "big"), [Reading("pulse.count_total", float(count), PLUGGED)]
    if kind == 1:
        hundredths = chance.choice((0x7FFF, chance.randint(-4000, 12500)))
        found = [Reading("air.temperature", hundredths / 100, PLUGGED)] if hundredths != 0x7FFF else []
        return s16(hundredths) + b"\x7f\xff", found
    word = chance.randrange(1 << 16)
    names = {5: ("air.illuminance", 1), 6: ("electric.voltage", 1000), 7: ("pulse.count_total", 1)}
    name, divisor = names.get(kind, ("", 1))
    return u16(word) + b"\x7f\xff", [Reading(name, word / divisor, PLUGGED)] if name else []


def record(chance: random.Random, kind: int, seconds: int, time: int | None) -> tuple[bytes, list[Reading]]:
    """The probe in place of the battery, and Unix seconds at the end."""
    hundredths = chance.randint(-4000, 12500)
    inside, readings = air(chance, time)
    if kind & 0x8F in (1, 9):
        readings.append(Reading("air.temperature", hundredths / 100, PLUGGED, time))
    return s16(hundredths) + inside + bytes((kind,)) + seconds.to_bytes(4, "big"), readings


def lht65(chance: random.Random) -> Built:
    way = chance.random()
    if way < 0.2:
        seconds = NOW - chance.randint(0, 3600)
        return Built(2, *record(chance, 9, seconds, seconds * SECOND))
    if way < 0.4:
        payload, readings = b"", list[Reading]()
        for n in range(chance.randint(1, 6)):
            seconds = NOW - 86400 * 20 + n * 1200
            data, more = record(chance, 0x40 + chance.choice((1, 9, 5, 0x81)), seconds, seconds * SECOND)
            payload, readings = payload + data, readings + more
        return Built(2, payload, readings)
    power, volts = battery(chance)
    inside, readings = air(chance, None)
    kind = chance.choice((0, 1, 4, 5, 6, 7, 8))
    outside, more = plugged(chance, kind)
    absent = chance.random() < 0.1
    return Built(
        2, power + inside + bytes((kind + 0x80 * absent,)) + outside, [volts, *readings, *([] if absent else more)]
    )


LITRES = {0: 450, 1: 360, 2: 60}


def count(chance: random.Random, seconds: int) -> tuple[int, int, int, list[Reading]]:
    """Flags (bit 1 the alarm, bits 2 to 7 the sensor), pulses, mode (0 in total)."""
    sensor, alarm = chance.choice((0, 1, 2)), chance.choice((0, 1))
    pulses, mode = chance.randrange(1 << 32), chance.choice((0, 0, 0, 1))
    time = seconds * SECOND
    readings = [Reading("water.meter_alarm", float(alarm), (("alarm", "leak"),), time)]
    if mode == 0:
        readings.append(Reading("water.volume_total", pulses / LITRES[sensor], (), time))
    return 4 * sensor + 2 * alarm + chance.choice((0, 1)), pulses, mode, readings


def sw3l(chance: random.Random) -> Built:
    port = chance.choice((2, 2, 2, 3, 3, 4, 5))
    if port == 2:
        seconds = NOW - chance.randint(0, 3600)
        flags, pulses, mode, readings = count(chance, seconds)
        middle = pulses.to_bytes(4, "big") + bytes((mode,)) + chance.randbytes(1)
        return Built(2, bytes((flags,)) + middle + seconds.to_bytes(4, "big"), readings)
    if port == 3:
        payload, readings = b"", list[Reading]()
        for n in range(chance.randint(1, 6)):
            seconds = NOW - 86400 * 20 + n * 1200
            flags, pulses, mode, more = count(chance, seconds)
            payload += bytes((flags, mode)) + chance.randbytes(1) + pulses.to_bytes(4, "big")
            payload += seconds.to_bytes(4, "big")
            readings += more
        return Built(3, payload, readings)
    if port == 4:
        return Built(4, chance.randbytes(7), [])
    millivolts = chance.randrange(1 << 16)
    about = b"\x11" + chance.randbytes(4) + u16(millivolts)
    return Built(5, about, [Reading("device.battery_voltage", millivolts / 1000)])


BUILDERS = {
    "dragino/ldds75": ldds75,
    "dragino/lse01": lse01,
    "dragino/lht65": lht65,
    "dragino/sw3l": sw3l,
}
