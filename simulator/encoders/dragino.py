"""Dragino: fixed layouts, big-endian, port 2. Layouts: user manuals LDDS75 (firmware 1.1.4 on) and LSE01."""

import struct

PORT = 2

_LDDS75 = struct.Struct(">HHBhB")
_LSE01 = struct.Struct(">HhHhHB")
NO_PROBE = 0x7FFF


def ldds75(voltage: float, distance: float, temperature: float) -> bytes:
    """V, m, °C."""
    return _LDDS75.pack(round(voltage * 1000) & 0x3FFF, round(distance * 1000), 0, round(temperature * 10), 1)


def lse01(voltage: float, moisture: float, temperature: float, conductivity: float) -> bytes:
    """V, %, °C, dS/m; without a second probe."""
    soil = (round(moisture * 100), round(temperature * 100), round(conductivity * 1000))
    return _LSE01.pack(round(voltage * 1000) & 0x3FFF, NO_PROBE, *soil, 0x10)
