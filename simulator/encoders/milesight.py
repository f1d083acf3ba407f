"""Milesight: pairs of channel and type, little-endian, port 85. Layouts: user guides, section "Device Payload"."""

import struct

PORT = 85

_UDL = struct.Struct("<BBB BBH BBB")
_EM400 = struct.Struct("<BBB BBh BBH BBB")
_TH = struct.Struct("<BBB BBh BBB")
_DI = struct.Struct("<BBB BBh BBB BBI")
_CT = struct.Struct("<BBI BBH BBh")
_SOCKET = struct.Struct("<BBH BBI BBB BBI BBH BBB")
_LINE = struct.Struct("<BBI BBI BBHH")
_HISTORY = struct.Struct("<BBIhBBBI")

_U16, _U32 = 0xFFFF, 0xFFFF_FFFF


def em310_udl(battery: int, distance: float, *, tilted: bool) -> bytes:
    """%, m."""
    return _UDL.pack(0x01, 0x75, battery, 0x03, 0x82, _millimetres(distance), 0x04, 0x00, tilted)


def em400(battery: int, temperature: float, distance: float, *, tilted: bool) -> bytes:
    """EM400-MUD and EM400-TLD: %, °C, m."""
    millimetres = _millimetres(distance)
    return _EM400.pack(1, 0x75, battery, 3, 0x67, round(temperature * 10), 4, 0x82, millimetres, 5, 0, tilted)


def em300_th(battery: int, temperature: float, humidity: float) -> bytes:
    """%, °C, %."""
    return _TH.pack(1, 0x75, battery, 3, 0x67, round(temperature * 10), 4, 0x68, round(humidity * 2))


def em300_di(battery: int, temperature: float, humidity: float, pulses: int) -> bytes:
    """%, °C, %, pulses (modulo 2³²)."""
    climate = (3, 0x67, round(temperature * 10), 4, 0x68, round(humidity * 2))
    return _DI.pack(1, 0x75, battery, *climate, 5, 0xC8, pulses & _U32)


def em300_di_stored(time: int, temperature: float, humidity: float, pulses: int) -> bytes:
    """A record that the device kept while it was out of reach: Unix seconds, °C, %, pulses."""
    return _HISTORY.pack(0x20, 0xCE, time, round(temperature * 10), round(humidity * 2), 2, 0, pulses & _U32)


def ct101(charge: float, current: float, temperature: float) -> bytes:
    """Ah since the beginning, A, °C."""
    total = (3, 0x97, round(charge * 100) & _U32)
    return _CT.pack(*total, 4, 0x98, min(round(current * 100), 0xFFFC), 9, 0x67, round(temperature * 10))


def ws52x(voltage: float, power: float, energy: float, current: float, power_factor: float, *, on: bool) -> bytes:
    """V, W, Wh (modulo 2³²), A, 0 to 1."""
    return _SOCKET.pack(
        *(3, 0x74, round(voltage * 10), 4, 0x80, round(power), 5, 0x81, round(power_factor * 100)),
        *(6, 0x83, int(energy) & _U32, 7, 0xC9, min(round(current * 1000), _U16), 8, 0x70, on),
    )


def vs133(line: int, total_in: int, total_out: int, period_in: int, period_out: int) -> bytes:
    """One counting line (1 to 4): totals (modulo 2³²), and those since the frame before."""
    at = 3 * (line - 1)
    totals = (3 + at, 0xD2, total_in & _U32, 4 + at, 0xD2, total_out & _U32)
    return _LINE.pack(*totals, 5 + at, 0xCC, min(period_in, _U16), min(period_out, _U16))


def _millimetres(distance: float) -> int:
    return min(max(round(distance * 1000), 0), 0xFFFC)
