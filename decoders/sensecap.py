"""SenseCAP T1000 trackers: port 5, big-endian packages of `id, data`, the id tells the length.

Layout: Seeed "SenseCAP T1000 payload format". A package tells when its fix was taken. The tracker keeps what it could
not send and sends it later, so that time is believed up to 400 days back; where it can't be true, the frame's is used.

Without a satellite fix (07, 08, 0A, 0B, 11) battery, temperature and events are read, the scans of Wi-Fi and Bluetooth
are not: they need a service that knows where those are. Of the events there are "began to move" (`motion.detected`),
"pressed once" and, with `channel=sos`, the emergency button; shock and thresholds have no name here, nor has light
in percent. Settings (01 to 05) tell the battery at most.
"""

from collections.abc import Iterable
from typing import Any, Final

from decoders.decoder import Decoder, Frame
from decoders.numbers import Number, collect, quantities_of, skip
from decoders.tlv import Item, Special, Table
from smartregion.clock import DAY, HOUR, SECOND
from smartregion.model import Decoded, Reading

PORT: Final = 5
OLDEST: Final = 400 * DAY
AHEAD: Final = 1 * HOUR
EVENTS: Final = (
    (0x01, Number("motion.detected", "B")),
    (0x40, Number("button.pressed", "B", attributes=(("channel", "sos"),))),
    (0x80, Number("button.pressed", "B")),
)
"""By bit of the last of three bytes."""
_BATTERY: Final = Number("device.battery_percent", "B")
_LONGITUDE: Final = Number("position.longitude", "i", 1_000_000)
_LATITUDE: Final = Number("position.latitude", "i", 1_000_000)
_CLIMATE: Final = (Number("device.temperature", "h", 10, missing={-0x8000: "not measured"}), skip(2))
_WIFI: Final = skip(28)
_BLUETOOTH: Final = skip(21)
_NOT_FOUND: Final = {
    1: "the time is not known",
    2: "the almanac is too old",
    3: "the satellites' movement does not fit",
}


def _dated(*numbers: Number, head: str = "3sx") -> Special:
    """A package of events, time and numbers."""
    read = tuple(number for number in numbers if number.quantity)

    def make(raws: tuple[Any, ...]) -> Decoded:
        time = raws[1] * SECOND
        readings = [Reading(event.quantity, 1.0, event.attributes, time) for bit, event in EVENTS if raws[0][-1] & bit]
        warnings: list[str] = []
        collect(read, raws[2:], time, readings, warnings)
        return Decoded(tuple(readings), tuple(warnings))

    return Special(
        head + "I" + "".join(number.code for number in numbers), (*read, *(event for _, event in EVENTS)), make
    )


def _not_found(raws: tuple[Any, ...]) -> Decoded:
    return Decoded(warnings=(f"position: {_NOT_FOUND.get(raws[0], f'error {raws[0]}')}",))


T1000: Final = Table(
    ">",
    {
        b"\x01": Item((_BATTERY, skip(45))),
        b"\x02": Item((_BATTERY, skip(14))),
        b"\x03": Item((skip(31),)),
        b"\x04": Item((skip(9),)),
        b"\x05": Item((_BATTERY, skip(3))),
        b"\x06": _dated(_LONGITUDE, _LATITUDE, *_CLIMATE, _BATTERY),
        b"\x07": _dated(_WIFI, *_CLIMATE, _BATTERY),
        b"\x08": _dated(_BLUETOOTH, *_CLIMATE, _BATTERY),
        b"\x09": _dated(_LONGITUDE, _LATITUDE, _BATTERY),
        b"\x0a": _dated(_WIFI, _BATTERY),
        b"\x0b": _dated(_BLUETOOTH, _BATTERY),
        b"\x0d": Special("I", (), _not_found),
        b"\x11": _dated(*_CLIMATE, _BATTERY, head="x3s"),
    },
)


def _believed(readings: Iterable[Reading], received_at: int) -> Decoded:
    """The readings; those whose time can't be true are taken for the frame's own time."""
    believed: list[Reading] = []
    off = False
    for reading in readings:
        wrong = reading.time is not None and not received_at - OLDEST <= reading.time <= received_at + AHEAD
        believed.append(reading._replace(time=None) if wrong else reading)
        off |= wrong
    return Decoded(tuple(believed), ("the device's clock is off; the time of the frame is used",) if off else ())


def _read(frame: Frame) -> Decoded:
    decoded = T1000.read(frame.payload)
    believed = _believed(decoded.readings, frame.received_at)
    return Decoded(believed.readings, (*decoded.warnings, *believed.warnings))


DECODERS: Final = (
    Decoder(
        brand="sensecap",
        models=("sensecapt1000-tracker-ab",),
        title="SenseCAP T1000, tracker",
        domain="mobility",
        source="Seeed SenseCAP T1000 payload format",
        ports=frozenset({PORT}),
        quantities=quantities_of(T1000.numbers()),
        read=_read,
    ),
)
