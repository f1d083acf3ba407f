"""How bytes come about: what all the domains share."""

from collections.abc import Callable

from simulator.region.chance import key_of, wave
from simulator.region.model import PlannedDevice
from smartregion.clock import DAY, HOUR

Make = Callable[[int, int, int], tuple[int, bytes]]
"""(time in nanoseconds since 1970, number k of the frame, 64 bits of chance) → port and payload."""

EPOCH = 1_735_689_600_000_000_000
"""2025-01-01: registers are told as what they showed on that day."""

_BATTERY_LIFE = 6 * 365 * DAY


def jitter(dice: int, part: int, size: float) -> float:
    """A small error between -size and size, from one of four 16-bit parts of the chance."""
    return ((dice >> (16 * part) & 0xFFFF) / 32767.5 - 1) * size


def battery_share(device: PlannedDevice) -> Callable[[int], float]:
    """How full the battery is, 1 to 0; it is changed before it is empty."""
    phase = int(device.trait("battery age", 0, _BATTERY_LIFE))

    def share(time: int) -> float:
        return 1.0 - 0.9 * ((time + phase) % _BATTERY_LIFE) / _BATTERY_LIFE

    return share


def battery_percent(device: PlannedDevice) -> Callable[[int], int]:
    """Battery in whole percent."""
    share = battery_share(device)
    return lambda time: round(100 * share(time))


def battery_voltage(device: PlannedDevice, full: float = 3.62) -> Callable[[int], float]:
    """Battery in volts: flat for years, as lithium is."""
    share = battery_share(device)
    return lambda time: full - 0.35 * (1 - share(time)) ** 2


def local_temperature(device: PlannedDevice, outside: Callable[[int], float]) -> Callable[[int], float]:
    """Air temperature where the device hangs."""
    offset, key = device.trait("warmer", -1.1, 1.1), key_of(device.key, "air")
    return lambda time: outside(time) + offset + 0.4 * wave(key, time / (3 * HOUR))
