"""Which devices should have been heard by now. Pure."""

from collections.abc import Iterable

from smartregion.clock import DAY, SECOND
from smartregion.model import Device

MISSED = 3
"""So many intervals without a frame make a device silent."""
USUAL_SECONDS = DAY / SECOND
"""The interval supposed of a device whose own is not known yet."""


def patience(device: Device) -> float:
    """Seconds without a frame after which a device counts as silent."""
    return MISSED * (device.interval or USUAL_SECONDS)


def is_silent(device: Device, now: int) -> bool:
    """Whether a device heard before should have been heard again since; one never heard is not silent."""
    return device.last_seen is not None and now - device.last_seen > patience(device) * SECOND


def silent(devices: Iterable[Device], now: int) -> list[Device]:
    """The silent ones, the longest silent first."""
    found = [device for device in devices if is_silent(device, now)]
    return sorted(found, key=lambda device: (device.last_seen or 0, device.id))
