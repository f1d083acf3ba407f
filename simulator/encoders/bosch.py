"""Bosch TPS110 parking sensor: one state byte on port 1, heartbeat on port 2, start-up on port 3."""

import struct

STATE_PORT, HEARTBEAT_PORT, STARTUP_PORT = 1, 2, 3

_POWER_ON = 2
_FIRMWARE = (0, 29, 2)


def tps110_state(*, occupied: bool) -> bytes:
    """A car came or went."""
    return bytes([occupied])


def tps110_heartbeat(temperature: float, *, occupied: bool) -> bytes:
    """Once a day; °C."""
    return struct.pack("Bb", occupied, max(-128, min(round(temperature), 127)))


def tps110_startup(*, occupied: bool) -> bytes:
    """After a reset: three debug codes, firmware, reason, state."""
    return bytes(12) + bytes([*_FIRMWARE, _POWER_ON, occupied])
