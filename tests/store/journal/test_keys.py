"""What a key promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartregion.clock import HOUR
from store.journal import keys
from tests.store.journal.making import NOON

times = st.integers(-(2**63), 2**63 - 1)


@given(first=times, second=times)
def test_keys_sort_by_time_and_give_it_back(first: int, second: int) -> None:
    one, other = (keys.uplink_key("umwelt", "klima-01", "", 0, time) for time in (first, second))

    assert len(one) == keys.KEY_BYTES
    assert keys.key_time(one) == first
    assert first == second or (one < other) == (first < second)


def test_the_same_frame_has_the_same_key_and_any_other_part_another() -> None:
    frame = ("umwelt", "klima-01", "session", 7, NOON)
    others = [
        ("abfall", "klima-01", "session", 7, NOON),
        ("umwelt", "klima-02", "session", 7, NOON),
        ("umwelt", "klima-01", "other", 7, NOON),
        ("umwelt", "klima-01", "session", 8, NOON),
        ("umwelt", "klima-01", "session", 7, NOON + 1),
        ("umwelt", "klima-01session", "", 7, NOON),
        ("umwelt", "klima-01", "session7", 7, NOON),
    ]

    assert keys.uplink_key(*frame) == keys.uplink_key(*frame)
    assert len({keys.uplink_key(*each) for each in [frame, *others]}) == len(others) + 1


def test_the_key_stays_the_same_in_every_version() -> None:
    key = keys.uplink_key("umwelt", "klima-01", "AZikssPU5fYHGCk6S1xtfg==", 4711, NOON)

    assert key.hex() == "97fb3e228487800010ffa63d46a0b6e5759b5176"


def test_a_key_names_its_device() -> None:
    key = keys.uplink_key("umwelt", "klima-01", "", 0, NOON)

    assert keys.key_device(key) == keys.device_hash("umwelt", "klima-01") != keys.device_hash("umwelt", "klima-02")


def test_a_message_that_is_no_uplink_belongs_to_no_device() -> None:
    key = keys.message_key(b"rubbish", NOON)

    assert keys.key_device(key) == keys.NO_DEVICE
    assert keys.key_time(key) == NOON
    assert key != keys.message_key(b"rubbisH", NOON)


def test_a_hostile_text_has_a_key_too() -> None:
    assert len(keys.uplink_key("umwelt", "\ud800", "\0", 0, NOON)) == keys.KEY_BYTES


def test_a_time_beyond_64_bits_is_refused() -> None:
    with pytest.raises(OverflowError):
        keys.uplink_key("umwelt", "klima-01", "", 0, 2**63)


@given(time=times)
def test_a_bound_lies_before_all_keys_of_its_time_and_after_earlier_ones(time: int) -> None:
    assert keys.time_bound(time) <= keys.message_key(b"", time) < keys.time_bound(time + 1)
    assert keys.time_bound(-(2**70)) < keys.time_bound(time) <= keys.time_bound(2**70)


@given(received_at=times, lag=st.integers(-HOUR, 400 * HOUR))
def test_key_and_lag_give_back_the_time_of_forwarding(received_at: int, lag: int) -> None:
    key = keys.uplink_key("umwelt", "klima-01", "", 0, received_at)
    stored = keys.lag_ms(received_at, received_at + lag)

    assert keys.forwarded_ms(key, stored) == (received_at + lag) // 1_000_000
