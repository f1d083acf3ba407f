"""Parametric radar counters, big-endian: PCR2 counts people on port 14, TCR1 vehicles on port 15.

Layouts: Parametric "PCR2 payload" V2 (Elsys form) and V3, "TCR LoRaWAN payload" 1.3 (the forms BE 02 01 and BE 02 02;
firmware 2 sends others). `direction` is where somebody comes from: left is the vendor's L and "left to right".
`class` is the vendor's speed class, 0 to 3. Counts are those since the frame before; PCR2's sums roll over at 65536.

The device repository's codec cuts temperatures to whole degrees; here they keep their tenth. A mean speed of nobody
is no value. The power of a solar panel is left out: it is no power of the municipality's meters.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, moduli_of, quantities_of, skip
from decoders.tlv import Table, item
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded

PEOPLE: Final = 14
VEHICLES: Final = 15
SETTINGS: Final = 190
CLASSES: Final = 4
_LEFT: Final[Attributes] = (("direction", "left"),)
_RIGHT: Final[Attributes] = (("direction", "right"),)
_TEMPERATURE: Final = Number("device.temperature", "h", 10)
_PERCENT: Final = Number("device.battery_percent", "B")
_VOLTAGE: Final = Number("device.battery_voltage", "H", 1000)
_SETTINGS: Final = Decoded(warnings=("a frame of settings: nothing to store",))

ELSYS_FORM: Final = Table(
    ">",
    {
        b"\x0a": item("people.count", "H", attributes=_LEFT),
        b"\x16": item("people.count", "H", attributes=_RIGHT),
        b"\x01": item("device.temperature", "h", 10),
    },
)


def _people(battery: Number) -> Layout:
    counts = (
        Number("people.count", "H", attributes=_LEFT),
        Number("people.count", "H", attributes=_RIGHT),
        Number("people.count_total", "H", attributes=_LEFT),
        Number("people.count_total", "H", attributes=_RIGHT),
    )
    return Layout(">", (skip(3), *counts, battery, skip(2), _TEMPERATURE))


def _vehicles(battery: Number) -> Layout:
    sides = [(("class", str(number)), ("direction", side)) for number in range(CLASSES) for side in ("left", "right")]
    counts = [
        number
        for side in sides
        for number in (Number("traffic.count", "H", 1, side), Number("traffic.speed_mean", "B", 3.6, side))
    ]
    return Layout(">", (skip(3), battery, skip(2), _TEMPERATURE, *counts))


PCR2: Final[Mapping[bytes, Layout]] = MappingProxyType(
    {b"\xbe\x01\x03": _people(_PERCENT), b"\xbe\x01\x04": _people(_VOLTAGE)}
)
TCR1: Final[Mapping[bytes, Layout]] = MappingProxyType(
    {b"\xbe\x02\x01": _vehicles(_PERCENT), b"\xbe\x02\x02": _vehicles(_VOLTAGE)}
)
_PCR2_NUMBERS: Final = (*ELSYS_FORM.numbers(), *(number for form in PCR2.values() for number in form.numbers))
_TCR1_NUMBERS: Final = tuple(number for form in TCR1.values() for number in form.numbers)


def _read_people(frame: Frame) -> Decoded:
    if frame.f_port == SETTINGS:
        return _SETTINGS
    form = PCR2.get(frame.payload[:3])
    return form.read(frame.payload) if form else ELSYS_FORM.read(frame.payload)


def _read_vehicles(frame: Frame) -> Decoded:
    if frame.f_port == SETTINGS:
        return _SETTINGS
    form = TCR1.get(frame.payload[:3])
    if form is None:
        raise Undecodable(f"a payload that begins with {frame.payload[:3].hex()} is unknown")
    readings = form.read(frame.payload).readings
    nobody = {each.attributes for each in readings if each.quantity == "traffic.count" and not each.value}
    return Decoded(
        tuple(each for each in readings if each.quantity != "traffic.speed_mean" or each.attributes not in nobody)
    )


DECODERS: Final = (
    Decoder(
        brand="parametric",
        models=("pcr2", "pcr2-id", "pcr2-od", "pcr2-ods"),
        title="Parametric PCR2, people counted by radar",
        domain="mobility",
        source="Parametric PCR2 payload V2 and V3",
        ports=frozenset({PEOPLE, SETTINGS}),
        quantities=quantities_of(_PCR2_NUMBERS),
        read=_read_people,
        moduli=moduli_of(_PCR2_NUMBERS),
    ),
    Decoder(
        brand="parametric",
        models=("tcr1",),
        title="Parametric TCR1, vehicles counted by radar",
        domain="mobility",
        source="Parametric TCR LoRaWAN payload 1.3",
        ports=frozenset({VEHICLES, SETTINGS}),
        quantities=quantities_of(_TCR1_NUMBERS),
        read=_read_vehicles,
    ),
)
