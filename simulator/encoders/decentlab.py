"""Decentlab: version, device number, flags of the groups that follow, big-endian. Layout: data sheet DL-MBX."""

import struct

PORT = 1

_MBX = struct.Struct(">BHHHHH")
_BATTERY_ONLY = struct.Struct(">BHHH")
_VERSION = 2


def dl_mbx(number: int, distance: float, samples: int, voltage: float) -> bytes:
    """The device's number, m, valid samples, V."""
    return _MBX.pack(_VERSION, number & 0xFFFF, 0b11, round(distance * 1000), samples, round(voltage * 1000))


def dl_mbx_battery(number: int, voltage: float) -> bytes:
    """A frame without a measurement: the echo was lost."""
    return _BATTERY_ONLY.pack(_VERSION, number & 0xFFFF, 0b10, round(voltage * 1000))
