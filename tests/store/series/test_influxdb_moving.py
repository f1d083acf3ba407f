"""A series that belongs elsewhere takes its past along, also when the move is cut short anywhere."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from smartregion.clock import DAY, HOUR
from smartregion.errors import Unavailable
from smartregion.model import Level, Record, Sample, Series
from store.series.influxdb import InfluxSeries
from store.series.influxdb_http import Server
from store.series.influxdb_statements import Condition, Statement
from store.series.protocol import Selection
from tests.real.influx_worlds import World, open_store
from tests.store.series.influx_fixtures import AIR, EVER, FLOW, NOW, WATER, records
from tests.store.series.samples import make_rollup

MOVED = replace(WATER, tenant="neudorf", site="bad", domain="energy")
SUMMED = {series: [make_rollup(NOW - DAY)] for series in (WATER, FLOW)}
CHANNEL = replace(WATER, attributes=(("channel", "1"),))


@pytest.fixture
def opened(influx_world: World, tmp_path: Path) -> Callable[[], InfluxSeries]:
    """Opens the store again and again."""
    return lambda: open_store(influx_world, tmp_path / "catalogue.sqlite")


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, what: str, call: int) -> Iterator[None]:
    """The process dies when the server is asked for something for the n-th time."""
    calls = 0
    original: Callable[..., Any] = getattr(Server, what)

    def counting(self: Server, *args: object, **named: object) -> object:
        nonlocal calls
        calls += 1
        if calls >= call:
            raise Unavailable("killed")
        return original(self, *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Server, what, counting)
        yield


def raw(store: InfluxSeries, bucket: str, series: Series) -> list[tuple[int, float]]:
    """What lies in a bucket, whosever it is."""
    measurement, _, field = series.quantity.partition(".")
    condition = Condition.between(*EVER).with_tags((("point", series.point),))
    statement = Statement.select([f'"{field}"'], measurement, condition)
    return [(row[0], row[1]) for block in store._server.ask(bucket, statement) for row in block.rows]


def test_readings_and_rollups_move_home_and_their_siblings_stay(opened: Callable[[], InfluxSeries]) -> None:
    with closing(opened()) as store:
        store.write([*records(WATER, 20), *records(FLOW, 20), *records(CHANNEL, 5)])
        for level in Level:
            store.put_rollups(level, [(one, make_rollup(NOW - DAY)) for one in (WATER, FLOW)])
        store.write([Record(MOVED, NOW, 99.0)])
        expected = [*(Sample(r.time, r.value) for r in records(WATER, 20)), Sample(NOW, 99.0)]
        for _ in range(3):
            assert store.read(WATER, *EVER) == expected
            assert store.read_many([WATER, FLOW], *EVER)[WATER] == expected
            assert store.count(Selection(quantities=[WATER.quantity], tenants=["neudorf"]), *EVER) == 21
            assert store.edges([WATER], NOW, NOW)[WATER] == (expected[-2], expected[-1])
            assert len(store.read(FLOW, *EVER)) == 20
            assert len(store.read(CHANNEL, *EVER)) == 5
            for level in Level:
                assert store.rollups(level, Selection(), *EVER) == SUMMED
            store.compact()
        assert raw(store, "musterstadt", WATER) == [(r.time, r.value) for r in records(CHANNEL, 5)]
        assert len(raw(store, "neudorf", WATER)) == 21
        assert list(store._catalogue.unsettled()) == []


@pytest.mark.parametrize("what", ["write", "delete", "ask"])
@pytest.mark.parametrize("call", [1, 2, 3, 5])
def test_a_move_killed_anywhere_is_finished_by_the_next_process(
    opened: Callable[[], InfluxSeries], monkeypatch: pytest.MonkeyPatch, what: str, call: int
) -> None:
    with closing(opened()) as store:
        store.write([*records(WATER, 30, step=10 * DAY, start=NOW - 400 * DAY), *records(FLOW, 3)])
        store.put_rollups(Level.DAY, [(WATER, make_rollup(NOW - DAY)), (FLOW, make_rollup(NOW - DAY))])
        store.write([Record(MOVED, NOW - 390 * DAY, -1.0)])
        with killed_at(monkeypatch, what, call), suppress(Unavailable):
            store.compact()
    expected = {r.time: r.value for r in records(WATER, 30, step=10 * DAY, start=NOW - 400 * DAY)}
    expected[NOW - 390 * DAY] = -1.0
    with closing(opened()) as store:
        for _ in range(2):
            assert store.read(WATER, *EVER) == [Sample(*item) for item in expected.items()]
            assert len(store.read(FLOW, *EVER)) == 3
            assert store.rollups(Level.DAY, Selection(), *EVER) == SUMMED
            store.compact()
        assert raw(store, "musterstadt", WATER) == []
        assert list(store._catalogue.unsettled()) == []


def test_a_series_that_comes_back_before_it_was_moved_keeps_the_last_value(opened: Callable[[], InfluxSeries]) -> None:
    with closing(opened()) as store:
        store.write([Record(WATER, NOW, 1.0), Record(WATER, NOW + 1, 1.0)])
        store.write([Record(MOVED, NOW, 2.0)])
        store.write([Record(WATER, NOW + 1, 3.0)])
        for _ in range(2):
            assert store.read(WATER, *EVER) == [Sample(NOW, 2.0), Sample(NOW + 1, 3.0)]
            store.compact()
        assert raw(store, "neudorf", WATER) == []


def test_a_series_that_gets_its_first_site_moves_within_its_bucket(opened: Callable[[], InfluxSeries]) -> None:
    bare = replace(WATER, site="", domain="")
    with closing(opened()) as store:
        store.write([Record(bare, NOW, 1.0), Record(replace(bare, quantity=FLOW.quantity), NOW, 5.0)])
        store.write([Record(WATER, NOW + 1, 2.0)])
        store.compact()
        assert store.read(WATER, *EVER) == [Sample(NOW, 1.0), Sample(NOW + 1, 2.0)]
        assert store.read(FLOW, *EVER) == [Sample(NOW, 5.0)]
        assert list(store._catalogue.unsettled()) == []


@pytest.mark.parametrize(("what", "call"), [("write", 1), ("delete", 1), ("delete", 9)])
def test_a_removal_killed_anywhere_loses_nothing_else(
    opened: Callable[[], InfluxSeries], monkeypatch: pytest.MonkeyPatch, what: str, call: int
) -> None:
    with closing(opened()) as store:
        store.write([*records(WATER, 9, step=HOUR), *records(FLOW, 9, step=HOUR), *records(CHANNEL, 9, step=HOUR)])
        store.put_rollups(Level.HOUR, [], clean=store.dirty(1000))
        with killed_at(monkeypatch, what, call), suppress(Unavailable):
            store.remove([WATER], NOW - DAY + HOUR, NOW - DAY + 3 * HOUR)
    with closing(opened()) as store:
        store.write([Record(FLOW, NOW - DAY + HOUR, 77.0)])
        store.remove([WATER], NOW - DAY + HOUR, NOW - DAY + 3 * HOUR)
        assert [sample.value for sample in store.read(WATER, *EVER)] == [0, *range(3, 9)]
        assert [sample.value for sample in store.read(FLOW, *EVER)] == [0, 77, *range(2, 9)]
        assert len(store.read(CHANNEL, *EVER)) == 9
        dirty = {(each.series, each.hour) for each in store.dirty(10)}
        assert dirty == {(WATER, NOW - DAY + HOUR), (WATER, NOW - DAY + 2 * HOUR), (FLOW, NOW - DAY + HOUR)}


def test_a_removal_cut_short_is_finished_before_anything_is_read(
    opened: Callable[[], InfluxSeries], monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(opened()) as store:
        store.write([*records(WATER, 9), *records(FLOW, 9)])
        with killed_at(monkeypatch, "write", 1), pytest.raises(Unavailable):
            store.remove([WATER], *EVER)
        with killed_at(monkeypatch, "delete", 1), pytest.raises(Unavailable):
            store.read(FLOW, *EVER)
        assert len(store.read(FLOW, *EVER)) == 9
        assert store.read(WATER, *EVER) == []


def test_many_series_are_asked_for_with_few_questions(
    opened: Callable[[], InfluxSeries], monkeypatch: pytest.MonkeyPatch
) -> None:
    several = [replace(one, point=f"p{n}", device=f"app.d{n}") for n in range(250) for one in (WATER, FLOW)]
    several += [replace(AIR, point=f"a{n}", device=f"app.a{n}") for n in range(100)]
    rolled = make_rollup(NOW - HOUR)
    with closing(opened()) as store:
        store.write([Record(series, NOW, 1.0) for series in several])
        store.put_rollups(Level.HOUR, [(series, rolled) for series in several])
        asked = counted(monkeypatch)
        assert len(store.read_many(several, *EVER)) == 600
        assert asked() == 2
        assert len(store.latest()) == 600
        assert asked() == 2
        assert store.count(Selection(), *EVER) == 600
        assert asked() == 2
        assert len(store.rollups(Level.HOUR, Selection(), *EVER)) == 600
        assert asked() == 2
        assert all(after is not None for _, after in store.edges(several, NOW, NOW - DAY).values())
        assert asked() == 4
        assert all(before == rolled for before, _ in store.neighbours(Level.HOUR, Selection(), NOW, NOW).values())
        assert asked() == 4


def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Tells how many questions were asked since it was called last."""
    asked: list[str] = []
    original = Server.ask

    def ask(self: Server, bucket: str, *rest: Any) -> object:  # noqa: ANN401 — handed through
        asked.append(bucket)
        return original(self, bucket, *rest)

    def number() -> int:
        found = len(asked)
        asked.clear()
        return found

    monkeypatch.setattr(Server, "ask", ask)
    return number


def test_the_canary_sings(opened: Callable[[], InfluxSeries]) -> None:
    with closing(opened()) as store:
        store.check()
        store.check()


def test_several_canaries_at_once_do_not_drown_each_other(opened: Callable[[], InfluxSeries], tmp_path: Path) -> None:
    with closing(opened()) as store, ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(store.check) for _ in range(12)]:
            each.result()


def test_a_catalogue_of_the_first_layout_is_brought_up_to_date(
    opened: Callable[[], InfluxSeries], tmp_path: Path
) -> None:
    with closing(opened()) as store:
        store.write(records(WATER, 2))
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as older:
        older.execute("DROP TABLE departure")
        older.execute("PRAGMA user_version = 1")
        older.commit()
    with closing(opened()) as store:
        assert store.moved() == []
        store.write([Record(MOVED, NOW, 1.0)])
        assert [each.tenant for each in store.moved()] == [WATER.tenant]
