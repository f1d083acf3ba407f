"""The rollup job: after it has run, every level says what the readings say, whatever order they came in."""

from collections.abc import Iterable
from math import isclose
from zoneinfo import ZoneInfo

import pytest

from aggregates.windows import month_of
from jobs.rollups import sum_up
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.errors import Unavailable
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from smartregion.timestamps import parse
from store.series.memory import MemorySeries
from store.series.protocol import DirtyHour
from tests.jobs.rollup_world import (
    ALL,
    BERLIN,
    METER,
    MONDAY,
    NOW,
    OTHER_METER,
    PROBE,
    SCHEDULE,
    SWITCH,
    Schedule,
    everything,
    record,
    run,
    summed,
)


def hours(store: MemorySeries, series: Series) -> dict[int, Rollup]:
    """Rollups by hours since the Monday began."""
    found = store.rollups(Level.HOUR, ALL, -(2**62), 2**62).get(series, [])
    return {(rollup.start - MONDAY) // HOUR: rollup for rollup in found}


def day(store: MemorySeries, series: Series, start: int) -> Rollup:
    (rollup,) = store.rollups(Level.DAY, ALL, start, start + 1)[series]
    return rollup


def test_hours_days_and_months_are_summed_up() -> None:
    # 10 L at 00:15, 40 L at 01:15, 100 L at 02:15: 30 L between the first two, half an L a minute.
    store = summed([record(METER, 15, 10), record(METER, 75, 40), record(METER, 135, 100)])

    found = hours(store, METER)
    whole = day(store, METER, MONDAY)

    # Hour 0: 45 minutes of 0.5; hour 1: 15 minutes of 0.5 and 45 of 1; hour 2: 15 minutes of 1.
    assert [found[hour].increase for hour in range(3)] == [22.5, 52.5, 15]
    assert (whole.increase, whole.n, whole.first, whole.last) == (90, 3, 10, 100)
    month = month_of(MONDAY, BERLIN)
    (only,) = store.rollups(Level.MONTH, ALL, *month)[METER]
    assert (only.start, only.end, only.increase, only.n) == (*month, 90, 3)


def test_a_late_reading_sums_up_again_from_the_reading_before_to_the_one_after() -> None:
    # 0 L Monday 00:30, 300 L on Thursday 00:30: 100 L a day until at Tuesday 12:30 a late 10 L comes in.
    store = summed([record(METER, 30, 0), record(METER, 3 * 1440 + 30, 300)])
    before = day(store, METER, MONDAY).increase

    store.write([record(METER, 1440 + 750, 10)])
    run(store)

    # Before: Monday has 23.5 of 72 hours of 300 L. After: 23.5 of 36 hours of 10 L.
    assert before is not None
    assert isclose(before, 300 * 23.5 / 72)
    assert isclose(day(store, METER, MONDAY).increase or 0, 10 * 23.5 / 36)
    assert isclose(hours(store, METER)[0].increase or 0, 10 * 0.5 / 36)
    # Thursday's half hour: of 290 L in 36 hours.
    assert isclose(hours(store, METER)[72].increase or 0, 290 * 0.5 / 36)


def test_totals_count_the_days_over_which_a_meter_was_silent() -> None:
    # 0 L Monday 00:00, 40 L Friday 00:00: 10 L a day, also on the days without a reading.
    store = summed([record(METER, 0, 0), record(METER, 4 * 1440, 40)])

    totals = store.totals(Level.DAY, (), "water.volume_total", MONDAY, MONDAY + 4 * DAY)["musterstadt"]

    assert [total.increase for total in totals] == [10, 10, 10, 10]
    assert [total.n for total in totals] == [1, 0, 0, 0]


def test_a_late_reading_changes_totals_on_both_sides_of_it() -> None:
    store = summed([record(METER, 0, 0), record(METER, 4 * 1440, 40)])

    store.write([record(METER, 2 * 1440, 4)])
    run(store)

    totals = store.totals(Level.DAY, (), "water.volume_total", MONDAY, MONDAY + 4 * DAY)["musterstadt"]
    # 4 L until Wednesday 00:00, 36 L after it.
    assert [total.increase for total in totals] == [2, 2, 18, 18]


def test_totals_weigh_each_point_the_same_and_expect_what_silent_points_should_send() -> None:
    # Point hall: 10 and 20 (mean 15), point yard: 30. Means 15 + 30 = 45, sum 60.
    yard = Series("yard", "app.yard", "air.temperature", tenant="musterstadt")
    silent = Series("barn", "app.barn", "air.temperature", tenant="musterstadt")
    schedule = Schedule(dict.fromkeys(("app.probe", "app.yard", "app.barn"), 3600.0))
    store = summed(
        [record(PROBE, 5, 10), record(PROBE, 65, 20), record(yard, 5, 30), record(silent, -1440, 0)], schedule
    )

    (total,) = store.totals(Level.DAY, (), "air.temperature", MONDAY, MONDAY + DAY)["musterstadt"]

    assert (total.points, total.n, total.means, total.total) == (2, 3, 45, 60)
    assert (total.minimum, total.maximum, total.increase) == (10, 30, None)
    assert (total.slots, total.expected) == (3, 72)
    assert total.gap == DAY


def test_a_meters_total_is_not_counted_twice_beside_its_tariffs() -> None:
    tariffs = [
        Series("hall", "app.m", "energy.active_import_total", (("tariff", name),), tenant="t") for name in ("1", "2")
    ]
    whole = Series("hall", "app.m", "energy.active_import_total", tenant="t")
    readings = [(whole, 0, 0), (whole, 60, 30), (tariffs[0], 0, 0), (tariffs[0], 60, 10), (tariffs[1], 60, 20)]
    store = summed([record(series, minute, value) for series, minute, value in readings])

    (total,) = store.totals(Level.DAY, (), "energy.active_import_total", MONDAY, MONDAY + DAY)["t"]

    assert total.increase == 30


def test_an_hour_without_a_reading_any_more_loses_its_rollup() -> None:
    store = summed([record(PROBE, 5, 1)])
    # What a store does with a reading that re-decoding found gone: remove it and dirty its hour.
    store._samples[PROBE].remove(MONDAY + 5 * MINUTE)
    store._dirty[PROBE, MONDAY] = 99

    run(store)

    assert [store.rollups(level, ALL, -(2**62), 2**62) for level in Level] == [{}, {}, {}]
    (total,) = store.totals(Level.DAY, (), "air.temperature", MONDAY, MONDAY + DAY)["musterstadt"]
    assert (total.n, total.points) == (0, 0)


@pytest.mark.parametrize(("start", "count"), [("2026-03-29T00:00:00+01:00", 23), ("2026-10-25T00:00:00+02:00", 25)])
def test_on_daylight_saving_days_a_day_is_the_sum_of_its_hours(start: str, count: int) -> None:
    # One litre every 15 minutes, from the evening before to the morning after.
    origin = parse(start)
    store = summed([Record(OTHER_METER, origin + quarter * 15 * MINUTE, quarter) for quarter in range(-8, 120)])

    whole = day(store, OTHER_METER, origin)

    inside = [rollup for rollup in hours(store, OTHER_METER).values() if whole.start <= rollup.start < whole.end]
    assert len(inside) == count
    assert whole.end - whole.start == count * HOUR
    assert whole.increase == sum(rollup.increase or 0 for rollup in inside) == count * 4
    assert whole.n == sum(rollup.n for rollup in inside) == count * 4


def test_frozen_hours_keep_what_they_have_and_the_register_before_them_is_remembered() -> None:
    store = summed([record(METER, 15, 10), record(METER, 75, 40)])
    edge = MONDAY + HOUR
    kept = hours(store, METER)[0]
    store.retain(edge + HOUR)

    store.write([record(METER, 135, 100)])
    sum_up(store, SCHEDULE, BERLIN, NOW, 1000, frozen_before=edge + HOUR)

    # The reading at 01:15 is forgotten, its hour's rollup is not: 60 L in an hour, a quarter of it in hour 2.
    assert hours(store, METER)[0] == kept
    assert hours(store, METER)[2].increase == 15


def test_a_zone_of_half_hours_has_hours_only() -> None:
    store = MemorySeries()
    store.write([record(PROBE, 5, 1)])

    assert sum_up(store, SCHEDULE, ZoneInfo("Asia/Kolkata"), NOW) == 1
    assert store.rollups(Level.HOUR, ALL, MONDAY, MONDAY + HOUR)
    assert not store.rollups(Level.DAY, ALL, -(2**62), 2**62)
    assert not store.dirty(1)


class Dying(MemorySeries):
    """Fails at the n-th write of rollups or totals."""

    def __init__(self, lives: int) -> None:
        super().__init__()
        self.lives = lives

    def put_rollups(
        self,
        level: Level,
        rows: Iterable[tuple[Series, Rollup]],
        *,
        gone: Iterable[tuple[Series, int]] = (),
        clean: Iterable[DirtyHour] = (),
    ) -> None:
        self._live()
        super().put_rollups(level, rows, gone=gone, clean=clean)

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        self._live()
        super().put_totals(level, rows)

    def _live(self) -> None:
        self.lives -= 1
        if self.lives == 0:
            raise Unavailable("gone")


@pytest.mark.parametrize("lives", range(1, 12))
def test_a_job_that_dies_anywhere_leaves_nothing_half_done(lives: int) -> None:
    records = [record(METER, minute, minute / 10) for minute in range(0, 3000, 40)] + [record(SWITCH, 20, 1)]
    store = Dying(lives)
    store.write(records)

    with pytest.raises(Unavailable):
        run(store)
    assert store.dirty(1)
    run(store)

    assert everything(store) == everything(summed(records))


def test_a_reading_written_while_the_job_runs_stays_dirty() -> None:
    class Busy(MemorySeries):
        def edges(
            self, series: Iterable[Series], start: int, end: int
        ) -> dict[Series, tuple[Sample | None, Sample | None]]:
            self.write([record(METER, 20, 5)])
            return super().edges(list(series), start, end)

    store = Busy()
    store.write([record(METER, 10, 1)])

    sum_up(store, SCHEDULE, BERLIN, NOW)

    assert [dirty.hour for dirty in store.dirty(9)] == [MONDAY]
