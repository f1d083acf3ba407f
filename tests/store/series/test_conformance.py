"""What every series store promises. A store joins by adding itself to the list."""

import math
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartregion.clock import DAY, HOUR, MINUTE, SECOND
from smartregion.errors import Refused
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from store.series.duckdb import DuckSeries
from store.series.memory import MemorySeries
from store.series.protocol import DirtyHour, Selection, SeriesStore

MakeStore = Callable[[Path], SeriesStore]
STORES = [
    pytest.param(lambda _: MemorySeries(), id="memory"),
    pytest.param(lambda folder: DuckSeries(folder / "series.db"), id="duckdb"),
]
EVER = (-(2**63), 2**63)
NOON = 1_760_000_400 * SECOND // HOUR * HOUR
WATER = Series("town-hall", "app.meter-1", "water.volume_total", tenant="musterstadt", site="hall", domain="water")
AIR = Series("school", "app.air-1", "air.temperature", tenant="neudorf", site="school", domain="buildings")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    make: MakeStore = request.param
    with closing(make(tmp_path)) as made:
        yield made


def make_rollup(start: int, level_length: int = HOUR, *, n: int = 4, first: float = 1.0) -> Rollup:
    return Rollup(
        start, start + level_length, n, first, 9.5, 20.25, first, start + 1, 9.5, start + 2, 0.5, None, 3, 7 * MINUTE
    )  # fmt: skip


def make_total(start: int, tenant: str = "musterstadt", quantity: str = "water.volume_total", n: int = 7) -> Total:
    return Total(tenant, quantity, start, start + DAY, 3, n, -1.0, 8.0, 30.5, 9.0, None, 12.5, None, 96, 5 * MINUTE)


def hours(found: list[DirtyHour]) -> list[tuple[Series, int]]:
    return [(dirty.series, dirty.hour) for dirty in found]


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
    times = [-(2**63), -DAY - 1, -DAY, -HOUR, -1, 0, 2**63 - 1]
    store.write([Record(WATER, time, float(index)) for index, time in enumerate(times)])
    for _ in range(2):
        assert [sample.time for sample in store.read(WATER, *EVER)] == times
        assert [sample.time for sample in store.read(WATER, -DAY, 0)] == [-DAY, -HOUR, -1]
        assert store.edges([WATER], -DAY, 0) == {WATER: (Sample(-DAY - 1, 1.0), Sample(0, 5.0))}
        assert store.edges([WATER], *EVER) == {WATER: (None, None)}
        assert {dirty.hour for dirty in store.dirty(100)} == {time // HOUR * HOUR for time in times}
        store.compact()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_batch_with_a_value_that_is_no_number_is_refused_whole(store: SeriesStore, value: float) -> None:
    with pytest.raises(Refused, match="finite"):
        store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON + 1, value)])
    assert store.read(WATER, *EVER) == []


@pytest.mark.parametrize("time", [-(2**63) - 1, 2**63])
def test_a_batch_with_a_time_outside_of_64_bits_is_refused_whole(store: SeriesStore, time: int) -> None:
    with pytest.raises(Refused, match="64 bits"):
        store.write([Record(WATER, NOON, 1.0), Record(WATER, time, 1.0)])
    assert store.read(WATER, *EVER) == []


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
        Series("a", "y", "m", ()),
        Series("a", "z", "m", ()),
        Series("a", "x", "m", (("channel", "1"),)),
        Series("a", "a", "n", ()),
        Series("b", "a", "a", ()),
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


# Dirty hours


def test_a_write_dirties_each_hour_it_touches_once(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON + 1, 1.0), Record(WATER, NOON + HOUR, 1.0)])
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON - 1, 1.0)])
    found = hours(store.dirty(10))
    assert found == [(WATER, NOON + HOUR), (WATER, NOON), (AIR, NOON - HOUR)]
    store.compact()
    assert hours(store.dirty(10)) == found


def test_dirty_hours_come_newest_first_and_at_most_as_many_as_asked_for(store: SeriesStore) -> None:
    order = [5, 1, 9, 3, 7]
    for step in order:
        store.write([Record(WATER, NOON + step * HOUR, 1.0), Record(WATER, NOON + step * HOUR + 1, 1.0)])
        store.write([Record(WATER, NOON + step * HOUR, 2.0)])
    assert [(dirty.hour - NOON) // HOUR for dirty in store.dirty(3)][:1] == [9]
    seen = []
    while found := store.dirty(2):
        assert len(found) <= 2
        seen += [(dirty.hour - NOON) // HOUR for dirty in found]
        store.put_rollups(Level.HOUR, [], clean=found)
    assert seen == sorted(order, reverse=True)


def test_an_hour_summed_up_is_clean(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON, 1.0)])
    water = [dirty for dirty in store.dirty(10) if dirty.series == WATER]
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON))], clean=water)
    assert hours(store.dirty(10)) == [(AIR, NOON)]


def test_an_hour_written_while_it_is_summed_up_stays_dirty(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0)])
    read = store.dirty(10)
    store.write([Record(WATER, NOON + 1, 2.0)])
    store.compact()
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON))], clean=read)
    again = store.dirty(10)
    assert hours(again) == [(WATER, NOON)]
    assert again[0].mark > read[0].mark
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON))], clean=again)
    assert store.dirty(10) == []
    store.put_rollups(Level.HOUR, [], clean=again)


# Rollups and totals


@pytest.mark.parametrize(("level", "length"), [(Level.HOUR, HOUR), (Level.DAY, DAY), (Level.MONTH, 30 * DAY)])
def test_a_rollup_put_again_is_replaced_not_doubled(store: SeriesStore, level: Level, length: int) -> None:
    starts = [NOON, NOON + length, NOON + 2 * length]
    store.put_rollups(level, [(WATER, make_rollup(start, length)) for start in reversed(starts)])
    store.put_rollups(level, [(WATER, make_rollup(NOON, length, n=5))])
    expected = [make_rollup(NOON, length, n=5), *(make_rollup(start, length) for start in starts[1:])]
    assert store.rollups(level, Selection(), *EVER) == {WATER: expected}
    store.compact()
    assert store.rollups(level, Selection(), *EVER) == {WATER: expected}
    store.put_rollups(level, [(WATER, make_rollup(NOON + length, length, n=6))])
    expected[1] = make_rollup(NOON + length, length, n=6)
    assert store.rollups(level, Selection(), NOON, NOON + 2 * length) == {WATER: expected[:2]}
    store.compact()
    assert store.rollups(level, Selection(), NOON + 1, NOON + 2 * length) == {WATER: expected[1:2]}


def test_levels_are_kept_apart(store: SeriesStore) -> None:
    for level in Level:
        store.put_rollups(level, [(WATER, make_rollup(NOON, n=len(level)))])
    for level in Level:
        assert store.rollups(level, Selection(), *EVER) == {WATER: [make_rollup(NOON, n=len(level))]}


def test_all_that_may_be_unknown_in_a_rollup_stays_unknown(store: SeriesStore) -> None:
    bare = Rollup(NOON, NOON + HOUR, 1, 1.0, 1.0, 1.0, 1.0, NOON, 1.0, NOON)
    store.put_rollups(Level.HOUR, [(WATER, bare)])
    store.compact()
    assert store.rollups(Level.HOUR, Selection(), *EVER) == {WATER: [bare]}


def test_a_rollup_that_is_gone_is_gone(store: SeriesStore) -> None:
    rows = [(WATER, make_rollup(NOON + step * HOUR)) for step in range(3)]
    store.put_rollups(Level.HOUR, rows)
    store.compact()
    unknown = replace(WATER, point="nowhere")
    store.put_rollups(Level.HOUR, [], gone=[(WATER, NOON + HOUR), (AIR, NOON), (unknown, NOON)])
    for _ in range(2):
        assert store.rollups(Level.HOUR, Selection(), *EVER)[WATER] == [rows[0][1], rows[2][1]]
        assert store.neighbours(Level.HOUR, Selection(points=["town-hall"]), NOON + 2 * HOUR, NOON + HOUR) == {
            WATER: (rows[0][1], rows[2][1])
        }
        store.compact()
    store.put_rollups(Level.HOUR, [rows[1]], gone=[(WATER, NOON + HOUR)])
    assert len(store.rollups(Level.HOUR, Selection(), *EVER)[WATER]) == 3


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("far", [2 * HOUR, 3 * DAY, 300 * DAY, 9000 * DAY])
def test_neighbours_are_the_nearest_rollups_outside_of_a_range(store: SeriesStore, level: Level, far: int) -> None:
    old, new = make_rollup(NOON - far), make_rollup(NOON + far)
    older = [make_rollup(NOON - far - DAY), make_rollup(NOON + far + DAY)]
    store.put_rollups(level, [(WATER, one) for one in (older[1], new, make_rollup(NOON), old, older[0])])
    store.write([Record(AIR, NOON, 1.0)])
    for _ in range(2):
        found = store.neighbours(level, Selection(), NOON, NOON + HOUR)
        assert found == {WATER: (old, new), AIR: (None, None)}
        store.compact()


def test_totals_are_replaced_by_tenant_quantity_and_start(store: SeriesStore) -> None:
    rows = [make_total(NOON + DAY), make_total(NOON), make_total(NOON, "neudorf"), make_total(NOON, quantity="x")]
    store.put_totals(Level.DAY, rows)
    store.compact()
    store.put_totals(Level.DAY, [make_total(NOON, n=8)])
    store.put_totals(Level.DAY, [make_total(NOON, n=9)])
    store.put_totals(Level.MONTH, [make_total(NOON, n=99)])
    for _ in range(2):
        assert store.totals(Level.DAY, [], "water.volume_total", *EVER) == {
            "musterstadt": [make_total(NOON, n=9), make_total(NOON + DAY)],
            "neudorf": [make_total(NOON, "neudorf")],
        }
        assert store.totals(Level.DAY, ["neudorf"], "water.volume_total", *EVER) == {"neudorf": [rows[2]]}
        assert store.totals(Level.DAY, [], "x", *EVER) == {"musterstadt": [rows[3]]}
        assert store.totals(Level.MONTH, [], "water.volume_total", *EVER) == {"musterstadt": [make_total(NOON, n=99)]}
        assert store.totals(Level.DAY, ["musterstadt"], "water.volume_total", NOON + 1, NOON + DAY + 1) == {
            "musterstadt": [rows[0]]
        }
        assert store.totals(Level.DAY, ["nobody"], "water.volume_total", *EVER) == {}
        store.compact()


# Retention


def test_readings_are_forgotten_and_rollups_stay(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON + step * HOUR, float(step)) for step in range(4)])
    store.compact()
    store.write([Record(AIR, NOON, 1.0), Record(WATER, NOON + 1, 7.0)])
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON)), (AIR, make_rollup(NOON))])
    store.retain(NOON + 2 * HOUR)
    for _ in range(2):
        assert store.read(WATER, *EVER) == [Sample(NOON + 2 * HOUR, 2.0), Sample(NOON + 3 * HOUR, 3.0)]
        assert store.read(AIR, *EVER) == []
        assert dict(store.latest()) == {WATER: Sample(NOON + 3 * HOUR, 3.0)}
        assert store.count(Selection(), *EVER) == 2
        assert store.edges([WATER, AIR], NOON + 2 * HOUR, NOON + HOUR) == {
            WATER: (None, Sample(NOON + 2 * HOUR, 2.0)),
            AIR: (None, None),
        }
        assert store.rollups(Level.HOUR, Selection(), *EVER) == {WATER: [make_rollup(NOON)], AIR: [make_rollup(NOON)]}
        store.compact()
    assert store.series(Selection()) == [AIR, WATER]


def test_hours_older_than_the_readings_are_frozen(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON + step * HOUR, 1.0) for step in range(3)])
    store.retain(NOON + HOUR + 1)
    assert hours(store.dirty(10)) == [(WATER, NOON + 2 * HOUR)]
    store.write([Record(WATER, NOON + HOUR + 2, 1.0)])
    store.retain(NOON)
    store.write([Record(WATER, NOON, 1.0), Record(WATER, NOON + 3 * HOUR, 1.0)])
    assert hours(store.dirty(10)) == [(WATER, NOON + 3 * HOUR), (WATER, NOON + 2 * HOUR)]


# Any order of things

TIMES = st.one_of(
    st.integers(-3, 30).map(lambda step: NOON + step * 20 * MINUTE),
    st.integers(-3, 3).map(lambda step: NOON + step * 100 * DAY),
    st.sampled_from([-(2**63), -1, 0, 2**63 - 1]),
)
RECORDS = st.builds(Record, st.sampled_from([WATER, AIR]), TIMES, st.floats(-1e9, 1e9))
STEPS = st.lists(st.one_of(st.lists(RECORDS, max_size=8), st.sampled_from(["compact", "again"])), max_size=12)


@pytest.mark.parametrize("make", [pytest.param(lambda path: DuckSeries(path), id="duckdb")])
@settings(max_examples=40, deadline=None)
@given(steps=STEPS, bounds=st.tuples(TIMES, TIMES))
def test_any_sequence_of_writes_and_compactions_holds_what_a_dictionary_holds(
    make: Callable[[Path], SeriesStore], steps: list[list[Record] | str], bounds: tuple[int, int]
) -> None:
    plain = MemorySeries()
    expected: dict[Series, dict[int, float]] = {}
    with TemporaryDirectory() as folder:
        store = make(Path(folder) / "series.db")
        for step in steps:
            if step == "compact":
                store.compact()
            elif step == "again":
                store.close()
                store = make(Path(folder) / "series.db")
            else:
                batch = [one for one in step if isinstance(one, Record)]
                store.write(batch)
                plain.write(batch)
                for series, time, value in batch:
                    expected.setdefault(series, {})[time] = value
        with closing(store):
            agree(store, plain, expected, min(bounds), max(bounds))


def agree(
    store: SeriesStore, plain: SeriesStore, expected: dict[Series, dict[int, float]], start: int, end: int
) -> None:
    lines = {one: [Sample(*item) for item in sorted(line.items())] for one, line in expected.items()}
    assert store.read_many(list(lines), *EVER) == lines
    assert {one: store.read(one, *EVER) for one in lines} == lines
    assert store.count(Selection(), start, end) == plain.count(Selection(), start, end)
    assert store.edges(list(lines), start, end) == plain.edges(list(lines), start, end)
    assert dict(store.latest()) == dict(plain.latest())
    assert sorted(hours(store.dirty(1000)), key=str) == sorted(hours(plain.dirty(1000)), key=str)
