"""Cayenne LPP as a device of its own: `cayenne/lpp`, for whatever speaks it and has no model in the device repository.

No device states this profile by itself: the operator names it, by assignment or by a pattern in the region file. Any
port, for the port is the device's choice.
"""

from typing import Final

from decoders import lpp
from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.numbers import moduli_of, quantities_of
from smartregion.model import Decoded


def _read(frame: Frame) -> Decoded:
    return lpp.PAYLOAD.read(frame.payload)


DECODERS: Final = (
    Decoder(
        brand="cayenne",
        models=("lpp",),
        title="Cayenne LPP, devices of any maker that speak it",
        domain="environment",
        source="Cayenne LPP documentation",
        ports=ANY_PORT,
        quantities=quantities_of(lpp.TYPES.numbers()),
        read=_read,
        moduli=moduli_of(lpp.TYPES.numbers()),
    ),
)
