"""Elsys sensors: items of `type, data`, big-endian, one table for all models; the port is a setting (factory: 5).

Layout: "Elsys LoRa payload". What the bytes mean to us where it is left open:

* External probes, analog and digital inputs and pulse inputs are told apart by the attribute `channel`; item 19, which
  may repeat, counts on from channel 2.
* A digital input is taken to be pulled up, so high (1) is `contact.open`; not confirmed by the vendor's text.
* Occupancy 1 is "someone comes or goes", 2 is "occupied": both are present.
* Left out, for the vocabulary has no quantity for them: pulses since the frame before (0A, 16; the registers 0B and 17
  hold the same), the surface temperature of the infrared sensor (10), raw thermal images (13) and debug (3D).
"""

from collections.abc import Iterator
from typing import Any, Final

from decoders.decoder import ANY_MODEL, ANY_PORT, Decoder, Frame
from decoders.numbers import FLAG, Number, moduli_of, quantities_of, skip
from decoders.tlv import Item, Special, Table, item
from smartregion.model import Attributes, Decoded, Reading

_ONE: Final[Attributes] = (("channel", "1"),)
_TWO: Final[Attributes] = (("channel", "2"),)
_THREE: Final[Attributes] = (("channel", "3"),)
_ACCELERATION: Final[Attributes] = (("channel", "acceleration"),)


def _position(raws: tuple[Any, ...]) -> Decoded:
    # The one place where this family is little-endian.
    latitude, longitude = (int.from_bytes(raw, "little", signed=True) / 10000 for raw in raws)
    return Decoded((Reading("position.latitude", latitude), Reading("position.longitude", longitude)))


def _occupancy(raws: tuple[Any, ...]) -> Decoded:
    if raws[0] > 2:
        return Decoded(warnings=(f"occupancy.present: {raws[0]} is none of 0, 1, 2",))
    return Decoded((Reading("occupancy.present", float(raws[0] > 0)),))


def _leak(raws: tuple[Any, ...]) -> Decoded:
    return Decoded((Reading("water.leak", float(raws[0] > 0)),))


GENERIC: Final = Table(
    ">",
    {
        b"\x01": item("air.temperature", "h", 10),
        b"\x02": item("air.relative_humidity", "B"),
        b"\x03": Item(tuple(Number(f"acceleration.{axis}", "b", 63) for axis in "xyz")),
        b"\x04": item("air.illuminance", "H"),
        b"\x05": item("motion.count", "B"),
        b"\x06": item("air.co2", "H"),
        b"\x07": item("device.battery_voltage", "H", 1000),
        b"\x08": item("electric.voltage", "H", 1000, _ONE),
        b"\x09": Special("3s3s", (Number("position.latitude", "3s"), Number("position.longitude", "3s")), _position),
        b"\x0a": Item((skip(2),)),
        b"\x0b": item("pulse.count_total", "I", attributes=_ONE),
        b"\x0c": item("air.temperature", "h", 10, _ONE),
        b"\x0d": item("contact.open", "B", attributes=_ONE, missing=FLAG),
        b"\x0e": item("level.distance", "H", 1000),
        b"\x0f": item("motion.count", "B", attributes=_ACCELERATION),
        b"\x10": Item((Number("device.temperature", "h", 10), skip(2))),
        b"\x11": Special("B", (Number("occupancy.present", "B"),), _occupancy),
        b"\x12": Special("B", (Number("water.leak", "B"),), _leak),
        b"\x13": Item((skip(65),)),
        b"\x14": item("air.pressure", "i", 1000),
        b"\x15": Item((Number("sound.level_max", "B"), Number("sound.level_eq", "B"))),
        b"\x16": Item((skip(2),)),
        b"\x17": item("pulse.count_total", "I", attributes=_TWO),
        b"\x18": item("electric.voltage", "H", 1000, _TWO),
        b"\x19": item("air.temperature", "h", 10, _TWO),
        b"\x1a": item("contact.open", "B", attributes=_TWO, missing=FLAG),
        b"\x1b": item("electric.voltage", "i", 1_000_000, _THREE),
        b"\x1c": item("air.tvoc", "H"),
        b"\x3d": Item((skip(4),)),
    },
)


def _counted(readings: tuple[Reading, ...]) -> Iterator[Reading]:
    """The readings, the second and further probes with a channel of their own."""
    channel = 2
    for reading in readings:
        if reading.quantity == "air.temperature" and reading.attributes == _TWO:
            yield reading._replace(attributes=(("channel", str(channel)),))
            channel += 1
        else:
            yield reading


def _read(frame: Frame) -> Decoded:
    decoded = GENERIC.read(frame.payload)
    if frame.payload.count(0x19) < 2:
        return decoded
    return Decoded(tuple(_counted(decoded.readings)), decoded.warnings)


DECODERS: Final = (
    Decoder(
        brand="elsys",
        models=ANY_MODEL,
        title="Elsys, all models (ERS, ELT, EMS …)",
        domain="buildings",
        source="Elsys LoRa payload, generic",
        ports=ANY_PORT,
        quantities=quantities_of(GENERIC.numbers()),
        read=_read,
        moduli=moduli_of(GENERIC.numbers()),
    ),
)
