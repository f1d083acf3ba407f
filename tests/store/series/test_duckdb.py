"""What the DuckDB file promises beyond the protocol: opening again, threads, upkeep."""

import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Level, Record, Rollup, Sample, Series
from store.series.duckdb import DuckSeries
from store.series.duckdb_compact import get_state, put_state
from store.series.duckdb_file import Cursor
from store.series.protocol import Selection
from tests.store.series.duckdb_child import EVER, NOON, SERIES, make_batch


def make_rollup(start: int, n: int = 4) -> Rollup:
    return Rollup(start, start + HOUR, n, 1.0, 2.0, 3.0, 1.0, start, 2.0, start + 1, None, None, None, 0)


def in_threads(*works: Callable[[], None]) -> None:
    """Run all of them at once; the first error of any is raised here."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


# Opening and closing


def test_all_is_there_after_opening_again(tmp_path: Path) -> None:
    lines = (("line", 'L1 "ü"'), ("phase", "1"))
    odd = Series("p", "d", "q", lines, tenant="t", site="s", domain="water", modulus=1e6)
    with closing(DuckSeries(tmp_path / "series.db")) as store:
        store.write([Record(odd, NOON, 1.0), Record(odd, NOON + HOUR, 2.0)])
        store.put_rollups(Level.HOUR, [(odd, make_rollup(NOON))], clean=store.dirty(1))
    for _ in range(2):
        with closing(DuckSeries(tmp_path / "series.db")) as store:
            (found,) = store.series(Selection())
            assert (found, found.tenant, found.site, found.domain, found.modulus) == (odd, "t", "s", "water", 1e6)
            assert store.read(odd, *EVER) == [Sample(NOON, 1.0), Sample(NOON + HOUR, 2.0)]
            assert [dirty.hour for dirty in store.dirty(9)] == [NOON]
            assert store.rollups(Level.HOUR, Selection(), *EVER) == {odd: [make_rollup(NOON)]}
            assert store.neighbours(Level.HOUR, Selection(), NOON + 1, NOON)[odd] == (make_rollup(NOON),) * 2
            store.compact()


def test_what_comes_after_a_restart_wins_over_what_came_before(tmp_path: Path) -> None:
    for number in range(6):
        with closing(DuckSeries(tmp_path / "series.db")) as store:
            store.write([Record(SERIES[0], NOON, float(number)), Record(SERIES[number], NOON, float(number))])
            marks = {dirty.series: dirty.mark for dirty in store.dirty(99)}
            assert marks[SERIES[number]] == max(marks.values())
            if number % 2:
                store.compact()
            assert store.read(SERIES[0], *EVER) == [Sample(NOON, float(number))]


def test_sequence_numbers_go_on_after_a_restart_even_when_no_row_holds_one(tmp_path: Path) -> None:
    marks = []
    for _ in range(3):
        with closing(DuckSeries(tmp_path / "series.db")) as store:
            store.write([Record(SERIES[0], NOON, 1.0)])
            (dirty,) = store.dirty(9)
            marks.append(dirty.mark)
            store.put_rollups(Level.HOUR, [], clean=[dirty])
            store.compact()
    assert marks == sorted(set(marks))


def test_a_series_that_moved_is_still_there_after_a_restart(tmp_path: Path) -> None:
    for tenant in ("a", "b", "c"):
        with closing(DuckSeries(tmp_path / "series.db")) as store:
            store.write([Record(Series("p", "d", "q", tenant=tenant), NOON, 1.0)])
            if tenant == "b":
                store.compact()
    with closing(DuckSeries(tmp_path / "series.db")) as store:
        assert [series.tenant for series in store.series(Selection())] == ["c"]


def test_nothing_can_be_asked_of_a_closed_store(tmp_path: Path) -> None:
    store = DuckSeries(tmp_path / "series.db")
    store.close()
    store.close()
    with pytest.raises(Unavailable, match="closed"):
        store.write([Record(SERIES[0], NOON, 1.0)])


def test_a_file_that_is_no_duckdb_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "series.db").write_text("hello " * 5000)
    with pytest.raises(Misconfigured, match=r"series\.db is no DuckDB file; move it away"):
        DuckSeries(tmp_path / "series.db")


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="nowhere"):
        DuckSeries(tmp_path / "nowhere" / "series.db")


# Threads


def test_writers_readers_and_compaction_do_not_disturb_each_other(tmp_path: Path) -> None:
    batches = 60
    done = threading.Event()
    with closing(DuckSeries(tmp_path / "series.db")) as store:

        def write() -> None:
            try:
                for number in range(batches):
                    store.write(make_batch(number))
                    (sample,) = store.read(SERIES[0], NOON, NOON + DAY)[-1:]
                    assert sample.value == float(number)
            finally:
                done.set()

        def read() -> None:
            seen = 0
            while not done.is_set():
                now = len(store.read_many(SERIES[:5], NOON, NOON + DAY).get(SERIES[1], []))
                assert now >= seen
                seen = now
                store.edges(SERIES, NOON + 5 * MINUTE, NOON + 9 * MINUTE)
                store.count(Selection(), *EVER)

        def sum_up() -> None:
            while not done.is_set():
                hours = store.dirty(20)
                store.put_rollups(Level.HOUR, [(one.series, make_rollup(one.hour)) for one in hours], clean=hours)
                store.rollups(Level.HOUR, Selection(), *EVER)

        def compact() -> None:
            while not done.is_set():
                store.compact()
                store.retain(NOON - DAY)

        in_threads(write, read, read, sum_up, compact)
    verify_whole(tmp_path / "series.db", batches)


def verify_whole(path: Path, batches: int) -> None:
    with closing(DuckSeries(path)) as store:
        for series, index in ((SERIES[0], 0), (SERIES[49], 49)):
            values = {
                time: value for number in range(batches) for one, time, value in make_batch(number) if one == series
            }
            assert store.read(series, *EVER) == [Sample(*item) for item in sorted(values.items())], index
        assert store.count(Selection(), *EVER) == 50 * (batches - batches // 3)


def test_an_hour_written_to_while_others_sum_up_is_never_left_clean(tmp_path: Path) -> None:
    rounds = 40
    done = threading.Event()
    seen: list[int] = []
    with closing(DuckSeries(tmp_path / "series.db")) as store:

        def write() -> None:
            try:
                for number in range(rounds):
                    store.write([Record(SERIES[0], NOON + number, 1.0)])
            finally:
                done.set()

        def sum_up() -> None:
            while not done.is_set() or store.dirty(1):
                hours = store.dirty(9)
                count = store.count(Selection(), *EVER)
                store.put_rollups(Level.HOUR, [(SERIES[0], make_rollup(NOON, count))] if hours else [], clean=hours)
                seen.append(count)

        in_threads(write, sum_up)
        (rollup,) = store.rollups(Level.HOUR, Selection(), *EVER)[SERIES[0]]
        assert rollup.n == rounds


# Upkeep


def test_long_past_stretches_are_sorted_and_lose_nothing(tmp_path: Path) -> None:
    with closing(DuckSeries(tmp_path / "series.db")) as store:
        for number in range(10):
            times = [NOON // DAY * DAY + number * MINUTE + step * 10 * MINUTE for step in range(100)]
            store.write([Record(one, time, float(number)) for time in times for one in SERIES])
            store.compact()
        store.write([Record(SERIES[0], NOON + 3 * DAY, 1.0)])
        store.compact()
        store.compact()
        assert store.count(Selection(), *EVER) == 50_001
        line = store.read(SERIES[7], *EVER, limit=5000)
        assert [sample.time for sample in line] == [NOON // DAY * DAY + minute * MINUTE for minute in range(1000)]


def test_a_change_that_another_one_got_in_the_way_of_is_done_again(tmp_path: Path) -> None:
    with closing(DuckSeries(tmp_path / "series.db")) as store:
        attempts: list[int | None] = []

        def add(cursor: Cursor) -> None:
            cursor.execute("UPDATE state SET value = value + 1 WHERE name = 'tries'")

        def look_then_add(cursor: Cursor) -> None:
            attempts.append(get_state(cursor, "tries"))
            if len(attempts) == 1:
                in_threads(lambda: store._file.change(add))
            add(cursor)

        store._file.change(lambda cursor: put_state(cursor, "tries", 0))
        store._file.change(look_then_add)
        assert attempts == [0, 1]
        with store._file.cursor() as cursor:
            assert get_state(cursor, "tries") == 2
