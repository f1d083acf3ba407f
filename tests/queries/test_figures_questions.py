"""Which questions for figures are refused, and what any question has in common."""

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.rollup import roll
from queries import figures_words
from queries.figures import FigureQuery, NotMeaningful, TooMuch, Unaskable
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Record, Sample, Series
from smartregion.quantities import QUANTITIES
from smartregion.timestamps import parse
from tests.queries.figures_county import FARM, KOLKATA, LOT, LOT_RADIO, METER, POOL, PROBE, Asked, County, at, values


@pytest.mark.parametrize(
    ("quantity", "fn"),
    [
        ("air.temperature", "sum"),
        ("air.temperature", "share"),
        ("air.temperature", "increase"),
        ("water.volume_total", "mean"),
        ("water.volume_total", "p95"),
        ("parking.occupied", "mean"),
        ("parking.occupied", "sum"),
        ("button.pressed", "share"),
    ],
)
def test_a_function_that_says_nothing_is_refused_with_what_to_ask_instead(quantity: str, fn: str) -> None:
    county = County([])

    with pytest.raises(NotMeaningful, match="ask for"):
        county.ask(quantity, "2026-06-10T00:00:00Z", "2026-06-11T00:00:00Z", fn=fn)


def test_the_rain_of_two_gauges_does_not_add_up() -> None:
    gauges = [Series(name, f"app.{name}", "rain.amount", tenant="town") for name in ("a", "b")]
    county = County([at(gauge, f"2026-06-10T0{hour}:00:00Z", 2) for gauge in gauges for hour in (3, 4)])
    window = ("2026-06-10T00:00:00Z", "2026-06-10T12:00:00Z")

    assert values(county.ask("rain.amount", *window, fn="increase")) == [4, 4]
    with pytest.raises(NotMeaningful, match="group by point"):
        county.ask("rain.amount", *window, fn="increase", group_by="tenant")


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": "air.temprature"},
        {"fn": "median"},
        {"window": "2d"},
        {"weight": "area"},
        {"end": 0},
    ],
)
def test_questions_that_can_not_be_are_told_what_to_change(wrong: Asked) -> None:
    fine = FigureQuery(quantity="air.temperature", start=0, end=DAY)

    assert County([]).figures.ask(fine) == []
    with pytest.raises(Unaskable):
        County([]).figures.ask(replace(fine, **wrong))


def test_too_much_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    start = parse("2026-06-10T00:00:00Z")
    county = County([Record(PROBE, start + minute * MINUTE, 1) for minute in range(60)])
    monkeypatch.setattr(figures_words, "LIMIT", 50)

    with pytest.raises(TooMuch, match="60 readings, at most 50"):
        county.ask("air.temperature", "2026-06-10T00:00:00Z", "2026-06-10T01:00:00Z", fn="p95", window="1d")
    with pytest.raises(TooMuch, match="windows"):
        county.ask("air.temperature", "1980-01-01T00:00:00Z", "2026-06-10T01:00:00Z", window="15m")
    assert values(county.ask("air.temperature", "2026-06-10T00:00:00Z", "2026-06-10T01:00:00Z")) == [1]


def test_days_of_a_zone_of_half_hours_come_from_the_readings() -> None:
    # 1 litre an hour read at half past: the Indian day of 10 June runs from 18:30 to 18:30 UTC.
    start = parse("2026-06-09T12:30:00Z")
    readings = [Record(POOL, start + hour * HOUR, hour) for hour in range(48)]

    for county in (County(readings), County(readings, zone=KOLKATA)):
        (row,) = county.ask(
            "water.volume_total", "2026-06-10T00:00:00+05:30", "2026-06-10T01:00:00+05:30", fn="increase", zone=KOLKATA
        )
        assert (row.value, row.n, row.starts) == (24, 24, "2026-06-10T00:00:00+05:30")


def test_device_and_radio_quantities_are_figures_too() -> None:
    county = County([at(LOT_RADIO, "2026-06-10T01:00:00Z", -90), at(LOT_RADIO, "2026-06-10T02:00:00Z", -100)])

    (row,) = county.ask("radio.rssi", "2026-06-10T00:00:00Z", "2026-06-10T12:00:00Z", fn="mean")

    assert (row.group, row.value, row.unit, row.coverage.share) == ("lot", -95, "{dBm}", None)


SERIES = [METER, POOL, FARM, PROBE, LOT]
ORIGIN = parse("2026-10-20T00:00:00+02:00")


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    places = st.tuples(st.sampled_from(SERIES), st.integers(0, 20 * 96))
    found = draw(st.lists(places, min_size=1, max_size=40, unique=True))
    return [
        Record(series, ORIGIN + place * 15 * MINUTE + 7, float(place * 37 % (2 if series is LOT else 999)))
        for series, place in found
    ]


@settings(max_examples=60, deadline=None)
@given(records=histories(), since=st.integers(-HOUR, 15 * DAY), length=st.integers(1, 20 * DAY))
def test_any_stretch_of_time_says_what_its_readings_say(records: list[Record], since: int, length: int) -> None:
    county = County(records)
    start, end = ORIGIN + since, ORIGIN + since + length
    for series in {record.series for record in records}:
        fn = {"counter": "increase", "gauge": "mean", "state": "share"}[QUANTITIES[series.quantity].kind]
        question = FigureQuery(
            quantity=series.quantity, start=start, end=end, window="total", fn=fn, points=(series.point,)
        )

        (row,) = county.figures.ask(question)

        samples = [
            Sample(record.time, record.value)
            for record in sorted(records, key=lambda each: each.time)
            if record.series == series
        ]
        inside = [sample for sample in samples if start <= sample.time < end]
        before = next((sample for sample in reversed(samples) if sample.time < start), None)
        after = next((sample for sample in samples if sample.time >= end), None)
        kind = QUANTITIES[series.quantity].kind
        whole = roll(inside, start, end, kind=kind, before=before, after=after, modulus=series.modulus)
        assert row.n == len(inside)
        if whole is not None and fn == "increase":
            assert isclose(row.value or 0, whole.increase or 0, rel_tol=1e-9, abs_tol=1e-6)
        if whole is not None and fn == "mean":
            assert isclose(row.value or 0, whole.total / whole.n, rel_tol=1e-9)
        if whole is not None and fn == "share":
            known = (end - (start if before else whole.first_time)) / 1e9
            assert isclose(row.value or 0, (whole.on_seconds or 0) / known, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=40, deadline=None)
@given(records=histories())
def test_days_hours_weeks_points_and_totals_all_add_up_to_the_same_consumption(records: list[Record]) -> None:
    county = County(records)
    start, end = ORIGIN - 8 * DAY, ORIGIN + 20 * DAY

    def consumption(window: str, group_by: str, domains: tuple[str, ...] = ()) -> float:
        question = FigureQuery(
            quantity="water.volume_total",
            start=start,
            end=end,
            fn="increase",
            window=window,
            group_by=group_by,
            domains=domains,
        )
        return sum(row.value or 0 for row in county.figures.ask(question))

    by_hour = consumption("1h", "point")
    for window, group_by in (("1d", "point"), ("1w", "tenant"), ("1mo", "tenant"), ("1y", "none"), ("1q", "domain")):
        assert isclose(consumption(window, group_by), by_hour, rel_tol=1e-9, abs_tol=1e-6)
    assert isclose(consumption("1d", "tenant", domains=("water",)), by_hour, rel_tol=1e-9, abs_tol=1e-6)


@pytest.mark.parametrize(("window", "expected"), [("15m", [30, None, None, None, 60]), ("1h", [30, 60]), ("1w", [90])])
def test_a_municipality_has_figures_for_windows_that_no_total_is_kept_for(
    window: str, expected: list[float | None]
) -> None:
    # Two amounts, 30 Wh at 01:00 and 60 Wh at 02:00.
    fitting = Series("hall", "app.m", "energy.active_import", tenant="town")
    county = County([at(fitting, "2026-06-10T01:00:00Z", 30), at(fitting, "2026-06-10T02:00:00Z", 60)])

    rows = county.ask(
        fitting.quantity,
        "2026-06-10T01:00:00Z",
        "2026-06-10T02:01:00Z",
        fn="increase",
        group_by="tenant",
        window=window,
    )

    assert values(rows) == expected
