"""Yobiiq EM4301 and EM2101, electricity meters: items of `slot, type, data`, big-endian; ports 1 to 10 data, 50 device.

Layout: Yobiiq EM4301 LoRaWAN payload description. The slot is the place in the packet as the operator configured it
and means nothing; slot 0B with type 0A is the error of the bus behind the meter, one byte.

* Values are of the time of the data logger (type 03) where the frame states it, else of the meter's time (01).
* Left out: total power of the system (24), whose unit the published codec gives as kW with no decimals although all
  else is finer; largest currents (27 to 29) and mean power (2A), which would share the series of the present values;
  angles, of which the vocabulary knows none; index, year, versions.
* One byte on any port answers a command.
* Alarms (port 11) and the log (60) have no published layout and are refused, so they rest in quarantine.
"""

import struct
from collections.abc import Iterable
from typing import Any, Final

from decoders import stated
from decoders.decoder import Decoder, Frame
from decoders.numbers import Number, moduli_of, quantities_of, skip
from decoders.tlv import Item, Special, Table, item
from smartregion.model import Attributes, Decoded

DATA: Final = frozenset(range(1, 11))
DEVICE: Final = 50
SLOTS: Final = range(1, 11)

_LINES: Final = ("L1", "L2", "L3")
_REGISTERS: Final = (
    "energy.active_import_total",
    "energy.active_export_total",
    "energy.reactive_import_total",
    "energy.reactive_export_total",
)
_TIMES: Final = {0x01: "meter", 0x03: "logger"}


def _phase(name: str) -> Attributes:
    return (("phase", name),)


def _phases(first: int, quantity: str, code: str, divisor: float = 1) -> dict[int, Item]:
    return {first + n: item(quantity, code, divisor, _phase(name)) for n, name in enumerate(_LINES)}


def _energies(first: int) -> dict[int, Item]:
    """Each register for tariff 1 and 2."""
    pairs = [(name, tariff) for name in _REGISTERS for tariff in ("1", "2")]
    return {first + n: item(name, "I", 1, (("tariff", tariff),)) for n, (name, tariff) in enumerate(pairs)}


def _skips(kinds: Iterable[int], width: int) -> dict[int, Item]:
    return {kind: Item((skip(width),)) for kind in kinds}


TYPES: Final[dict[int, Item]] = {
    **_skips((0x00, 0x01, 0x03), 4),  # index, time, time of the data logger
    **_energies(0x04),
    **_phases(0x0C, "electric.voltage", "i", 10),
    0x0F: item("electric.current", "i", 1000),
    **_phases(0x10, "electric.current", "i", 1000),
    0x13: item("power.active", "i"),
    **_phases(0x14, "power.active", "i"),
    **_phases(0x17, "power.reactive", "i"),
    **_phases(0x1A, "power.apparent", "i"),
    **_phases(0x1D, "power.factor", "b", 100),
    **_skips(range(0x20, 0x23), 2),  # angles
    0x23: item("electric.frequency", "h", 100),
    **_skips((0x24,), 4),  # power of the system
    0x25: item("power.reactive", "I"),
    0x26: item("power.apparent", "I"),
    **_skips(range(0x27, 0x2C), 4),  # largest currents, mean power, year of calibration
    **_skips(range(0xF0, 0xF3), 2),  # year, versions
}


def _bus_error(raws: tuple[Any, ...]) -> Decoded:
    return Decoded(warnings=(f"the bus behind the meter reports error {raws[0]}",) if raws[0] else ())


ITEMS: Final = Table(
    ">",
    {
        **{bytes((slot, kind)): each for slot in SLOTS for kind, each in TYPES.items()},
        b"\x0b\x0a": Special("B", (), _bus_error),
    },
)
_NUMBERS: Final[tuple[Number, ...]] = tuple(number for each in TYPES.values() for number in each.numbers)


def _stated(payload: bytes) -> int | None:
    """Unix seconds: of the data logger, or else of the meter."""
    found: dict[str, int] = {}
    at = 0
    while (width := ITEMS.width(payload[at : at + 2])) is not None and at + 2 + width <= len(payload):
        if payload[at + 1] in _TIMES:
            found[_TIMES[payload[at + 1]]] = struct.unpack_from(">I", payload, at + 2)[0]
        at += 2 + width
    return found.get("logger", found.get("meter"))


def _read(frame: Frame) -> Decoded:
    if len(frame.payload) == 1:
        return Decoded(warnings=(f"the answer to a command: {frame.payload[0]}",))
    if frame.f_port == DEVICE:
        return Decoded(warnings=("what the device is, not what it measures: nothing to store",))
    seconds = _stated(frame.payload)
    if seconds is None:
        return ITEMS.read(frame.payload)
    time, warnings = stated.now(seconds, frame.received_at)
    return stated.warned(warnings, ITEMS.read(frame.payload, time=time))


DECODERS: Final = (
    Decoder(
        brand="yobiiq",
        models=("em4301", "em4301-ct", "em2101"),
        title="Yobiiq EM4301, EM4301-CT, EM2101, electricity meters",
        domain="energy",
        source="Yobiiq EM4301 and EM2101, LoRaWAN payload description",
        ports=DATA | {DEVICE},
        quantities=quantities_of(_NUMBERS),
        read=_read,
        moduli=moduli_of(_NUMBERS),
    ),
)
