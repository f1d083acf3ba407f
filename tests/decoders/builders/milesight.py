"""Milesight sensors, built from the words of their user guides: channel, type, data, lowest byte first, port 85."""

import random
import struct

from smartregion.clock import SECOND
from smartregion.model import Attributes, Reading
from tests.decoders.builders.built import NOW, Builder, Built
from tests.decoders.builders.pieces import Field, Maker, Piece, field, joined, nothing, yes_or_no

FAILED = (0xFFFF, 0xFFFD)
CABLE_FAILED = (-1, -3)


def item(channel: int, kind: int, *fields: Field) -> Maker:
    def make(chance: random.Random) -> Piece:
        data, readings = joined([each(chance, None) for each in fields])
        return bytes((channel, kind)) + data, readings

    return make


def kept(channel: int, kind: int, *fields: Field) -> Maker:
    """A record of the weeks before: Unix seconds, then the numbers of that time."""

    def make(chance: random.Random) -> Piece:
        seconds = NOW - chance.randrange(1, 30 * 86400)
        data, readings = joined([each(chance, seconds * SECOND) for each in fields])
        return bytes((channel, kind)) + seconds.to_bytes(4, "little") + data, readings

    return make


def started(chance: random.Random) -> Piece:
    return b"\xff\x0b\xff", [Reading("device.restart", 1.0)]


BATTERY = item(0x01, 0x75, field("device.battery_percent", 1))
ABOUT = [
    BATTERY,
    BATTERY,
    started,
    item(0xFF, 0x01, nothing(1)),
    item(0xFF, 0x09, nothing(2)),
    item(0xFF, 0x0A, nothing(2)),
    item(0xFF, 0x0F, nothing(1)),
    item(0xFF, 0x16, nothing(8)),
    item(0xFF, 0xFE, nothing(1)),
    item(0xFF, 0xFF, nothing(2)),
]


def model(*makers: Maker) -> Builder:
    """Some of the model's items in any order, now and then with what the device says of itself."""

    def build(chance: random.Random) -> Built:
        pool = [*makers, *(ABOUT if chance.random() < 0.3 else [])]
        payload, readings = joined([make(chance) for make in chance.sample(pool, chance.randint(1, min(8, len(pool))))])
        return Built(85, payload, readings)

    return build


AIR_TEMPERATURE = field("air.temperature", 2, 10, signed=True)
HUMIDITY = field("air.relative_humidity", 1, 2)
WIDE_HUMIDITY = field("air.relative_humidity", 2, 2)
CLIMATE = (item(0x03, 0x67, AIR_TEMPERATURE), item(0x04, 0x68, HUMIDITY))
DISTANCE = field("level.distance", 2, 1000, failed=FAILED)
INSIDE = field("container.temperature", 2, 10, signed=True)
DEPTH = field("water.level", 2, 100, failed=FAILED)
LEAK = yes_or_no("water.leak")
SOIL = field("soil.temperature", 2, 10, signed=True)
MOISTURE = field("soil.moisture", 2, 100)
SALT = field("soil.conductivity", 2, 1000)
CO2 = field("air.co2", 2)
PRESSURE = field("air.pressure", 2, 10)
INDEX = field("air.iaq_index", 2, 100)
PRESENT = yes_or_no("occupancy.present")
FINE, COARSE = field("air.pm2_5", 2), field("air.pm10", 2)
PULSES = field("pulse.count_total", 4)

EM400 = model(
    item(0x03, 0x67, INSIDE),
    item(0x04, 0x82, DISTANCE),
    item(0x05, 0x00, yes_or_no("container.tilted")),
    item(0x83, 0x67, INSIDE, nothing(1)),
    item(0x84, 0x82, DISTANCE, nothing(1)),
)


def water_of_pulses(chance: random.Random) -> Piece:
    """How many tenths of a unit make how many tenths of a pulse, and the units so far: back to pulses."""
    pulses, units, ticks = chance.randrange(1000), chance.choice((10, 20, 5)), chance.choice((10, 100, 200))
    amount = struct.unpack("<f", struct.pack("<f", pulses * units / ticks))[0]
    data = units.to_bytes(2, "little") + ticks.to_bytes(2, "little") + struct.pack("<f", amount)
    return b"\x05\xe1" + data, [Reading("pulse.count_total", float(pulses))]


def earlier_input(chance: random.Random) -> Piece:
    """Kind 1: the input is a contact; kind 2: it counts pulses."""
    seconds = NOW - chance.randrange(1, 30 * 86400)
    air, readings = joined([each(chance, seconds * SECOND) for each in (AIR_TEMPERATURE, HUMIDITY)])
    kind, level, pulses = chance.choice((1, 2)), chance.choice((0, 1)), chance.randrange(1 << 32)
    name, value = ("contact.open", level) if kind == 1 else ("pulse.count_total", pulses)
    readings.append(Reading(name, float(value), (), seconds * SECOND))
    data = seconds.to_bytes(4, "little") + air + bytes((kind, level)) + pulses.to_bytes(4, "little")
    return b"\x20\xce" + data, readings


AM300 = (
    *CLIMATE,
    item(0x05, 0x00, PRESENT),
    item(0x06, 0xCB, nothing(1)),
    item(0x07, 0x7D, CO2),
    item(0x08, 0x7D, INDEX),
    item(0x08, 0xE6, nothing(2)),
    item(0x09, 0x73, PRESSURE),
    item(0x0E, 0x01, nothing(1)),
)
EARLIER = (AIR_TEMPERATURE, WIDE_HUMIDITY, PRESENT, nothing(1), CO2)


def sound(chance: random.Random) -> Piece:
    """Bits 0 and 1 are the weighting in frequency, bits 2 and 3 that in time."""
    letter, bits = chance.choice((("Z", 0), ("A", 1), ("C", 2)))
    data, readings = bytes((bits + 4 * chance.choice((0, 1, 2)),)), []
    for name in ("sound.level", "sound.level_eq", "sound.level_max"):
        tenths = chance.randrange(1 << 16)
        data += tenths.to_bytes(2, "little")
        readings.append(Reading(name, tenths / 10, (("weighting", letter),)))
    return b"\x05\x5b" + data, readings


CABLE = field("device.temperature", 2, 10, signed=True, failed=CABLE_FAILED)
AT_CABLE = (item(0x09, 0x67, CABLE), item(0x89, 0x67, CABLE, nothing(1)))
CURRENT = field("electric.current", 2, 100, failed=FAILED)
CT101 = model(
    *AT_CABLE,
    item(0x03, 0x97, field("electric.charge_total", 4, 100)),
    item(0x04, 0x98, CURRENT),
    item(0x84, 0x98, nothing(4), CURRENT, nothing(1)),
)


def clamp(total: int, current: int, name: str) -> tuple[Maker, ...]:
    channel: Attributes = (("channel", name),)
    amperes = field("electric.current", 2, 10, attributes=channel, failed=FAILED)
    return (
        item(total, 0x97, field("electric.charge_total", 4, 100, attributes=channel)),
        item(current, 0x99, amperes),
        item(current + 0x80, 0x99, nothing(4), amperes, nothing(1)),
    )


CT305 = model(*AT_CABLE, *clamp(3, 4, "1"), *clamp(5, 6, "2"), *clamp(7, 8, "3"))
WS523 = model(
    item(0x03, 0x74, field("electric.voltage", 2, 10)),
    item(0x04, 0x80, field("power.active", 4)),
    item(0x05, 0x81, field("power.factor", 1, 100)),
    item(0x06, 0x83, field("energy.active_import_total", 4)),
    item(0x07, 0xC9, field("electric.current", 2, 1000)),
    item(0x08, 0x70, yes_or_no("switch.on")),
)


def crossings(quantity: str, width: int, line: str = "") -> tuple[Field, Field]:
    """In and out."""
    rest: Attributes = (("line", line),) if line else ()
    into = field(quantity, width, attributes=(("direction", "in"), *rest))
    return into, field(quantity, width, attributes=(("direction", "out"), *rest))


def regions(first: int, last: int) -> tuple[Field, ...]:
    return tuple(field("people.present", 1, attributes=(("region", str(n)),)) for n in range(first, last + 1))


def seats(chance: random.Random) -> Piece:
    """People, number of regions, and a mask with its high byte first whose lowest bit is region 1."""
    people, count = chance.randrange(256), chance.randint(0, 16)
    taken = [chance.choice((0, 1)) for _ in range(16)]
    mask = sum(bit * 2**n for n, bit in enumerate(taken))
    readings = [Reading("people.present", float(people))]
    readings += [Reading("occupancy.present", float(taken[n]), (("region", str(n + 1)),)) for n in range(count)]
    return b"\x04\xc9" + bytes((people, count)) + mask.to_bytes(2, "big"), readings


def stay(channel: int) -> Maker:
    def make(chance: random.Random) -> Piece:
        region, mean = chance.randint(1, 16), chance.randrange(1 << 16)
        data = bytes((channel, 0xE4, region)) + mean.to_bytes(2, "little") + chance.randbytes(2)
        return data, [Reading("people.dwell_mean", float(mean), (("region", str(region)),))]

    return make


def line(number: int, first: int) -> tuple[Maker, ...]:
    into, out = crossings("people.count_total", 4, str(number))
    period = crossings("people.count", 2, str(number))
    return item(first, 0xD2, into), item(first + 1, 0xD2, out), item(first + 2, 0xCC, *period)


LATITUDE = field("position.latitude", 4, 1e6, signed=True, failed=(-1,))
LONGITUDE = field("position.longitude", 4, 1e6, signed=True, failed=(-1,))


def position(chance: random.Random) -> Piece:
    """Latitude, longitude, and a byte whose low half tells whether it moves; all ones: no position."""
    latitude, longitude = chance.randrange(-90_000_000, 90_000_000), chance.randrange(-180_000_000, 180_000_000)
    if chance.random() < 0.1:
        latitude = longitude = -1
    state, fence = chance.choice((0, 1, 2, 3)), chance.choice((0, 1, 2, 3))
    data = latitude.to_bytes(4, "little", signed=True) + longitude.to_bytes(4, "little", signed=True)
    readings = []
    if latitude != -1 and longitude != -1:
        readings.append(Reading("position.latitude", latitude / 1e6))
        readings.append(Reading("position.longitude", longitude / 1e6))
    if state:
        readings.append(Reading("trip.active", 0.0 if state == 3 else 1.0))
    return bytes((chance.choice((0x04, 0x84)), 0x88)) + data + bytes((fence * 16 + state,)), readings


TRACKER_TEMPERATURE = field("device.temperature", 2, 10, signed=True)

BUILDERS: dict[str, Builder] = {
    "milesight-iot/em310-udl": model(item(0x03, 0x82, DISTANCE), item(0x04, 0x00, yes_or_no("container.tilted"))),
    "milesight-iot/em400-tld": EM400,
    "milesight-iot/em400-udl": EM400,
    "milesight-iot/em400-mud": EM400,
    "milesight-iot/em500-udl": model(item(0x03, 0x82, DISTANCE), kept(0x20, 0xCE, DISTANCE)),
    "milesight-iot/em500-swl": model(item(0x03, 0x77, DEPTH), kept(0x20, 0xCE, DEPTH)),
    "milesight-iot/em500-pp": model(item(0x03, 0x7B, field("water.pressure", 2, signed=True))),
    "milesight-iot/em300-di": model(
        *CLIMATE,
        item(0x05, 0x00, yes_or_no("contact.open")),
        item(0x05, 0xC8, PULSES),
        water_of_pulses,
        earlier_input,
    ),
    "milesight-iot/em300-sld": model(
        *CLIMATE, item(0x05, 0x00, LEAK), kept(0x20, 0xCE, AIR_TEMPERATURE, HUMIDITY, LEAK)
    ),
    "milesight-iot/em300-mld": model(item(0x05, 0x00, LEAK), kept(0x20, 0xCE, nothing(3), LEAK)),
    "milesight-iot/em500-smtc": model(
        item(0x03, 0x67, SOIL),
        item(0x04, 0x68, field("soil.moisture", 1, 2)),
        item(0x04, 0xCA, MOISTURE),
        item(0x05, 0x7F, SALT),
        item(0x83, 0xD7, SOIL, nothing(3)),
        kept(0x20, 0xCE, SALT, SOIL, MOISTURE),
    ),
    "milesight-iot/em300-th": model(*CLIMATE, kept(0x20, 0xCE, AIR_TEMPERATURE, HUMIDITY, nothing(1))),
    "milesight-iot/em500-co2": model(
        *CLIMATE,
        item(0x05, 0x7D, CO2),
        item(0x06, 0x73, PRESSURE),
        item(0x83, 0xD7, AIR_TEMPERATURE, nothing(3)),
        kept(0x20, 0xCE, CO2, PRESSURE, AIR_TEMPERATURE, HUMIDITY),
    ),
    "milesight-iot/am103": model(*CLIMATE, item(0x07, 0x7D, CO2), kept(0x20, 0xCE, AIR_TEMPERATURE, HUMIDITY, CO2)),
    "milesight-iot/am107": model(
        *CLIMATE,
        item(0x05, 0x6A, nothing(2)),
        item(0x06, 0x65, field("air.illuminance", 2), nothing(4)),
        item(0x07, 0x7D, CO2),
        item(0x08, 0x7D, field("air.tvoc", 2)),
        item(0x09, 0x73, PRESSURE),
    ),
    "milesight-iot/am307": model(
        *AM300,
        kept(0x20, 0xCE, *EARLIER, INDEX, PRESSURE),
        kept(0x21, 0xCE, *EARLIER, nothing(2), PRESSURE),
    ),
    "milesight-iot/am319": model(
        *AM300,
        item(0x0A, 0x7D, field("air.formaldehyde", 2, 100)),
        item(0x0B, 0x7D, FINE),
        item(0x0C, 0x7D, COARSE),
        item(0x0D, 0x7D, nothing(2)),
        kept(0x20, 0xCE, *EARLIER, INDEX, PRESSURE, FINE, COARSE, nothing(2)),
        kept(0x21, 0xCE, *EARLIER, nothing(2), PRESSURE, FINE, COARSE, nothing(2)),
    ),
    "milesight-iot/ws302": model(sound),
    "milesight-iot/ws202": model(item(0x03, 0x00, PRESENT), item(0x04, 0x00, nothing(1))),
    "milesight-iot/ws301": model(
        item(0x03, 0x00, yes_or_no("contact.open")), item(0x04, 0x00, yes_or_no("tamper.alarm"))
    ),
    "milesight-iot/vs341": model(item(0x03, 0x00, PRESENT)),
    "milesight-iot/ct101": CT101,
    "milesight-iot/ct105": CT101,
    "milesight-iot/ct305": CT305,
    "milesight-iot/ct310": CT305,
    "milesight-iot/ws52x": WS523,
    "milesight-iot/vs121": model(
        seats,
        item(0x05, 0xCC, *crossings("people.count", 2)),
        item(0x06, 0xCD, nothing(1)),
        item(0x07, 0xD5, *regions(1, 8)),
        item(0x08, 0xD5, *regions(9, 16)),
        item(0x0A, 0xDA, nothing(8)),
        item(0x0D, 0xCC, *crossings("people.count_total", 2)),
        stay(0x0E),
        item(0x0F, 0x85, nothing(4)),
        item(0xFF, 0x08, nothing(6)),
        item(0xFF, 0x1F, nothing(4)),
    ),
    "milesight-iot/vs133": model(
        *line(1, 0x03), *line(2, 0x06), *line(3, 0x09), *line(4, 0x0C), item(0x0F, 0xE3, *regions(1, 4)), stay(0x10)
    ),
    "milesight-iot/at101": model(
        item(0x03, 0x67, TRACKER_TEMPERATURE),
        item(0x83, 0x67, TRACKER_TEMPERATURE, nothing(1)),
        position,
        item(0x05, 0x00, nothing(1)),
        item(0x06, 0xD9, nothing(9)),
        item(0x07, 0x00, yes_or_no("tamper.alarm")),
        kept(0x20, 0xCE, LONGITUDE, LATITUDE),
    ),
}
