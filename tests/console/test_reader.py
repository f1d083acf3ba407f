"""Numbers, times and languages as the reader writes them."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.reader import Reader, choose
from console.texts import Language
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.timestamps import parse

BERLIN = ZoneInfo("Europe/Berlin")
NOW = parse("2026-11-22T13:37:00Z")


def reader(language: Language = "de") -> Reader:
    return Reader(language, BERLIN, NOW)


@pytest.mark.parametrize(
    ("value", "digits", "german", "english"),
    [
        (1234.5, 1, "1.234,5", "1,234.5"),
        (-1234567.891, 2, "−1.234.567,89", "−1,234,567.89"),
        (0.0, 0, "0", "0"),
        (-0.001, 1, "0,0", "0.0"),
        (None, 0, "–", "–"),
        (float("nan"), 0, "–", "–"),
    ],
)
def test_numbers_are_written_as_the_reader_writes_them(
    value: float | None, digits: int, german: str, english: str
) -> None:
    assert reader("de").number(value, digits) == german
    assert reader("en").number(value, digits) == english


@pytest.mark.parametrize(
    ("quantity", "value", "german", "english"),
    [
        ("energy.active_import_total", 12345678.0, "12.346 kWh", "12,346 kWh"),
        ("water.volume_total", 4321.0, "4,32 m³", "4.32 m³"),
        ("air.temperature", -3.26, "−3,3 °C", "−3.3 °C"),
        ("air.co2", 1432.4, "1.432 ppm", "1,432 ppm"),
        ("traffic.speed_mean", 10.0, "36,0 km/h", "36.0 km/h"),
        ("parking.occupied", 1.0, "ja", "yes"),
        ("contact.open", 0.0, "nein", "no"),
        ("people.present", 12.0, "12", "12"),
        ("no.such.quantity", 1.5, "1,50", "1.50"),
    ],
)
def test_values_come_in_their_display_unit(quantity: str, value: float, german: str, english: str) -> None:
    assert reader("de").value(quantity, value) == german
    assert reader("en").value(quantity, value) == english


@pytest.mark.parametrize(("share", "shown"), [(1.0, "100 %"), (0.9999, "99 %"), (0.666, "67 %"), (0.0, "0 %")])
def test_coverage_with_a_gap_never_looks_whole(share: float, shown: str) -> None:
    assert reader().percent(share) == shown


def test_times_are_told_in_the_regions_zone_on_a_clock_of_24_hours() -> None:
    afternoon, summer = parse("2026-11-22T13:05:09Z"), parse("2026-07-01T22:30:00Z")

    assert reader("de").second(afternoon) == "22.11.2026, 14:05:09"
    assert reader("en").second(afternoon) == "22 Nov 2026, 14:05:09"
    assert reader("de").moment(summer) == "02.07.2026, 00:30"
    assert reader("de").day(date(2026, 3, 1)) == "01.03.2026"
    assert reader("en").moment(None) == "–"


@pytest.mark.parametrize(
    ("passed", "german", "english"),
    [
        (-MINUTE, "gerade eben", "just now"),
        (5 * MINUTE, "vor 5 Min.", "5 min ago"),
        (3 * HOUR, "vor 3 Std.", "3 h ago"),
        (30 * DAY, "vor 30 T.", "30 d ago"),
    ],
)
def test_ages_are_told_in_the_largest_unit_that_fits(passed: int, german: str, english: str) -> None:
    assert reader("de").ago(NOW - passed) == german
    assert reader("en").ago(NOW - passed) == english


@pytest.mark.parametrize(("seconds", "shown"), [(900, "15 Min."), (5400, "1,5 Std."), (86400, "24 Std."), (None, "–")])
def test_lengths_of_time_are_short(seconds: float | None, shown: str) -> None:
    assert reader().span(seconds) == shown


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "chosen"),
    [
        ("en", "de", "de", "en"),
        (None, "en", "de", "en"),
        (None, None, "en-GB,en;q=0.9,de;q=0.5", "en"),
        (None, None, "fr,de;q=0.3,en;q=0.8", "en"),
        (None, None, "fr", "de"),
        ("klingon", "<script>", "en;q=0,de;q=x", "de"),
        (None, None, None, "de"),
    ],
)
def test_the_address_then_the_cookie_then_the_browser_choose_the_language(
    asked: str | None, remembered: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose(asked, remembered, accepted) == chosen


@settings(max_examples=60)
@given(st.text(max_size=80))
def test_no_header_breaks_the_choice(header: str) -> None:
    assert choose(None, None, header) in ("de", "en")


@settings(max_examples=60)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15), st.integers(0, 3))
def test_both_forms_hold_the_same_number(value: float, digits: int) -> None:
    german, english = reader("de").number(value, digits), reader("en").number(value, digits)

    back = float(english.replace(",", "").replace("−", "-"))
    assert german.replace(".", "").replace(",", ".").replace("−", "-") == english.replace(",", "").replace("−", "-")
    assert back == round(value, digits) or abs(back - value) <= 10**-digits
