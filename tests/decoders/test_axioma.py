"""Qalcosonic W1: frames that overlap agree, and the layouts are told apart."""

import struct

import pytest

from decoders.axioma import PORT, VOLUME
from decoders.catalogue import find
from decoders.decoder import Frame
from smartregion import timestamps
from smartregion.model import Decoded, Profile

MIDNIGHT = timestamps.parse("2026-06-01T00:00:00Z") // 1_000_000_000
HOURLY = [7, 0, 3, 11, 16383, 0, 5, 2, 40, 8, 1, 0, 6, 9, 12, 4, 30, 22, 17, 13, 2, 1, 0, 5, 19, 3]


def decode(payload: bytes, sent: int) -> Decoded:
    decoder = find(Profile("axioma", "qalcosonic-w1"))
    assert decoder is not None
    return decoder.decode(Frame(PORT, payload, sent * 1_000_000_000))


def enhanced(sent: int, first: int) -> bytes:
    """A day's frame whose first register is that of hour `first`."""
    deltas = sum(delta << 14 * n for n, delta in enumerate(HOURLY[first : first + 23]))
    register = 1000 + sum(HOURLY[:first])
    return struct.pack("<BIBI", 1, sent, 0, register) + deltas.to_bytes(41, "little")


def volumes(decoded: Decoded) -> dict[int | None, float]:
    return {each.time: each.value for each in decoded.readings if each.quantity == VOLUME}


def test_frames_of_neighbouring_hours_agree_where_they_overlap() -> None:
    early, late = MIDNIGHT + 23 * 3600 + 5 * 60, MIDNIGHT + 26 * 3600 + 50 * 60

    one = volumes(decode(enhanced(early, 0), early))
    other = volumes(decode(enhanced(late, 3), late))

    assert len(one.keys() & other.keys()) == 21
    assert all(one[time] == other[time] for time in one.keys() & other.keys())
    assert max(other.values()) == 1000 + sum(HOURLY)


@pytest.mark.parametrize("low_byte", range(0, 256, 5))
def test_a_time_that_happens_to_begin_with_01_is_no_lead_byte(low_byte: int) -> None:
    sent = (MIDNIGHT & ~0xFFFF) | low_byte << 8 | 1
    past = [5000 - n for n in range(1, 10)]
    short = struct.pack("<IBI9II", sent, 0, 5000, *past, 3600)

    assert len(volumes(decode(short, sent))) == 10


@pytest.mark.parametrize("minutes", [15, 30, 60, 360, 1440])
def test_the_step_of_an_extended_frame_follows_from_its_log(minutes: int) -> None:
    sent = MIDNIGHT + 15 * minutes * 60 + 100
    frame = struct.pack("<IBIII15H", sent, 0, 2000, MIDNIGHT, 1000, *[2] * 15)

    log = volumes(decode(frame, sent))

    assert log[MIDNIGHT * 1_000_000_000] == 1000
    assert log[(MIDNIGHT + 15 * minutes * 60) * 1_000_000_000] == 1030
    assert len(log) == 17


@pytest.mark.parametrize(
    ("status", "alarm", "battery_low", "error"),
    [
        (0x00, "", False, False),
        (0x04, "", True, False),
        (0x08, "", False, True),
        (0x10, "dry", False, False),
        (0x20, "leak", False, False),
        (0x30, "leak", False, False),
        (0x60, "backflow", False, False),
        (0x70, "backflow", False, False),
        (0x80, "low_temperature", False, False),
        (0x90, "low_temperature", False, False),
        (0xA0, "burst", False, False),
        (0xB0, "burst", False, False),
        (0xC0, "tamper", False, False),
        (0xD0, "tamper", False, False),
        (0x34, "leak", True, False),
        (0xBC, "burst", True, True),
    ],
)
def test_every_status_of_the_meter(status: int, alarm: str, battery_low: bool, error: bool) -> None:
    decoded = decode(struct.pack("<IBII", MIDNIGHT, status, 5000, 3600), MIDNIGHT)
    alarms = {dict(each.attributes)["alarm"]: each.value for each in decoded.readings if each.attributes}

    assert alarms == {name: float(name == alarm) for name in alarms}
    assert len(alarms) == 6
    assert [each.value for each in decoded.readings if each.quantity == "device.battery_low"] == [float(battery_low)]
    assert decoded.warnings == (("the meter reports a permanent error",) if error else ())
