"""Elsys: type and data, big-endian, port 5. Layout: Elsys LoRa payload document."""

import struct

PORT = 5

_CLIMATE = struct.Struct(">BhBB")
_ROOM = struct.Struct(">BhBB BHBB BH")
_CO2_ROOM = struct.Struct(">BhBB BHBB BH BH")
_ELT = struct.Struct(">BhBB BH Bh BB")


def ers(temperature: float, humidity: float, light: float, motion: int, voltage: float) -> bytes:
    """°C, %, lx, movements since the frame before, V."""
    climate = (1, round(temperature * 10), 2, round(humidity))
    return _ROOM.pack(*climate, 4, _u16(light), 5, min(motion, 255), 7, round(voltage * 1000))


def ers_co2(temperature: float, humidity: float, light: float, motion: int, co2: float, voltage: float) -> bytes:
    """As `ers`, with CO2 in ppm."""
    climate = (1, round(temperature * 10), 2, round(humidity))
    return _CO2_ROOM.pack(*climate, 4, _u16(light), 5, min(motion, 255), 6, _u16(co2), 7, round(voltage * 1000))


def elt_2(temperature: float, humidity: float, voltage: float, outside: float, *, leak: bool) -> bytes:
    """°C, %, V, °C of the probe, water at the contact."""
    climate = (1, round(temperature * 10), 2, round(humidity))
    return _ELT.pack(*climate, 7, round(voltage * 1000), 0x0C, round(outside * 10), 0x12, leak)


def _u16(value: float) -> int:
    return min(max(round(value), 0), 0xFFFF)
