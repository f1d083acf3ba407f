"""NAS CM30xx, radio modules on water and gas meters: port 25 usage, 99 system, 50 settings; little-endian.

Layout: NAS CM30xx payload description and the maker's codec (MIT). A usage packet is kind 04, alerts, state of the
meter, scale, age of the reading, register, with privacy a date, flags, and now and then the state of the module.

* The register is as old as the age says, and gets that time. An age can be coarse (weeks); "unknown" leaves it out.
* Alerts are states of a water meter; of a gas meter only tampering is. Which of its two limits a temperature alert
  means is not sent, and a meter that nobody uses is no state of the vocabulary: both are told as warnings.
* The date of a privacy packet says nothing that the age does not say better.
* Gallons are taken for US ones (unverified).
* The status of other firmware (port 24) has no published layout and is refused, so it rests in quarantine.
"""

import struct
from types import MappingProxyType
from typing import Final, NamedTuple

from decoders.decoder import Decoder, Frame
from smartregion.clock import DAY, MINUTE
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading

USAGE: Final = 25
SETTINGS: Final = 50
SYSTEM: Final = 99

WATER: Final = "water.volume_total"
GAS: Final = "gas.volume_total"
ALARM: Final = "water.meter_alarm"
TAMPER: Final = "tamper.alarm"
BATTERY_LOW: Final = "device.battery_low"

_USAGE_KIND: Final = 0x04
_HEAD: Final = struct.Struct("<xBBBBI")
"""Alerts, state of the meter, scale, age, register."""
_DATE_WIDTH: Final = 2
_MODULE: Final = struct.Struct("<xBbxxx4x")
"""Remaining years, voltage, temperature, its range, two of the radio, serial number."""
_MODULE_FOLLOWS: Final = 0x02
_PRIVACY: Final = 0x80

ALARMS: Final = MappingProxyType({0: "backflow", 1: "burst", 2: "leak", 3: "tamper"})
"""By bit of the alerts."""
_TAMPER_BIT: Final = 3
_BATTERY_BIT: Final = 5
_TOLD: Final = MappingProxyType({4: "the temperature is beyond a limit", 6: "nobody uses the meter"})
STATES: Final = MappingProxyType(
    {1: "does not answer", 2: "answers wrongly", 3: "is damaged", 4: "answers wrongly", 5: "has a short circuit"}
)
MEDIA: Final = MappingProxyType({0: WATER, 1: WATER, 2: GAS})
LITRES: Final = MappingProxyType({0: 1000.0, 1: 3.785411784, 2: 28.316846592})
"""By unit: m³, gallons, cubic feet."""
_EXPONENTS: Final = range(3, 8)

_SHUTDOWN: Final = 0x01
_START: Final = 0x00
_START_LENGTH: Final = 16
_DOWNLINK_FAULT: Final = 0x13


class Span(NamedTuple):
    """Ages from code `first` on: `unit` for each code further."""

    first: int
    unit: int


AGES: Final = (Span(253, 365 * DAY), Span(200, 7 * DAY), Span(156, DAY), Span(60, 15 * MINUTE), Span(0, MINUTE))
_OLDEST_CODE: Final = 253


def age(code: int) -> int | None:
    """Nanoseconds; None: the code stands for "unknown"."""
    if code > _OLDEST_CODE:
        return None
    if code == _OLDEST_CODE:
        return AGES[0].unit
    span = next(each for each in AGES[1:] if code >= each.first)
    return (code - span.first) * span.unit


def _register(scale: int, code: int, count: int, received_at: int) -> Decoded:
    quantity, litres = MEDIA.get(scale >> 3 & 3), LITRES.get(scale >> 5 & 3)
    exponent = scale & 7
    if quantity is None or litres is None or exponent not in _EXPONENTS:
        raise Undecodable(f"the scale {scale:02x} is unknown")
    old = age(code)
    if old is None:
        return Decoded(warnings=(f"{quantity}: its age is unknown",))
    # One division or multiplication only, so that litres of m³ stay whole.
    power = exponent - 6
    value = count * litres * 10**power if power >= 0 else count * litres / 10**-power
    return Decoded((Reading(quantity, value, (), received_at - old),))


def _alerts(bits: int, *, water: bool) -> Decoded:
    warnings = tuple(text for bit, text in _TOLD.items() if bits >> bit & 1)
    low = Reading(BATTERY_LOW, float(bits >> _BATTERY_BIT & 1))
    if not water:
        return Decoded((Reading(TAMPER, float(bits >> _TAMPER_BIT & 1)), low), warnings)
    alarms = tuple(Reading(ALARM, float(bits >> bit & 1), (("alarm", name),)) for bit, name in ALARMS.items())
    return Decoded((*alarms, low), warnings)


def _module(data: bytes) -> tuple[Reading, ...]:
    """What follows the flags."""
    if len(data) != _MODULE.size:
        raise Undecodable(f"{len(data)} bytes, where the state of the module takes {_MODULE.size}")
    voltage, temperature = _MODULE.unpack(data)
    return (
        Reading("device.battery_voltage", (150 + voltage) / 100),
        Reading("device.temperature", float(temperature)),
    )


def _usage(packet: bytes, received_at: int) -> Decoded:
    if packet[:1] != bytes((_USAGE_KIND,)):
        raise Undecodable(f"kind {packet[:1].hex()} is no usage")
    scale_at = 3
    flags_at = _HEAD.size + (_DATE_WIDTH if packet[scale_at : scale_at + 1] >= bytes((_PRIVACY,)) else 0)
    if len(packet) <= flags_at:
        raise Undecodable(f"{len(packet)} bytes of usage are cut short")
    bits, state, scale, code, count = _HEAD.unpack_from(packet)
    register = _register(scale, code, count, received_at)
    alerts = _alerts(bits, water=MEDIA[scale >> 3 & 3] == WATER)
    rest = packet[flags_at + 1 :]
    module = _module(rest) if packet[flags_at] & _MODULE_FOLLOWS else ()
    if rest and not module:
        raise Undecodable(f"{len(rest)} bytes follow that nothing announces")
    told = (f"the meter {STATES.get(state, f'has the unknown state {state}')}",) if state else ()
    return Decoded(
        (*register.readings, *alerts.readings, *module),
        (*register.warnings, *told, *alerts.warnings),
    )


def _system(packet: bytes, received_at: int) -> Decoded:
    kind = packet[0]
    if kind == _SHUTDOWN:
        return _usage(packet[2:], received_at)
    if kind == _START and len(packet) == _START_LENGTH:
        return Decoded((Reading("device.restart", 1.0),))
    if kind == _DOWNLINK_FAULT:
        return Decoded(warnings=("the module refused a downlink",))
    raise Undecodable(f"{len(packet)} bytes of kind {kind:02x} are unknown")


def _read(frame: Frame) -> Decoded:
    if frame.f_port == SETTINGS:
        return Decoded(warnings=("settings: nothing to store",))
    if frame.f_port == SYSTEM:
        return _system(frame.payload, frame.received_at)
    return _usage(frame.payload, frame.received_at)


DECODERS: Final = (
    Decoder(
        brand="nas",
        models=("cm3021", "cm3030", "cm3040", "cm3061", "cm3070"),
        title="NAS CM3021 to CM3070, modules on water and gas meters",
        domain="water",
        source="NAS CM30xx payload description, usage packet",
        ports=frozenset({USAGE, SETTINGS, SYSTEM}),
        quantities=(
            WATER,
            GAS,
            ALARM,
            TAMPER,
            BATTERY_LOW,
            "device.battery_voltage",
            "device.temperature",
            "device.restart",
        ),
        read=_read,
        # By the width of the field in litres (scale 10^-3 m³, the finest); displays may end before.
        moduli=MappingProxyType({WATER: float(1 << 32), GAS: float(1 << 32)}),
    ),
)
