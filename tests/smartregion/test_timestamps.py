"""Times keep their nanoseconds on the way in and out."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartregion import timestamps


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-04-21T06:30:05.303998217Z", 1776753005303998217),
        ("2026-04-21T06:30:05.3Z", 1776753005300000000),
        ("2026-04-21T08:30:05+02:00", 1776753005000000000),
        ("1969-12-31T23:59:59.5Z", -500000000),
    ],
)
def test_known_times_are_read_to_the_nanosecond(text: str, time: int) -> None:
    assert timestamps.parse(text) == time


@pytest.mark.parametrize("text", ["", "gestern", "2026-04-21", "2026-13-01T00:00:00Z", "2026-04-21T06:30:05"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an RFC 3339|month must be|year"):
        timestamps.parse(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_years_outside_64_bits_are_told_apart_from_nonsense(text: str) -> None:
    with pytest.raises(OverflowError):
        timestamps.parse(text)


@given(st.integers(timestamps.EARLIEST + 10**9, timestamps.LATEST))
def test_rendered_times_read_back_the_same(time: int) -> None:
    assert timestamps.parse(timestamps.render(time)) == time


@given(st.integers(0, timestamps.LATEST))
def test_rendered_times_of_a_zone_read_back_the_same(time: int) -> None:
    assert timestamps.parse(timestamps.render(time, ZoneInfo("Asia/Kolkata"))) == time


def test_a_zone_shows_its_offset() -> None:
    assert timestamps.render(1776753005000000000, ZoneInfo("Europe/Berlin")) == "2026-04-21T08:30:05+02:00"
