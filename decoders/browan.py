"""Browan sensors of a room: one layout for each model, little-endian; the port tells the model.

Layout: reference manuals of TBWL100, TBHV110, TBDW100, TBMS100. The state stands in bit 0, the battery and the
temperature of the board follow in all of them.

Left out: how often a door was opened or a room entered since the start and how long ago that was; the vocabulary has no
register of events, and as amounts they would be added up. In TBHV110 the meaning of the state is not published.
Its VOC is taken for ppb (unverified).
"""

from collections.abc import Iterable
from typing import Final

from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, quantities_of, skip
from smartregion.model import Decoded

_SEVEN_BITS: Final = 0x7F


def _state(quantity: str) -> Number:
    return Number(quantity, "B", mask=0x01)


def _celsius(quantity: str) -> Number:
    return Number(quantity, "B", mask=_SEVEN_BITS, offset=32)


def _humidity() -> Number:
    return Number("air.relative_humidity", "B", mask=_SEVEN_BITS)


_OWN: Final = (
    # Tenths of a volt above 2.5 V.
    Number("device.battery_voltage", "B", 10, mask=0x0F, offset=-25),
    _celsius("device.temperature"),
)
_EVENTS: Final = (skip(2), skip(3))

TBWL100: Final = Layout("<", (_state("water.leak"), *_OWN, _humidity(), _celsius("air.temperature")))
TBHV110: Final = Layout(
    "<",
    (
        skip(1),
        *_OWN,
        _humidity(),
        Number("air.co2", "H"),
        Number("air.tvoc", "H"),
        Number("air.iaq_index", "H"),
        _celsius("air.temperature"),
    ),
)
TBDW100: Final = Layout("<", (_state("contact.open"), *_OWN, *_EVENTS))
TBMS100: Final = Layout("<", (_state("occupancy.present"), *_OWN, *_EVENTS))


def _decoder(model: str, port: int, layout: Layout, domain: str, title: str) -> Decoder:
    def read(frame: Frame) -> Decoded:
        return layout.read(frame.payload)

    numbers: Iterable[Number] = layout.numbers
    return Decoder(
        brand="browan",
        models=(model,),
        title=title,
        domain=domain,
        source=f"Browan {model.upper()} reference manual, payload",
        ports=frozenset({port}),
        quantities=quantities_of(numbers),
        read=read,
    )


DECODERS: Final = (
    _decoder("tbwl100", 106, TBWL100, "water", "Browan TBWL100, water leak"),
    _decoder("tbhv110", 103, TBHV110, "buildings", "Browan TBHV110, air of a room"),
    _decoder("tbdw100", 100, TBDW100, "buildings", "Browan TBDW100, door or window"),
    _decoder("tbms100", 102, TBMS100, "buildings", "Browan TBMS100, motion"),
)
