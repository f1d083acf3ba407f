"""Decentlab sensors: flags tell which groups of 16-bit words follow, big-endian; the port is a setting.

Layout: Decentlab data sheets, section "payload format". The battery is the last group of every model and may come
alone. DL-MBX: without a valid echo (0 samples) the distance means nothing.
"""

from typing import Final

from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.groups import Group, Groups
from decoders.numbers import Number, moduli_of, quantities_of, skip
from smartregion.model import Decoded

_BATTERY: Final = Group((Number("device.battery_voltage", "H", 1000),))

DL_MBX: Final = Groups(
    (
        Group(
            (Number("level.distance", "H", 1000), skip(2)),
            unusable={0: "level.distance: no valid echo"},
        ),
        _BATTERY,
    )
)


def _decoder(groups: Groups, model: str, domain: str, title: str) -> Decoder:
    numbers = tuple(number for group in groups.groups for number in group.numbers)

    def read(frame: Frame) -> Decoded:
        return groups.read(frame.payload)

    return Decoder(
        brand="decentlab",
        models=(model,),
        title=title,
        domain=domain,
        source=f"Decentlab {model.upper()} data sheet, payload format",
        ports=ANY_PORT,
        quantities=quantities_of(numbers),
        read=read,
        moduli=moduli_of(numbers),
    )


DECODERS: Final = (_decoder(DL_MBX, "dl-mbx", "water", "Decentlab DL-MBX, ultrasonic distance"),)
