"""Whatever is written, settled and opened again in whatever order: a store holds what a dictionary holds."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartregion.clock import DAY, MINUTE
from smartregion.model import Record, Sample, Series
from store.series.memory import MemorySeries
from store.series.protocol import Selection, SeriesStore
from tests.store.series.conftest import LASTING, OpenStore
from tests.store.series.samples import AIR, EVER, FIRST, LAST, NOON, WATER, hours

TIMES = st.one_of(
    st.integers(-3, 30).map(lambda step: NOON + step * 20 * MINUTE),
    st.integers(-3, 3).map(lambda step: NOON + step * 100 * DAY),
    st.sampled_from([FIRST, -1, 0, LAST]),
)
ELSEWHERE = replace(WATER, tenant="neudorf", site="pool")
SIBLING = replace(WATER, quantity="water.flow")
RECORDS = st.builds(Record, st.sampled_from([WATER, AIR, ELSEWHERE, SIBLING]), TIMES, st.floats(-1e9, 1e9))
REMOVALS = st.tuples(st.sampled_from([WATER, AIR]), TIMES, TIMES)
STEPS = st.lists(st.one_of(st.lists(RECORDS, max_size=8), REMOVALS, st.sampled_from(["compact", "again"])), max_size=12)


@pytest.mark.parametrize("prepare", LASTING)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, bounds=st.tuples(TIMES, TIMES))
def test_any_sequence_of_writes_removals_and_compactions_holds_what_a_dictionary_holds(
    request: pytest.FixtureRequest,
    prepare: Callable[[pytest.FixtureRequest], OpenStore],
    steps: list[list[Record] | tuple[Series, int, int] | str],
    bounds: tuple[int, int],
) -> None:
    plain = MemorySeries()
    expected: dict[Series, dict[int, float]] = {}
    open_store = prepare(request)
    with TemporaryDirectory() as name:
        folder = Path(name)
        store = open_store(folder)
        for step in steps:
            if step == "compact":
                store.compact()
            elif step == "again":
                store.close()
                store = open_store(folder)
            elif isinstance(step, tuple):
                series, start, end = step
                store.remove([series], start, end)
                plain.remove([series], start, end)
                kept = expected.get(series, {})
                expected[series] = {time: value for time, value in kept.items() if not start <= time < end}
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
    lines = {one: [Sample(*item) for item in sorted(line.items())] for one, line in expected.items() if line}
    assert store.read_many(list(lines), *EVER) == lines
    assert {one: store.read(one, *EVER) for one in lines} == lines
    assert store.count(Selection(), start, end) == plain.count(Selection(), start, end)
    assert store.edges(list(lines), start, end) == plain.edges(list(lines), start, end)
    assert dict(store.latest()) == dict(plain.latest())
    assert sorted(hours(store.dirty(1000)), key=str) == sorted(hours(plain.dirty(1000)), key=str)


@pytest.mark.parametrize("prepare", LASTING)
def test_that_a_series_left_a_tenant_outlives_a_restart_until_it_is_settled(
    request: pytest.FixtureRequest, prepare: Callable[[pytest.FixtureRequest], OpenStore], tmp_path: Path
) -> None:
    open_store = prepare(request)
    with closing(open_store(tmp_path)) as store:
        store.write([Record(WATER, NOON, 1.0)])
        store.write([Record(ELSEWHERE, NOON + 1, 1.0)])
    with closing(open_store(tmp_path)) as store:
        assert [(each.series.tenant, each.tenant) for each in store.moved()] == [("neudorf", WATER.tenant)]
        store.settle_moved(store.moved())
    with closing(open_store(tmp_path)) as store:
        assert store.moved() == []
