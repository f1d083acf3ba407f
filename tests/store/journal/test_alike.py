"""Which messages of the quarantine count as alike."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.journal.alike import MOST_CHARACTERS, alike_id, words_alike

PAIRS = [
    ("item 0367 at byte 0 is cut short", "item 75 at byte 12 is cut short", "item … at byte … is cut short"),
    (
        "the profile of umwelt.rathaus is not known",
        "the profile of umwelt.klima-01 is not known",
        "the profile of … is",
    ),
    (
        "frame of 2026-11-22T12:00:00.5Z arrived at 2025-01-01T00:00:00+01:00; accepted are 2026-11-22 to 2026-11-23",
        "frame of 1970-01-01T00:00:00Z arrived at 2026-11-22T12:00:00Z; accepted are 2026-10-22 to 2026-11-22",
        "frame of … arrived at …; accepted are … to …",
    ),
    ("application 'fremd' is not known", "application 'ganz anders' is not known", "application … is not known"),
    ("not a message: b'\\x00a'", 'not a message: "x\'y"', "not a message: …"),
    ("bytes 03 67 ff are left", "bytes 0a 0b are left", "bytes … are left"),
    ("bytes 1, 2, 3 of 4", "bytes 7 of 9", "bytes … of …"),
    ("value -12.5 is outside 0 to 80", "value 1e9 is outside -3 to 8", "value … is outside … to …"),
    ("session deadbeef unknown", "session abcdefab unknown", "session … unknown"),
]


@pytest.mark.parametrize(("one", "other", "words"), PAIRS)
def test_numbers_ids_times_and_quotations_do_not_tell_messages_apart(one: str, other: str, words: str) -> None:
    assert words_alike("umwelt", one) == words_alike("umwelt", other)
    assert words_alike("umwelt", one).startswith(words)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no decoder for milesight-iot/em300-th (port 85)", "no decoder for milesight-iot/em500-udl (port 85)"),
        ("the checksum is wrong", "the item is cut short"),
    ],
)
def test_device_types_and_words_do(one: str, other: str) -> None:
    assert words_alike("umwelt", one) != words_alike("umwelt", other)
    assert words_alike("umwelt", one).startswith(one.split(" (")[0])


def test_applications_and_causes_have_their_own() -> None:
    names = {alike_id(name, cause, "…") for name in ("a", "b", "") for cause in ("malformed", "no decoder")}
    assert len(names) == 6
    assert names == {alike_id(name, cause, "…") for name in ("a", "b", "") for cause in ("malformed", "no decoder")}


@settings(max_examples=200)
@given(st.text(max_size=2000))
def test_whatever_was_said_comes_to_few_words_and_never_fails(detail: str) -> None:
    words = words_alike("umwelt", detail)

    assert len(words) <= MOST_CHARACTERS
    assert len(alike_id("umwelt", "malformed", words)) == 12


@settings(max_examples=100)
@given(st.integers(), st.floats(-1e9, 1e9), st.datetimes(), st.binary(min_size=4, max_size=40))
def test_any_number_time_and_hex_is_left_out(number: int, value: float, time: datetime, some: bytes) -> None:
    said = f"item {number}: {value:.3f} at {time:%Y-%m-%dT%H:%M:%S.%fZ} in {some.hex()} or {some.hex(' ')}"

    assert words_alike("umwelt", said) == "item … at … in … or …"
