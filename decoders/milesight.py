"""Milesight sensors: items of `channel, type, data`, little-endian, on port 85.

Layouts: user guides of the devices, section "uplink packet"; the vendor's public collection SensorDecoders. Its prose
and its code disagree in places, so what counts here is the vectors.

What the bytes mean to us where the vendor leaves it open:

* EM300-DI, level of the input: taken to be pulled up for dry contacts, so high (1) is `contact.open`. Not confirmed by
  the vendor's text.
* EM300-DI, item 05 E1 gives an amount of water in a unit that is a setting of the device and not in the frame. The
  frame does say how many pulses make how many units, so the pulses are computed back; the assignment's pulse factor
  makes litres of them as it does for item 05 C8.
* CT101, item 09 67: the probe lies at the cable, not in the air: `device.temperature`.
* Threshold alarms repeat a value with a flag; the value is a reading, the flag follows from a setting and is not.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

from decoders.decoder import Decoder, Frame
from decoders.numbers import FLAG, Number, moduli_of, quantities_of, skip
from decoders.tlv import Item, Special, Table, item
from smartregion.clock import SECOND
from smartregion.model import Attributes, Decoded, Reading

PORT: Final = 85
FAILED: Final = {0xFFFF: "could not be read", 0xFFFD: "is out of the sensor's range"}
FAILED_SIGNED: Final = {-1: FAILED[0xFFFF], -3: FAILED[0xFFFD]}

_RESTARTED: Final = Decoded((Reading("device.restart", 1.0),))

_COMMON: Final[Mapping[bytes, Item | Special]] = {
    b"\x01\x75": item("device.battery_percent", "B"),
    b"\xff\x01": Item((skip(1),)),  # IPSO version
    b"\xff\x09": Item((skip(2),)),  # hardware version
    b"\xff\x0a": Item((skip(2),)),  # firmware version
    b"\xff\x0b": Special("B", (Number("device.restart", "B"),), lambda _: _RESTARTED),
    b"\xff\x0f": Item((skip(1),)),  # LoRaWAN class
    b"\xff\x16": Item((skip(8),)),  # serial number
    b"\xff\xfe": Item((skip(1),)),  # reset
    b"\xff\xff": Item((skip(2),)),  # TSL version
}

_DISTANCE: Final = Number("level.distance", "H", 1000, missing=FAILED)
_TILTED: Final = item("container.tilted", "B", missing=FLAG)
_INSIDE: Final = Number("container.temperature", "h", 10)
_AIR: Final[Mapping[bytes, Item | Special]] = {
    b"\x03\x67": item("air.temperature", "h", 10),
    b"\x04\x68": item("air.relative_humidity", "B", 2),
}

EM310_UDL: Final = Table("<", {**_COMMON, b"\x03\x82": Item((_DISTANCE,)), b"\x04\x00": _TILTED})

EM400: Final = Table(
    "<",
    {
        **_COMMON,
        b"\x03\x67": Item((_INSIDE,)),
        b"\x04\x82": Item((_DISTANCE,)),
        b"\x05\x00": _TILTED,
        b"\x83\x67": Item((_INSIDE, skip(1))),
        b"\x84\x82": Item((_DISTANCE, skip(1))),
    },
)

EM300_TH: Final = Table("<", {**_COMMON, **_AIR})


def _pulses_from_water(raws: tuple[Any, ...]) -> Decoded:
    units, pulses, amount = raws
    if not units or not math.isfinite(amount) or amount < 0:
        return Decoded(warnings=("pulse.count_total: the amount of water can't be turned into pulses",))
    return Decoded((Reading("pulse.count_total", float(round(amount * pulses / units))),))


def _history(raws: tuple[Any, ...]) -> Decoded:
    seconds, temperature, humidity, kind, level, pulses = raws
    time = seconds * SECOND
    air = (
        Reading("air.temperature", temperature / 10, (), time),
        Reading("air.relative_humidity", humidity / 2, (), time),
    )
    match kind:
        case 1 if level in (0, 1):
            return Decoded((*air, Reading("contact.open", float(level), (), time)))
        case 2:
            return Decoded((*air, Reading("pulse.count_total", float(pulses), (), time)))
        case _:
            return Decoded(air, (f"history: kind {kind} with level {level} is unknown",))


_PULSES: Final = Number("pulse.count_total", "I")
EM300_DI: Final = Table(
    "<",
    {
        **EM300_TH.items,
        b"\x05\x00": item("contact.open", "B", missing=FLAG),
        b"\x05\xc8": Item((_PULSES,)),
        b"\x05\xe1": Special("HHf", (_PULSES,), _pulses_from_water),
        b"\x20\xce": Special("IhBBBI", (), _history),
    },
)

_CURRENT: Final = Number("electric.current", "H", 100, missing=FAILED)
CT101: Final = Table(
    "<",
    {
        **_COMMON,
        b"\x03\x97": item("electric.charge_total", "I", 100),
        b"\x04\x98": Item((_CURRENT,)),
        b"\x09\x67": item("device.temperature", "h", 10, missing=FAILED_SIGNED),
        # Largest and smallest since the last alarm come first, the flags last.
        b"\x84\x98": Item((skip(4), _CURRENT, skip(1))),
    },
)

WS523: Final = Table(
    "<",
    {
        **_COMMON,
        b"\x03\x74": item("electric.voltage", "H", 10),
        b"\x04\x80": item("power.active", "I"),
        b"\x05\x81": item("power.factor", "B", 100),
        b"\x06\x83": item("energy.active_import_total", "I"),
        b"\x07\xc9": item("electric.current", "H", 1000),
        b"\x08\x70": item("switch.on", "B", missing=FLAG),
    },
)


def _crossing(direction: str, line: int) -> Attributes:
    return (("direction", direction), ("line", str(line)))


def _line(line: int) -> dict[bytes, Item | Special]:
    """Three channels a line: total in, total out, in and out since the frame before."""
    channel = 3 * line
    into, out = _crossing("in", line), _crossing("out", line)
    return {
        bytes((channel, 0xD2)): item("people.count_total", "I", attributes=into),
        bytes((channel + 1, 0xD2)): item("people.count_total", "I", attributes=out),
        bytes((channel + 2, 0xCC)): Item(
            (Number("people.count", "H", 1, into), Number("people.count", "H", 1, out)),
        ),
    }


def _dwell(raws: tuple[Any, ...]) -> Decoded:
    region, mean = raws
    return Decoded((Reading("people.dwell_mean", float(mean), (("region", str(region)),)),))


VS133: Final = Table(
    "<",
    {
        **_COMMON,
        **_line(1),
        **_line(2),
        **_line(3),
        **_line(4),
        b"\x0f\xe3": Item(tuple(Number("people.present", "B", 1, (("region", str(n)),)) for n in (1, 2, 3, 4))),
        # Region, mean and longest stay in seconds.
        b"\x10\xe4": Special("BH2x", (Number("people.dwell_mean", "H"),), _dwell),
    },
)


def _decoder(table: Table, domain: str, title: str, *models: str) -> Decoder:
    def read(frame: Frame) -> Decoded:
        return table.read(frame.payload)

    return Decoder(
        brand="milesight-iot",
        models=models,
        title=title,
        domain=domain,
        source=f"Milesight {models[0].upper()} user guide, uplink packet",
        ports=frozenset({PORT}),
        quantities=quantities_of(table.numbers()),
        read=read,
        moduli=moduli_of(table.numbers()),
    )


DECODERS: Final = (
    _decoder(EM310_UDL, "waste", "Milesight EM310-UDL, ultrasonic level of containers", "em310-udl"),
    _decoder(EM400, "waste", "Milesight EM400-TLD, time-of-flight level of containers", "em400-tld"),
    _decoder(EM400, "waste", "Milesight EM400-MUD, ultrasonic level of containers", "em400-mud"),
    _decoder(EM300_TH, "buildings", "Milesight EM300-TH, temperature and humidity", "em300-th"),
    _decoder(EM300_DI, "water", "Milesight EM300-DI, pulses or a contact", "em300-di"),
    _decoder(CT101, "energy", "Milesight CT101, current clamp", "ct101"),
    _decoder(WS523, "energy", "Milesight WS523, metered socket", "ws523", "ws52x"),
    _decoder(VS133, "mobility", "Milesight VS133, people counter", "vs133"),
)
