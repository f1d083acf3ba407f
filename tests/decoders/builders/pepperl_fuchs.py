"""Pepperl+Fuchs WILSEN.sonic.level, built from the payload description's words."""

import random
import struct

from smartregion.model import Reading
from tests.decoders.builders.built import Built

SILENT = {"0b07": 1, "2a25": 14, "3101": 2, "3102": 2, "3103": 4, "f305": 4, "0c0a": 3}


def item(key: str, data: bytes) -> bytes:
    return bytes((2 + len(data),)) + bytes.fromhex(key) + data


def wilsen(chance: random.Random) -> Built:
    parts: list[tuple[bytes, list[Reading]]] = []
    if chance.random() < 0.5:
        raw = chance.randint(0, 9999)
        parts.append((item("0b01", raw.to_bytes(2, "big")), [Reading("level.distance", raw / 100)]))
    else:
        raw = chance.randint(0, 65535)
        parts.append((item("0b02", raw.to_bytes(2, "big")), [Reading("level.distance", raw / 1000)]))
    degrees = chance.randint(-4000, 9000) / 100
    parts.append((item("0201", struct.pack(">f", degrees)), [Reading("container.temperature", degrees)]))
    percent = chance.randint(0, 100)
    parts.append((item("0b06", bytes((percent,))), [Reading("level.fill_percent", float(percent))]))
    tenths = chance.randint(0, 255)
    parts.append((item("5101", bytes((tenths,))), [Reading("device.battery_voltage", tenths / 10)]))
    for key, name, limit in (("5001", "latitude", 90), ("5002", "longitude", 180)):
        micro = chance.randint(-limit * 1_000_000, limit * 1_000_000)
        parts.append((item(key, micro.to_bytes(4, "big", signed=True)), [Reading(f"position.{name}", micro / 1e6)]))
    for key, width in SILENT.items():
        parts.append((item(key, chance.randbytes(width)), []))
    chosen = chance.sample(parts, chance.randint(1, len(parts))) + parts[:1]
    unique = list({part[0]: part for part in chosen}.values())
    return Built(1, b"".join(data for data, _ in unique), [each for _, found in unique for each in found])


BUILDERS = {"pepperl-fuchs/wilsen-sonic-level": wilsen}
