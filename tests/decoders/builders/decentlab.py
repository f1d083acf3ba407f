"""Decentlab sensors, built from the words of their data sheets.

A byte 2, the number of the device, flags: bit 0 what is measured, bit 1 the battery. Then words of 16 bits, high byte
first; a word pair of 32 bits has its low word first.
"""

import random
from collections.abc import Callable

from smartregion.model import Reading
from tests.decoders.builders.built import Builder, Built

Words = tuple[list[int], list[Reading]]


def word(chance: random.Random) -> int:
    return chance.choice((chance.randrange(65536), chance.randrange(65536), 0, 65535))


def device(measure: Callable[[random.Random], Words]) -> Builder:
    def build(chance: random.Random) -> Built:
        flags, words, readings = chance.choice((1, 2, 3)), list[int](), list[Reading]()
        if flags & 1:
            words, readings = measure(chance)
        if flags & 2:
            millivolts = word(chance)
            words.append(millivolts)
            readings.append(Reading("device.battery_voltage", millivolts / 1000))
        head = b"\x02" + chance.randbytes(2) + flags.to_bytes(2, "big")
        return Built(chance.randint(1, 223), head + b"".join(each.to_bytes(2, "big") for each in words), readings)

    return build


def distance(chance: random.Random) -> Words:
    """Millimetres, and how many echoes were valid."""
    millimetres, samples = word(chance), chance.choice((0, 1, 5, 65535))
    return [millimetres, samples], [Reading("level.distance", millimetres / 1000)] if samples else []


def pressure(chance: random.Random) -> Words:
    """(x - 16384) / 32768 of the range of 1 bar; (x - 384) · 0.003125 - 50 °C."""
    first, second = word(chance), word(chance)
    bar, degrees = (first - 16384) / 32768, (second - 384) * 0.003125 - 50
    return [first, second], [Reading("water.pressure", bar * 100), Reading("water.temperature", degrees)]


def well(chance: random.Random) -> Words:
    """Millimetres and tenths of a degree around 32768, µS/cm, whether it may freeze."""
    depth, tenths, salt = word(chance), word(chance), word(chance)
    return [depth, tenths, salt, chance.choice((0, 1))], [
        Reading("water.level", (depth - 32768) / 1000),
        Reading("water.temperature", (tenths - 32768) / 10),
        Reading("water.conductivity", float(salt)),
    ]


def profile(chance: random.Random) -> Words:
    """Eight places: an index of moisture, then hundredths of a degree around 32768; 0 where there is no place."""
    places, words, readings = chance.randint(1, 8), list[int](), list[Reading]()
    for place in range(1, 9):
        hundredths = chance.randint(1, 65535) if place <= places else 0
        words += [word(chance) if place <= places else 0, hundredths]
        if hundredths:
            readings.append(Reading("soil.temperature", (hundredths - 32768) / 100, (("channel", str(place)),)))
    return words, readings


def rain(chance: random.Random) -> Words:
    """Tenths of a millimetre, seconds they fell in, tenths of a millimetre in all."""
    tenths, low, high = word(chance), word(chance), word(chance)
    total = (low + 65536 * high) / 10
    return [tenths, word(chance), low, high], [Reading("rain.amount", tenths / 10), Reading("rain.total", total)]


def climate(chance: random.Random) -> Words:
    """175 · x / 65535 - 45 °C, 100 · x / 65535 %."""
    first, second = word(chance), word(chance)
    return [first, second], [
        Reading("air.temperature", 175 * first / 65535 - 45),
        Reading("air.relative_humidity", 100 * second / 65535),
    ]


BUILDERS = {
    "decentlab/dl-mbx": device(distance),
    "decentlab/dl-pr26": device(pressure),
    "decentlab/dl-ctd10": device(well),
    "decentlab/dl-smtp": device(profile),
    "decentlab/dl-tbrg": device(rain),
    "decentlab/dl-sht35": device(climate),
}
