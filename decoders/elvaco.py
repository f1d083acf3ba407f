"""Elvaco CMi4110 … CMi4160, modules in heat meters: one byte for the kind of message, then M-Bus records; port 2.

Layout: user manuals CMi4110, CMi4111, CMi4130, CMi4140 and CMi4160, section "structure and payload". The records say
by themselves what they hold, so every kind of message is read but JSON, which is text and not records. The kinds
called scheduled repeat registers of days before under a further storage number; these are left out.

Error flags: bits, not digits. The published codec prints the bits in hexadecimal as if they were a decimal number.
"""

from types import MappingProxyType
from typing import Final

from decoders import mbus
from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable
from smartregion.model import Decoded

PORT: Final = 2
_JSON: Final = b"{"


def _read(frame: Frame) -> Decoded:
    if frame.payload[1:2] == _JSON:
        raise Undecodable("messages in JSON are not read; choose the message format Standard")
    return mbus.read(frame.payload, mbus.HEAT, start=1)


DECODERS: Final = (
    Decoder(
        brand="elvaco",
        models=("cmi4110", "cmi4111", "cmi4130", "cmi4140", "cmi4160"),
        title="Elvaco CMi4110, CMi4111, CMi4130, CMi4140, CMi4160, heat meters",
        domain="energy",
        source="Elvaco CMi4110 to CMi4160 user manuals, structure and payload; EN 13757-3",
        ports=frozenset({PORT}),
        quantities=tuple(dict.fromkeys(scale.quantity for scale in mbus.HEAT.values())),
        read=_read,
        # Eight digits, of kWh and of hundredths of m³ as is usual. In other units a rollover is taken for a reset.
        moduli=MappingProxyType({"heat.energy_total": 1e11, "heat.volume_total": 1e9}),
    ),
)
