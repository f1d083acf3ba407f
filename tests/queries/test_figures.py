"""Figures: what a municipality may sign. Each rule worked out by hand."""

from math import isclose

import pytest

from aggregates.consumption import Rule
from smartregion.clock import DAY, HOUR
from smartregion.model import Assignment, Record, Series
from smartregion.timestamps import parse
from tests.jobs.rollup_world import Schedule
from tests.queries.figures_county import LOT, LOT_RADIO, METER, POOL, PROBE, YARD, County, at, values


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
