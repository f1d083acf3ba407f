"""IMBuildings people counter: big-endian; with a head that names the layout, or without one on the layout's own port.

Layout: IMBuildings "people counter" payload types 2-6, 2-7 and 2-8; head: type, variant, eight bytes of the device's
id. Counter A and B are the two directions through the light barrier; which is in and which is out depends on how it
hangs, so `direction` is a or b. The bytes of status are left out: their meaning is not published.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, moduli_of, quantities_of, skip
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded

PEOPLE_COUNTER: Final = 2
HEAD: Final = 10
FIRST_PORT: Final = 20
"""Variant 6 without a head comes by port 26, and so on."""
_A: Final[Attributes] = (("direction", "a"),)
_B: Final[Attributes] = (("direction", "b"),)
_BATTERY: Final = Number("device.battery_voltage", "H", 100)
_TOTALS: Final = (
    Number("people.count_total", "H", attributes=_A),
    Number("people.count_total", "H", attributes=_B),
)
VARIANTS: Final[Mapping[int, Layout]] = MappingProxyType(
    {
        6: Layout(
            ">",
            (
                skip(1),
                _BATTERY,
                Number("people.count", "H", attributes=_A),
                Number("people.count", "H", attributes=_B),
                skip(1),
                *_TOTALS,
                skip(1),
            ),
        ),
        7: Layout(">", (skip(1), *_TOTALS)),
        8: Layout(">", (skip(1), _BATTERY, skip(1))),
    }
)
"""Counters and battery; counters after an event; a heartbeat."""
_LENGTHS: Final = {6: 13, 7: 5, 8: 4}
_NUMBERS: Final = tuple(number for layout in VARIANTS.values() for number in layout.numbers)


def _read(frame: Frame) -> Decoded:
    payload = frame.payload
    variant = payload[1] if len(payload) > HEAD and payload[0] == PEOPLE_COUNTER else 0
    if variant in VARIANTS and len(payload) == HEAD + _LENGTHS[variant]:
        return VARIANTS[variant].read(payload[HEAD:])
    layout = VARIANTS.get(frame.f_port - FIRST_PORT)
    if layout is None:
        raise Undecodable(f"{len(payload)} bytes without a head that is known, on port {frame.f_port}, or cut short")
    return layout.read(payload)


DECODERS: Final = (
    Decoder(
        brand="imbuildings",
        models=("imbuildings-people-counter", "people-counter"),
        title="IMBuildings people counter",
        domain="mobility",
        source="IMBuildings people counter, payload types 2-6 to 2-8",
        ports=ANY_PORT,
        quantities=quantities_of(_NUMBERS),
        read=_read,
        moduli=moduli_of(_NUMBERS),
    ),
)
