"""Figures: what a municipality may sign. Each rule worked out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from math import isclose
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.consumption import Rule
from aggregates.rollup import roll
from jobs.rollups import sum_up
from queries import figures_words
from queries.figures import FigureQuery, FigureRow, Figures, NotMeaningful, TooMuch, Unaskable
from smartregion.clock import DAY, HOUR, MINUTE, ManualClock
from smartregion.model import Assignment, Record, Sample, Series
from smartregion.quantities import QUANTITIES
from smartregion.timestamps import parse
from store.registry.protocol import Interval
from store.series.memory import MemorySeries

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
LATER = parse("2027-06-01T00:00:00Z")

METER = Series("hall", "app.meter", "water.volume_total", tenant="town", site="centre", domain="water", modulus=1e4)
POOL = Series("pool", "app.pool", "water.volume_total", tenant="town", site="park", domain="water")
FARM = Series("farm", "app.farm", "water.volume_total", tenant="village", domain="water")
PROBE = Series("hall", "app.probe", "air.temperature", tenant="town", site="centre")
YARD = Series("yard", "app.yard", "air.temperature", tenant="town", site="park")
LOT = Series("lot", "app.lot", "parking.occupied", tenant="town")
LOT_RADIO = Series("lot", "app.lot", "radio.rssi", tenant="town")


class Asked(TypedDict, total=False):
    """What differs from a plain question."""

    quantity: str
    end: int
    window: str
    zone: tzinfo
    fn: str
    group_by: str
    points: tuple[str, ...]
    sites: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    weight: str


@dataclass
class Schedule:
    """Intervals and assignments as the registry would tell them."""

    every: dict[str, float] = field(default_factory=dict)
    assigned: list[Assignment] = field(default_factory=list)

    def intervals(self, device: str) -> list[Interval]:
        return [Interval(0, self.every[device], "configured")] if device in self.every else []

    def assignments(self, device: str = "", point: str = "") -> list[Assignment]:
        return self.assigned


@dataclass
class County:
    """A store whose rollups are in step, and questions to it."""

    records: Sequence[Record]
    schedule: Schedule = field(default_factory=Schedule)
    now: int = LATER
    zone: ZoneInfo = BERLIN

    def __post_init__(self) -> None:
        self.store = MemorySeries()
        self.store.write(self.records)
        while sum_up(self.store, self.schedule, self.zone, self.now):
            pass
        self.figures = Figures(self.store, self.schedule, self.zone, ManualClock(self.now))

    def ask(self, quantity: str, start: str, end: str, /, **more: Unpack[Asked]) -> list[FigureRow]:
        plain = FigureQuery(quantity=quantity, start=parse(start), end=parse(end))
        return self.figures.ask(replace(plain, **more))


def at(series: Series, time: str, value: float) -> Record:
    return Record(series, parse(time), value)


def values(rows: Sequence[FigureRow]) -> list[float | None]:
    return [row.value for row in rows]


def test_months_sum_to_the_year_also_over_months_without_a_reading() -> None:
    # 100 L at the start of February, 189 L at the start of May: 89 days (28 + 31 + 30), 1 L a day, none read in
    # March and April. Before February and after 1 May nothing is known.
    county = County([at(POOL, "2026-02-01T00:00:00+01:00", 100), at(POOL, "2026-05-01T00:00:00+02:00", 189)])

    months = county.ask(
        "water.volume_total", "2026-01-01T00:00:00+01:00", "2026-12-31T00:00:00+01:00", fn="consumption", window="1mo"
    )
    (year,) = county.ask(
        "water.volume_total", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", fn="increase", window="1y"
    )

    # An hour is missing in March, so of 89 · 24 − 1 hours February has 672, March 743, April 720.
    whole = 89 / (89 * 24 - 1)
    assert values(months)[0] is None
    assert [
        isclose(value or 0, hours * whole) for value, hours in zip(values(months)[1:4], (672, 743, 720), strict=True)
    ]
    assert [row.n for row in months[1:5]] == [1, 0, 0, 1]
    assert isclose(sum(value or 0 for value in values(months)), year.value or 0)
    assert isclose(year.value or 0, 89)
    assert (year.first, year.last, year.rules) == (100, 189, ())
    assert months[2].rules == (Rule.INTERPOLATED,)


@pytest.mark.parametrize(
    ("day", "offsets", "hours"),
    [("2026-03-29", ("+01:00", "+02:00"), 23), ("2026-10-25", ("+02:00", "+01:00"), 25)],
)
def test_daylight_saving_days_have_the_hours_the_clock_shows(day: str, offsets: tuple[str, str], hours: int) -> None:
    # One litre an hour, read on the hour.
    origin = parse(f"{day}T00:00:00{offsets[0]}")
    county = County([Record(POOL, origin + hour * HOUR, hour) for hour in range(-30, 60)])
    start, end = f"{day}T00:00:00{offsets[0]}", f"{day}T23:59:59{offsets[1]}"

    (whole,) = county.ask("water.volume_total", start, end, fn="increase", window="1d")
    parts = county.ask("water.volume_total", start, end, fn="increase", window="1h")
    quarters = county.ask("water.volume_total", start, end, fn="increase", window="15m")

    assert (whole.value, len(parts), len(quarters)) == (hours, hours, hours * 4)
    assert sum(part.value or 0 for part in parts) == sum(part.value or 0 for part in quarters) == hours
    assert (whole.starts[-6:], whole.ends[-6:]) == offsets
    if hours == 25:
        assert [row.starts[11:] for row in parts[2:4]] == ["02:00:00+02:00", "02:00:00+01:00"]


def test_a_rollover_a_reset_and_a_swap_are_recognised_and_told() -> None:
    # Old meter: 9990 → 5 with modulus 10 000 is 15, → 25 is 20. Taken out at 12:00. New: 3 → 10 is 7; reset → 2.
    new = Series("hall", "app.new", "water.volume_total", tenant="town", site="centre", domain="water")
    day = "2026-06-10T"
    county = County(
        [at(METER, f"{day}0{hour}:00:00Z", value) for hour, value in ((1, 9990), (2, 5), (3, 25))]
        + [at(new, f"{day}{hour}:00:00Z", value) for hour, value in ((13, 3), (14, 10), (15, 2))]
    )

    (row,) = county.ask("water.volume_total", f"{day}00:00:00Z", f"{day}12:00:00Z", fn="increase", window="1d")
    (old, *_) = county.ask("water.volume_total", f"{day}01:00:00Z", f"{day}04:00:00Z", fn="increase", window="total")

    assert row.value == 15 + 20 + 7 + 2
    assert row.rules == (Rule.ROLLOVER, Rule.RESET, Rule.SWAP)
    assert (row.first, row.last) == (9990, 2)
    assert (old.value, old.rules) == (35, (Rule.ROLLOVER,))


def test_after_a_swap_nothing_is_expected_of_the_old_device() -> None:
    noon = parse("2026-06-10T10:00:00Z")
    new = Series("hall", "app.new", "water.volume_total", tenant="town")
    served = [Assignment("app.meter", "hall", 0, noon), Assignment("app.new", "hall", noon)]
    start = parse("2026-06-09T22:00:00Z")
    readings = [Record(METER if hour < 12 else new, start + hour * HOUR + 5, hour % 12) for hour in range(24)]
    county = County(readings, Schedule({"app.meter": 3600, "app.new": 3600}, served))

    (row,) = county.ask("water.volume_total", "2026-06-10T00:00:00+02:00", "2026-06-10T01:00:00+02:00", fn="increase")

    assert (row.value, row.coverage.received, row.coverage.expected, row.coverage.share) == (22, 24, 24, 1)


def test_the_mean_of_a_county_weighs_points_or_readings() -> None:
    # Hall: 1, 2, 3 (mean 2). Yard: 10. Points: 6; readings: 16 / 4 = 4. Once from totals, once from rollups.
    day = "2026-06-10T"
    county = County([at(PROBE, f"{day}0{hour}:00:00Z", hour) for hour in (1, 2, 3)] + [at(YARD, f"{day}05:00:00Z", 10)])
    window = (f"{day}00:00:00Z", f"{day}12:00:00Z")

    nothing: tuple[str, ...] = ()
    for points in (nothing, ("hall", "yard")):
        (plain,) = county.ask("air.temperature", *window, group_by="tenant", points=points)
        (weighed,) = county.ask("air.temperature", *window, group_by="tenant", weight="readings", points=points)
        assert (plain.value, weighed.value, plain.points, plain.n) == (6, 4, 2, 4)
    by_site = county.ask("air.temperature", *window, group_by="site")
    assert [(row.group, row.value) for row in by_site] == [("centre", 2), ("park", 10)]
    (together,) = county.ask("air.temperature", *window, group_by="none")
    assert (together.group, together.value, together.unit) == ("", 6, "Cel")


def test_share_is_held_over_hours_without_a_reading_and_ends_now() -> None:
    # Taken at 08:30, left at 11:15; now is 12:00.
    now = parse("2026-06-10T12:00:00+02:00")
    county = County(
        [
            at(LOT, "2026-06-09T20:00:00+02:00", 0),
            at(LOT, "2026-06-10T08:30:00+02:00", 1),
            at(LOT, "2026-06-10T11:15:00+02:00", 0),
        ],
        now=now,
    )

    hours = county.ask(
        "parking.occupied", "2026-06-10T08:00:00+02:00", "2026-06-10T23:00:00+02:00", fn="share", window="1h"
    )
    (day,) = county.ask("parking.occupied", "2026-06-10T08:00:00+02:00", "2026-06-10T23:00:00+02:00", fn="share")

    assert values(hours) == [0.5, 1, 1, 0.25]
    assert [row.n for row in hours] == [1, 0, 0, 1]
    # 2 h 45 min of the 12 hours that have passed.
    assert isclose(day.value or 0, 2.75 / 12)
    assert (day.provisional, day.unit) == (True, "1")
    assert [row.provisional for row in hours] == [False] * 4


def test_coverage_of_what_is_sent_on_change_is_that_of_the_uplinks() -> None:
    # The lot changes twice a day but the device is heard every hour, 23 of 24 times.
    start = parse("2026-06-10T00:00:00+02:00")
    heard = [Record(LOT_RADIO, start + hour * HOUR + 9, -90) for hour in range(24) if hour != 7]
    changes = [Record(LOT, start + 3 * HOUR + 9, 1), Record(LOT, start + 9 * HOUR + 9, 0)]
    county = County(heard + changes, Schedule({"app.lot": 3600}))
    window = ("2026-06-10T00:00:00+02:00", "2026-06-10T20:00:00+02:00")

    (row,) = county.ask("parking.occupied", *window, fn="share")
    (bare,) = County(changes, Schedule({"app.lot": 3600})).ask("parking.occupied", *window, fn="share")

    assert (row.coverage.received, row.coverage.expected, row.coverage.longest_gap_seconds) == (23, 24, 7200)
    assert bare.coverage.share is None


def test_a_running_window_is_provisional_and_expects_only_what_is_due() -> None:
    # Now is 06:00: six hourly readings of six.
    start = parse("2026-06-10T00:00:00+02:00")
    county = County(
        [Record(PROBE, start + hour * HOUR, hour) for hour in range(6)],
        Schedule({"app.probe": 3600}),
        now=start + 6 * HOUR,
    )

    for group_by in ("point", "tenant"):
        rows = county.ask(
            "air.temperature", "2026-06-10T00:00:00+02:00", "2026-06-20T00:00:00+02:00", group_by=group_by
        )
        assert [(row.value, row.provisional) for row in rows] == [(2.5, True)]
        assert (rows[0].coverage.received, rows[0].coverage.expected, rows[0].coverage.share) == (6, 6, 1)
    assert county.ask("air.temperature", "2026-06-11T00:00:00+02:00", "2026-06-20T00:00:00+02:00") == []


def test_a_silent_point_lowers_the_coverage_of_its_municipality() -> None:
    start = parse("2026-06-10T00:00:00+02:00")
    readings = [Record(PROBE, start + hour * HOUR + 1, 5) for hour in range(24)] + [Record(YARD, start - DAY, 1)]
    county = County(readings, Schedule({"app.probe": 3600, "app.yard": 3600}))

    nothing: tuple[str, ...] = ()
    for sites in (nothing, ("centre", "park")):
        (row,) = county.ask(
            "air.temperature", "2026-06-10T00:00:00+02:00", "2026-06-10T00:00:01+02:00", group_by="tenant", sites=sites
        )
        assert (row.coverage.received, row.coverage.expected, row.coverage.share) == (24, 48, 0.5)
        assert row.coverage.longest_gap_seconds == 24 * 3600


def test_percentiles_are_made_of_the_readings() -> None:
    # 10, 20, 30, 40: the median lies at 25, p95 at place 2.85: 30 + 0.85 · 10.
    day = "2026-06-10T"
    county = County(
        [at(PROBE, f"{day}0{hour}:00:00Z", hour * 10) for hour in (1, 2)]
        + [at(YARD, f"{day}0{hour}:00:00Z", hour * 10) for hour in (3, 4)]
    )
    window = (f"{day}00:00:00Z", f"{day}12:00:00Z")

    assert values(county.ask("air.temperature", *window, fn="p50", group_by="tenant")) == [25]
    assert values(county.ask("air.temperature", *window, fn="p95", group_by="tenant")) == [38.5]
    assert values(county.ask("air.temperature", *window, fn="p50")) == [15, 35]


def test_series_are_grouped_by_an_attribute_and_parts_never_count_twice() -> None:
    meter = Series("hall", "app.m", "energy.active_import_total", tenant="town")
    tariffs = [Series("hall", "app.m", meter.quantity, (("tariff", name),), tenant="town") for name in ("1", "2")]
    day = "2026-06-10T"
    county = County(
        [at(series, f"{day}01:00:00Z", first) for series, first in ((meter, 0), (tariffs[0], 5), (tariffs[1], 0))]
        + [at(series, f"{day}02:00:00Z", last) for series, last in ((meter, 30), (tariffs[0], 15), (tariffs[1], 20))]
    )
    window = (f"{day}00:00:00Z", f"{day}12:00:00Z")

    by_tariff = county.ask(meter.quantity, *window, fn="increase", group_by="tariff")
    assert [(row.group, row.value) for row in by_tariff] == [("1", 10), ("2", 20)]
    assert values(county.ask(meter.quantity, *window, fn="increase")) == [30]
    assert values(county.ask(meter.quantity, *window, fn="sum", group_by="tenant")) == [30]
    (one,) = county.ask(meter.quantity, *window, fn="increase", attributes=(("tariff", "2"),))
    assert (one.value, one.first, one.last) == (20, 0, 20)


def test_additive_gauges_are_summed_over_points_not_over_time() -> None:
    # Two fittings: 100 and 300 W (mean 200), 50 W: together 250 W.
    first, second = (Series(name, f"app.{name}", "power.active", tenant="town") for name in ("a", "b"))
    day = "2026-06-10T"
    county = County(
        [at(first, f"{day}01:00:00Z", 100), at(first, f"{day}02:00:00Z", 300), at(second, f"{day}01:00:00Z", 50)]
    )

    nothing: tuple[str, ...] = ()
    for points in (nothing, ("a", "b")):
        (row,) = county.ask(
            "power.active", f"{day}00:00:00Z", f"{day}12:00:00Z", fn="sum", group_by="tenant", points=points
        )
        assert row.value == 250


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
