"""The newest sample of every series is known at once, whatever came in which order."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from queries.latest import Latest, Newest
from smartregion.model import Record, Sample, Series
from smartregion.region import parse
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries
from store.series.protocol import Selection

REGION = 'name = "Kreis"\n[[tenants]]\nkey = "stadt"\nname = "Stadt"\n'
FLOW = Series("a", "app.a", "water.flow", (), "stadt", "", "water")
VOLUME = Series("a", "app.a", "water.volume_total", (), "stadt", "", "water")
OTHER = Series("b", "app.b", "air.temperature", (("channel", "1"),), "dorf", "", "environment")


def registry(folder: Path) -> SqlRegistry:
    return SqlRegistry.open(folder / "registry.sqlite", parse(REGION))


def test_an_older_sample_never_replaces_a_newer_one(tmp_path: Path) -> None:
    latest = Latest(registry(tmp_path), MemorySeries())
    latest.update([Record(FLOW, 5, 1.0), Record(FLOW, 9, 2.0), Record(FLOW, 7, 3.0)])
    latest.update([Record(FLOW, 8, 4.0)])
    assert latest.select() == [Newest(FLOW, Sample(9, 2.0))]


def test_the_same_time_again_replaces_the_value_as_in_the_store(tmp_path: Path) -> None:
    latest = Latest(registry(tmp_path), MemorySeries())
    latest.update([Record(FLOW, 5, 1.0)])
    latest.update([Record(FLOW, 5, 2.0)])
    assert latest.of_point("a") == [Newest(FLOW, Sample(5, 2.0))]


def test_a_selection_narrows_down_and_the_order_is_that_of_the_store(tmp_path: Path) -> None:
    latest = Latest(registry(tmp_path), MemorySeries())
    latest.update([Record(OTHER, 1, 1.0), Record(VOLUME, 1, 2.0), Record(FLOW, 1, 3.0)])

    assert [each.series for each in latest.select()] == [FLOW, VOLUME, OTHER]
    assert [each.series for each in latest.select(Selection(tenants=("dorf",)))] == [OTHER]
    assert [each.series for each in latest.select(Selection(attributes=(("channel", "1"),)))] == [OTHER]
    assert [each.series for each in latest.select(Selection(devices=("app.b", "app.a")))] == [FLOW, VOLUME, OTHER]
    assert [each.series for each in latest.select(Selection(points=("b", "a", "b"), devices=("app.b",)))] == [OTHER]
    assert latest.select(Selection(devices=("app.nothing",))) == []
    assert [each.series for each in latest.of_point("a")] == [FLOW, VOLUME]
    assert latest.of_point("nowhere") == []


def test_a_point_that_moved_to_another_municipality_is_told_as_it_is_now(tmp_path: Path) -> None:
    latest = Latest(registry(tmp_path), MemorySeries())
    moved = Series("a", "app.a", "water.flow", (), "dorf", "brunnen", "water")
    latest.update([Record(FLOW, 1, 1.0), Record(moved, 2, 1.0)])
    assert [each.series.tenant for each in latest.select()] == ["dorf"]


def test_what_was_saved_is_there_after_a_restart_and_only_changes_are_saved(tmp_path: Path) -> None:
    known = registry(tmp_path)
    latest = Latest(known, MemorySeries())
    latest.update([Record(FLOW, 1, 1.0), Record(OTHER, 1, 2.0)])
    latest.save()
    latest.update([Record(FLOW, 2, 1.5)])
    latest.save()
    assert known.load_latest() == {FLOW: Sample(2, 1.5), OTHER: Sample(1, 2.0)}

    again = Latest(known, MemorySeries())
    again.load()
    assert again.select() == latest.select()


def test_a_store_that_is_away_at_the_start_is_asked_before_the_first_save(tmp_path: Path) -> None:
    store = MemorySeries()
    store.write([Record(FLOW, 1, 1.0), Record(FLOW, 2, 2.0)])
    known = registry(tmp_path)
    latest = Latest(known, store)
    latest.load()
    assert latest.select() == []

    latest.save()
    assert known.load_latest() == {FLOW: Sample(2, 2.0)}
    assert latest.select() == [Newest(FLOW, Sample(2, 2.0))]


def test_after_a_crash_the_store_knows_what_was_not_saved(tmp_path: Path) -> None:
    known, store = registry(tmp_path), MemorySeries()
    known.save_latest({FLOW: Sample(1, 1.0), OTHER: Sample(9, 9.0)})
    store.write([Record(FLOW, 2, 2.0), Record(OTHER, 3, 3.0)])
    latest = Latest(known, store)
    latest.load()
    latest.catch_up()
    assert latest.select() == [Newest(FLOW, Sample(2, 2.0)), Newest(OTHER, Sample(9, 9.0))]


def test_a_forgotten_device_is_gone(tmp_path: Path) -> None:
    latest = Latest(registry(tmp_path), MemorySeries())
    latest.update([Record(FLOW, 1, 1.0), Record(OTHER, 1, 2.0)])
    latest.forget(["app.a"])
    assert [each.series for each in latest.select()] == [OTHER]
    assert latest.of_point("a") == []


@given(st.lists(st.tuples(st.sampled_from([FLOW, VOLUME, OTHER]), st.integers(0, 20)), min_size=1, max_size=40))
def test_any_order_and_any_batches_end_with_the_newest(told: list[tuple[Series, int]]) -> None:
    records = [Record(series, time, float(time)) for series, time in told]
    at_once, one_by_one = (Latest(None, MemorySeries()) for _ in range(2))  # type: ignore[arg-type]  # never asked
    at_once.update(records)
    for record in reversed(records):
        one_by_one.update([record])
    assert at_once.select() == one_by_one.select()
    assert {each.series: each.sample.time for each in at_once.select()} == {
        series: max(time for other, time in told if other == series) for series, _ in told
    }
