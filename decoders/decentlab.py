"""Decentlab sensors: flags tell which groups of 16-bit words follow, big-endian; the port is a setting.

Layout: Decentlab data sheets, section "payload format". The battery is the last group of every model and may come
alone.

* DL-MBX: without a valid echo (0 samples) the distance means nothing.
* DL-PR26: the frame holds the share of the probe's range. Which range (Pmin, Pmax) stands on its label; here it is 0 to
  1 bar, and parameters of the assignment turn it into another one.
* DL-TBRG: a tip is 0.1 mm; a bucket of another resolution needs another factor.
* DL-SMTP: probes are of different lengths and the frame does not say which; the eight places are attribute `channel`, 1
  on top, and a place that the probe does not have reads 0. Its moisture is an index of the probe without a unit, for
  which the vocabulary has no quantity: not read.
* DL-CTD10: the mark that the water may freeze has no quantity: not read.
"""

from typing import Final

from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.groups import Group, Groups
from decoders.numbers import Number, moduli_of, quantities_of, skip
from smartregion.model import Decoded

_BATTERY: Final = Group((Number("device.battery_voltage", "H", 1000),))
_CENTRE: Final = 32768
"""The raw value of 0 where a number has a sign."""


def _groups(*numbers: Number) -> Groups:
    """One group of numbers, and the battery."""
    return Groups((Group(numbers), _BATTERY))


DL_MBX: Final = Groups(
    (
        Group(
            (Number("level.distance", "H", 1000), skip(2)),
            unusable={0: "level.distance: no valid echo"},
        ),
        _BATTERY,
    )
)

# 16384 is no pressure, 32768 more is the end of the range: 100 kPa.
DL_PR26: Final = _groups(
    Number("water.pressure", "H", 327.68, offset=16384),
    Number("water.temperature", "H", 320, offset=16384),
)

DL_CTD10: Final = _groups(
    Number("water.level", "H", 1000, offset=_CENTRE),
    Number("water.temperature", "H", 10, offset=_CENTRE),
    Number("water.conductivity", "H"),
    skip(2),
)


def _depth(place: int) -> tuple[Number, Number]:
    missing = {0: f"the probe has no place {place}"}
    temperature = Number("soil.temperature", "H", 100, (("channel", str(place)),), missing, offset=_CENTRE)
    return skip(2), temperature


DL_SMTP: Final = _groups(*(number for place in range(1, 9) for number in _depth(place)))

DL_TBRG: Final = _groups(Number("rain.amount", "H", 10), skip(2), Number("rain.total", "I", 10))

# The data sheet of the sensor: 175 · x / 65535 - 45 °C and 100 · x / 65535 %.
DL_SHT35: Final = _groups(
    Number("air.temperature", "H", 65535 / 175, offset=45 * 65535 / 175),
    Number("air.relative_humidity", "H", 65535 / 100),
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


DECODERS: Final = (
    _decoder(DL_MBX, "dl-mbx", "water", "Decentlab DL-MBX, ultrasonic distance"),
    _decoder(DL_PR26, "dl-pr26", "water", "Decentlab DL-PR26, pressure and temperature of water"),
    _decoder(DL_CTD10, "dl-ctd10", "water", "Decentlab DL-CTD10, level, temperature and conductivity of water"),
    _decoder(DL_SMTP, "dl-smtp", "water", "Decentlab DL-SMTP, temperature of soil in eight depths"),
    _decoder(DL_TBRG, "dl-tbrg", "environment", "Decentlab DL-TBRG, tipping-bucket rain gauge"),
    _decoder(DL_SHT35, "dl-sht35", "environment", "Decentlab DL-SHT35, temperature and humidity"),
)
