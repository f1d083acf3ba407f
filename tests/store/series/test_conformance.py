"""What every series store promises about readings and series."""

import math
from dataclasses import replace

import pytest

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Level, Record, Sample, Series
from store.series.protocol import Selection, SeriesStore
from tests.store.series.samples import AIR, EVER, FIRST, LAST, NOON, WATER, make_rollup

# Writing and reading


def test_the_same_write_twice_changes_nothing(store: SeriesStore) -> None:
    batch = [Record(WATER, NOON, 1.0), Record(WATER, NOON + 1, 2.0)]
    store.write(batch)
    store.write(batch)
    assert store.read(WATER, *EVER) == [Sample(NOON, 1.0), Sample(NOON + 1, 2.0)]
    assert store.count(Selection(), *EVER) == 2


def test_the_last_of_one_time_wins_within_a_batch_and_across_batches(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON, 2.0)])
    assert store.read(WATER, *EVER) == [Sample(NOON, 2.0)]
    store.compact()
    store.write([Record(WATER, NOON, 3.0)])
    assert store.read(WATER, *EVER) == [Sample(NOON, 3.0)]
    assert store.read_many([WATER], *EVER) == {WATER: [Sample(NOON, 3.0)]}
    assert store.count(Selection(), *EVER) == 1
    store.compact()
    assert store.read(WATER, *EVER) == [Sample(NOON, 3.0)]
    store.write([Record(WATER, NOON, 2.0)])
    assert store.read(WATER, *EVER) == [Sample(NOON, 2.0)]


def test_order_of_arrival_does_not_matter(store: SeriesStore) -> None:
    times = [NOON + 5 * DAY, NOON, NOON + 2 * DAY, NOON - 400 * DAY, NOON + 1]
    for time in times:
        store.write([Record(WATER, time, float(time % 1000))])
        store.compact()
    assert [sample.time for sample in store.read(WATER, *EVER)] == sorted(times)
    assert [sample.time for sample in store.read_many([WATER], *EVER)[WATER]] == sorted(times)


def test_an_empty_batch_is_no_error(store: SeriesStore) -> None:
    store.write([])
    assert store.series(Selection()) == []


def test_a_range_begins_at_its_start_and_ends_before_its_end(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON + step, float(step)) for step in range(5)])
    assert [sample.value for sample in store.read(WATER, NOON + 1, NOON + 3)] == [1.0, 2.0]
    assert [sample.value for sample in store.read_many([WATER], NOON + 1, NOON + 3)[WATER]] == [1.0, 2.0]
    assert store.count(Selection(), NOON + 1, NOON + 3) == 2
    assert store.read(WATER, NOON + 3, NOON + 3) == []
    assert store.read_many([WATER], NOON + 3, NOON + 3) == {}
    assert store.count(Selection(), NOON + 3, NOON + 1) == 0


def test_pages_by_the_last_time_give_everything_once(store: SeriesStore) -> None:
    times = [NOON + step * 50 * DAY for step in range(25)]
    store.write([Record(WATER, time, 1.0) for time in times[::2]])
    store.compact()
    store.write([Record(WATER, time, 1.0) for time in times[1::2]])
    found: list[int] = []
    start = EVER[0]
    while page := store.read(WATER, start, EVER[1], limit=4):
        assert len(page) <= 4
        found += [sample.time for sample in page]
        start = page[-1].time + 1
    assert found == times


def test_several_series_are_read_in_one_go_and_empty_ones_are_left_out(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON + 1, 2.0), Record(AIR, NOON, 3.0)])
    unknown = replace(WATER, point="nowhere")
    assert store.read_many([WATER, AIR, unknown], *EVER) == {
        WATER: [Sample(NOON, 1.0)],
        AIR: [Sample(NOON, 3.0), Sample(NOON + 1, 2.0)],
    }
    assert store.read(unknown, *EVER) == []
    assert store.read_many([], *EVER) == {}


def test_times_before_1970_and_at_the_limits_of_64_bits_are_kept(store: SeriesStore) -> None:
    times = [FIRST, -DAY - 1, -DAY, -HOUR, -1, 0, LAST]
    store.write([Record(WATER, time, float(index)) for index, time in enumerate(times)])
    for _ in range(2):
        assert [sample.time for sample in store.read(WATER, *EVER)] == times
        assert [sample.time for sample in store.read(WATER, -DAY, 0)] == [-DAY, -HOUR, -1]
        assert store.edges([WATER], -DAY, 0) == {WATER: (Sample(-DAY - 1, 1.0), Sample(0, 5.0))}
        assert store.edges([WATER], *EVER) == {WATER: (None, None)}
        assert {dirty.hour for dirty in store.dirty(100)} == {time // HOUR * HOUR for time in times}
        store.compact()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused_and_the_others_are_stored(store: SeriesStore, value: float) -> None:
    written = store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON + 1, value), Record(WATER, NOON + 2, 2.0)])
    assert list(written.refused) == [1]
    assert "finite" in written.refused[1]
    assert written.held == {}
    assert store.read(WATER, *EVER) == [Sample(NOON, 1.0), Sample(NOON + 2, 2.0)]


@pytest.mark.parametrize("time", [-(2**63) - 1, 2**63])
def test_a_time_outside_of_64_bits_is_refused_and_the_others_are_stored(store: SeriesStore, time: int) -> None:
    written = store.write([Record(WATER, time, 1.0), Record(WATER, NOON, 1.0)])
    assert list(written.refused) == [0]
    assert "64 bits" in written.refused[0]
    assert store.read(WATER, *EVER) == [Sample(NOON, 1.0)]


# Removing


@pytest.mark.parametrize("settled", [False, True])
def test_what_is_removed_is_gone_and_its_hours_are_dirty(store: SeriesStore, settled: bool) -> None:
    other = replace(WATER, quantity="water.temperature")
    store.write([Record(series, NOON + at * HOUR, float(at)) for series in (WATER, other) for at in range(4)])
    if settled:
        store.compact()
    store.put_rollups(Level.HOUR, [], clean=store.dirty(100))
    assert store.dirty(100) == []

    store.remove([WATER], NOON + HOUR, NOON + 3 * HOUR)

    for _ in range(2):
        assert [sample.time for sample in store.read(WATER, *EVER)] == [NOON, NOON + 3 * HOUR]
        assert len(store.read(other, *EVER)) == 4
        assert {(dirty.series, dirty.hour) for dirty in store.dirty(100)} == {
            (WATER, NOON + HOUR),
            (WATER, NOON + 2 * HOUR),
        }
        assert store.edges([WATER], NOON + HOUR, NOON + 2 * HOUR)[WATER] == (
            Sample(NOON, 0.0),
            Sample(NOON + 3 * HOUR, 3.0),
        )
        store.compact()


def test_the_newest_may_be_removed_and_written_again(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON + 1, 2.0)])
    store.remove([WATER], NOON + 1, NOON + 2)
    assert store.latest() == [(WATER, Sample(NOON, 1.0))]
    store.write([Record(WATER, NOON + 1, 3.0)])
    assert store.read(WATER, *EVER) == [Sample(NOON, 1.0), Sample(NOON + 1, 3.0)]


def test_removing_what_is_not_there_is_no_error(store: SeriesStore) -> None:
    store.remove([WATER], *EVER)
    store.write([Record(WATER, NOON, 1.0)])
    store.remove([], *EVER)
    store.remove([WATER], NOON, NOON)
    store.remove([WATER], NOON + 1, NOON + 5)
    assert store.read(WATER, *EVER) == [Sample(NOON, 1.0)]


# Series


def test_series_of_another_device_or_other_attributes_stay_apart(store: SeriesStore) -> None:
    apart = [
        WATER,
        replace(WATER, device="app.meter-2"),
        replace(WATER, attributes=(("channel", "1"),)),
        replace(WATER, attributes=(("channel", "1"), ("tariff", "2"))),
        replace(WATER, quantity="water.temperature"),
        replace(WATER, point="school"),
    ]
    store.write([Record(series, NOON, float(index)) for index, series in enumerate(apart)])
    for _ in range(2):
        for index, series in enumerate(apart):
            assert store.read(series, *EVER) == [Sample(NOON, float(index))]
        store.compact()
    assert len(store.series(Selection())) == len(apart)


def test_any_text_may_stand_in_an_attribute(store: SeriesStore) -> None:
    odd = ["Straße 'Ä\"ö'; DROP TABLE obs", "", "\\", "a,b=c d", "☃\n\t", "[]"]
    some = [replace(WATER, attributes=(("line", text),)) for text in odd]
    store.write([Record(series, NOON, float(index)) for index, series in enumerate(some)])
    assert {series.attributes[0][1] for series in store.series(Selection())} == set(odd)
    for index, series in enumerate(some):
        assert store.read(series, *EVER) == [Sample(NOON, float(index))]
        assert store.series(Selection(attributes=series.attributes)) == [series]


def test_series_come_ordered_by_point_quantity_attributes_device(store: SeriesStore) -> None:
    expected = [
        Series("a", "y", "m", (), "musterstadt"),
        Series("a", "z", "m", (), "musterstadt"),
        Series("a", "x", "m", (("channel", "1"),), "musterstadt"),
        Series("a", "a", "n", (), "musterstadt"),
        Series("b", "a", "a", (), "musterstadt"),
    ]
    store.write([Record(series, NOON, 1.0) for series in reversed(expected)])
    assert store.series(Selection()) == expected


@pytest.mark.parametrize(
    ("which", "found"),
    [
        (Selection(), [AIR, WATER]),
        (Selection(points=["town-hall"]), [WATER]),
        (Selection(points=["town-hall", "school"]), [AIR, WATER]),
        (Selection(devices=["app.air-1"]), [AIR]),
        (Selection(quantities={"air.temperature"}), [AIR]),
        (Selection(tenants=["neudorf"]), [AIR]),
        (Selection(sites=["hall"]), [WATER]),
        (Selection(domains=("buildings",)), [AIR]),
        (Selection(points=["town-hall"], tenants=["neudorf"]), []),
        (Selection(attributes=(("channel", "1"),)), []),
    ],
)
def test_each_field_of_a_selection_narrows_it_down(store: SeriesStore, which: Selection, found: list[Series]) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON, 1.0), Record(AIR, NOON + 1, 1.0)])
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON)), (AIR, make_rollup(NOON))])
    assert store.series(which) == found
    assert store.count(which, *EVER) == sum({WATER: 1, AIR: 2}[series] for series in found)
    assert list(store.rollups(Level.HOUR, which, *EVER)) == sorted(found, key=[WATER, AIR].index)
    assert set(store.neighbours(Level.HOUR, which, NOON, NOON + HOUR)) == set(found)


def test_attributes_select_series_that_have_at_least_these(store: SeriesStore) -> None:
    both = replace(WATER, attributes=(("channel", "1"), ("tariff", "2")))
    one = replace(WATER, attributes=(("channel", "1"),))
    store.write([Record(series, NOON, 1.0) for series in (WATER, both, one)])
    assert store.series(Selection(attributes=(("channel", "1"),))) == [one, both]
    assert store.series(Selection(attributes=(("tariff", "2"),))) == [both]


def test_a_series_belongs_where_it_was_last_said_to_belong(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0)])
    moved = replace(WATER, tenant="neudorf", site="pool", domain="energy", modulus=1e6)
    store.write([Record(moved, NOON + 1, 2.0)])
    (found,) = store.series(Selection(tenants=["neudorf"]))
    assert (found.tenant, found.site, found.domain, found.modulus) == ("neudorf", "pool", "energy", 1e6)
    assert store.series(Selection(tenants=["musterstadt"])) == []
    (one,) = store.read_many([WATER], *EVER)
    assert one.site == "pool"
    assert len(store.read(WATER, *EVER)) == 2


# Neighbours


def test_edges_are_the_nearest_samples_outside_of_a_range(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON + step * MINUTE, float(step)) for step in (0, 10, 20, 30)])
    store.write([Record(AIR, NOON - 700 * DAY, 5.0)])
    store.compact()
    store.write([Record(WATER, NOON + 10 * MINUTE, 11.0), Record(AIR, NOON + 300 * DAY, 6.0)])
    unknown = replace(WATER, point="nowhere")
    assert store.edges([WATER, AIR, unknown], NOON + 20 * MINUTE, NOON + 30 * MINUTE) == {
        WATER: (Sample(NOON + 10 * MINUTE, 11.0), Sample(NOON + 30 * MINUTE, 30.0)),
        AIR: (Sample(NOON - 700 * DAY, 5.0), Sample(NOON + 300 * DAY, 6.0)),
        unknown: (None, None),
    }
    assert store.edges([WATER], NOON, NOON + 31 * MINUTE) == {WATER: (None, None)}


@pytest.mark.parametrize("gap", [MINUTE, 4 * HOUR, 2 * DAY, 20 * DAY, 200 * DAY, 900 * DAY, 9000 * DAY])
def test_an_edge_is_found_however_long_the_series_was_silent(store: SeriesStore, gap: int) -> None:
    times = [NOON - 2 * gap, NOON - gap, NOON, NOON + gap, NOON + 2 * gap]
    store.write([Record(WATER, time, 1.0) for time in times])
    store.write([Record(AIR, NOON + step * MINUTE, 1.0) for step in range(-5, 5)])
    for _ in range(2):
        before, after = store.edges([WATER, AIR], NOON, NOON + 1)[WATER]
        assert (before, after) == (Sample(NOON - gap, 1.0), Sample(NOON + gap, 1.0))
        store.compact()


def test_the_latest_is_newest_by_time_not_by_arrival(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON - 500 * DAY, 9.0)])
    store.write([Record(WATER, NOON - HOUR, 2.0)])
    assert dict(store.latest()) == {WATER: Sample(NOON, 1.0), AIR: Sample(NOON - 500 * DAY, 9.0)}
    store.compact()
    store.write([Record(WATER, NOON - 1, 3.0), Record(AIR, NOON - 500 * DAY, 8.0)])
    assert dict(store.latest()) == {WATER: Sample(NOON, 1.0), AIR: Sample(NOON - 500 * DAY, 8.0)}
