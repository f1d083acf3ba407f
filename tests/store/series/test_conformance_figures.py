"""What every series store promises about dirty hours, rollups, totals and retention."""

from dataclasses import replace

import pytest

from smartregion.clock import DAY, HOUR
from smartregion.model import Level, Record, Rollup, Sample
from store.series.protocol import Selection, SeriesStore
from tests.store.series.samples import AIR, EVER, NOON, WATER, hours, make_rollup, make_total

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


def test_a_series_that_changes_its_tenant_is_told_of_until_that_is_settled(store: SeriesStore) -> None:
    store.write([Record(WATER, NOON, 1.0), Record(AIR, NOON, 1.0)])
    assert store.moved() == []
    elsewhere = replace(WATER, tenant="seeheim")
    store.write([Record(elsewhere, NOON + 1, 2.0)])
    store.write([Record(replace(elsewhere, site="other"), NOON + 2, 2.0)])
    (first,) = store.moved()
    assert (first.series, first.series.tenant, first.tenant) == (WATER, "seeheim", WATER.tenant)

    store.write([Record(WATER, NOON + 3, 2.0)])
    store.write([Record(elsewhere, NOON + 4, 2.0)])
    assert {(each.series.tenant, each.tenant) for each in store.moved()} == {
        ("seeheim", WATER.tenant),
        ("seeheim", "seeheim"),
    }
    store.settle_moved([first])
    assert {each.tenant for each in store.moved()} == {WATER.tenant, "seeheim"}, "it left again since"
    store.settle_moved(store.moved())
    assert store.moved() == []


def test_rollups_too_say_where_a_series_belongs(store: SeriesStore) -> None:
    store.put_rollups(Level.HOUR, [(WATER, make_rollup(NOON))])
    store.put_rollups(Level.HOUR, [(replace(WATER, tenant="seeheim"), make_rollup(NOON))])
    assert [each.tenant for each in store.moved()] == [WATER.tenant]
