"""The rollup job holds for any history, in any order, on the embedded store too."""

import random
from itertools import groupby
from math import isclose
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.rollup import roll
from aggregates.windows import Size, Window, day_of, windows
from jobs.rollups import sum_up
from smartregion.clock import DAY, MINUTE
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from smartregion.quantities import QUANTITIES
from store.series.duckdb import DuckSeries
from tests.jobs.rollup_world import (
    ALL,
    BERLIN,
    MONDAY,
    NOW,
    SCHEDULE,
    SERIES,
    SWITCH,
    everything,
    run,
    summed,
)


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(SERIES), st.integers(0, 9 * 96)),
            min_size=1,
            max_size=40,
            unique=True,
        )
    )
    values = random.Random(draw(st.integers(0, 999)))
    return [
        Record(
            series,
            MONDAY - 5 * DAY + place * 15 * MINUTE + 7,
            float(values.randrange(2 if series is SWITCH else 999)),
        )
        for series, place in places
    ]


@settings(max_examples=60, deadline=None)
@given(records=histories(), batches=st.integers(1, 6), limit=st.sampled_from([1, 3, 1000]))
def test_the_order_of_arrival_does_not_matter(records: list[Record], batches: int, limit: int) -> None:
    # Which series there are decides what is expected, so all of them are known from the start.
    known = [Record(series, MONDAY - 8 * DAY, 1.0) for series in SERIES]
    in_order, shuffled = summed(known), summed(known)
    in_order.write(sorted(records, key=lambda record: record.time))
    run(in_order)
    for batch in range(batches):
        shuffled.write(records[batch::batches])
        run(shuffled, limit)

    for one, other in zip(everything(in_order)[:3], everything(shuffled)[:3], strict=True):
        assert one == other
    assert in_order._totals.keys() <= shuffled._totals.keys()
    assert all(near(total, in_order._totals.get(key)) for key, total in shuffled._totals.items())


def near(total: Total, expected: Total | None) -> bool:
    if expected is None:
        return total.n == 0 and not total.increase
    return (total.n, total.slots, total.expected) == (expected.n, expected.slots, expected.expected) and isclose(
        total.increase or 0, expected.increase or 0, rel_tol=1e-9, abs_tol=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(records=histories())
def test_every_level_says_what_the_readings_say(records: list[Record]) -> None:
    store = summed(records)
    for series, mine in groupby(
        sorted(records, key=lambda each: (each.series.point, each.series.quantity, each.time)),
        key=lambda each: each.series,
    ):
        samples = [Sample(each.time, each.value) for each in mine]
        for level, size in ((Level.DAY, Size.DAY), (Level.MONTH, Size.MONTH)):
            for window in windows(size, samples[0].time, samples[-1].time + 1, BERLIN):
                found = store.rollups(level, ALL, window.start, window.start + 1).get(series, [None])[0]
                assert same(found, expected(series, samples, window))


def expected(series: Series, samples: list[Sample], window: Window) -> Rollup | None:
    interval = SCHEDULE.every.get(series.device)
    return roll(
        [sample for sample in samples if window.start <= sample.time < window.end],
        *window,
        kind=QUANTITIES[series.quantity].kind,
        before=next((sample for sample in reversed(samples) if sample.time < window.start), None),
        after=next((sample for sample in samples if sample.time >= window.end), None),
        modulus=series.modulus,
        interval=interval,
    )


def same(one: Rollup | None, other: Rollup | None) -> bool:
    if one is None or other is None:
        return one is other
    return all(
        mine == theirs or isclose(mine or 0, theirs or 0, rel_tol=1e-9, abs_tol=1e-9)
        for mine, theirs in zip(one, other, strict=True)
    )


def test_the_embedded_store_is_summed_up_alike(tmp_path: Path) -> None:
    chance = random.Random(5)
    places = sorted((chance.randrange(9 * 96), chance.randrange(len(SERIES))) for _ in range(600))
    records = [
        Record(SERIES[which], MONDAY - 5 * DAY + place * 15 * MINUTE, float(chance.randrange(2)))
        for place, which in places
    ]
    embedded = DuckSeries(tmp_path / "series.duckdb")
    try:
        for batch in (records[1::2], records[::2]):
            embedded.write(batch)
            while sum_up(embedded, SCHEDULE, BERLIN, NOW, 200):
                pass
        memory = summed([*records[1::2], *records[::2]])
        for level in Level:
            assert embedded.rollups(level, ALL, 0, 2**62) == memory.rollups(level, ALL, 0, 2**62)
        for quantity in {series.quantity for series in SERIES}:
            assert embedded.totals(Level.DAY, (), quantity, 0, 2**62) == memory.totals(
                Level.DAY, (), quantity, 0, 2**62
            )
    finally:
        embedded.close()


def test_days_of_the_test_are_local_days() -> None:
    assert day_of(MONDAY, BERLIN).start == MONDAY
