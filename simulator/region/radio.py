"""How the gateways hear a device: levels by distance, and what gets lost on the way."""

import math
from typing import NamedTuple

from simulator.region.model import PlannedDevice
from simulator.uplinks import Reception
from smartregion.model import Place

_NOISE_FLOOR = -117
_BEST_SNR = 10.5
_LIMITS = ((7, -7.5), (8, -10.0), (9, -12.5), (10, -15.0), (11, -17.5), (12, -20.0))
"""Lowest signal-to-noise ratio that each spreading factor still bears, dB (SX1276 data sheet, table 13)."""
_MARGIN = 6.0
_DEGREE_METRES = 111_200.0

CHANNELS = (868_100_000, 868_300_000, 868_500_000, 867_100_000, 867_300_000, 867_500_000, 867_700_000, 867_900_000)


class Path(NamedTuple):
    """From the device to one gateway: dBm and dB on the average."""

    gateway: Reception
    rssi: float


class Link(NamedTuple):
    """A device's radio."""

    paths: tuple[Path, ...]
    spreading_factor: int
    limit: float
    loss: float
    """Share of frames that no gateway hears."""

    def heard(self, dice: int) -> tuple[Reception, ...]:
        """Which gateways heard a frame and how well, the best one in any case; `dice` are 64 bits of chance."""
        channel = dice & 7
        receptions: list[Reception] = []
        for index, (gateway, mean) in enumerate(self.paths):
            rssi = round(mean + ((dice >> (8 + 8 * index) & 0xFF) - 128) / 28)
            snr = min(rssi - _NOISE_FLOOR, _BEST_SNR) + ((dice >> (40 + 2 * index) & 3) - 2) * 0.75
            if not receptions or snr >= self.limit:
                level = max(snr, self.limit)
                receptions.append(Reception(gateway.gateway_id, gateway.eui, rssi, level, gateway.place, channel))
        return tuple(receptions)


def link_of(device: PlannedDevice) -> Link:
    """The radio of a device, from its distance to the gateways and the walls around it."""
    walls = device.trait("walls", 0, 17)
    paths = sorted((_path(device.place, one, walls) for one in device.municipality.gateways), key=_level, reverse=True)
    best = paths[0].rssi - _NOISE_FLOOR
    fitting = [pair for pair in _LIMITS if best >= pair[1] + _MARGIN]
    factor, limit = fitting[0] if fitting else _LIMITS[-1]
    loss = device.trait("loss", 0.008, 0.025) + 0.006 * (factor - 7)
    return Link(tuple(paths), factor, limit, loss)


def _level(path: Path) -> float:
    return path.rssi


def _path(place: Place, gateway: Reception, walls: float) -> Path:
    there = gateway.place or place
    north = (place.latitude - there.latitude) * _DEGREE_METRES
    east = (place.longitude - there.longitude) * _DEGREE_METRES * math.cos(math.radians(place.latitude))
    metres = max(math.hypot(north, east), 40.0)
    return Path(gateway, -60 - 27 * math.log10(metres / 40) - walls)
