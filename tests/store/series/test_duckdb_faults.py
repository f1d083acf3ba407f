"""Kills, full disks and foreign processes: nothing acknowledged by the DuckDB store is lost or doubled."""

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from smartregion.clock import HOUR
from smartregion.errors import Misconfigured
from smartregion.model import Series
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection
from tests.store.series.duckdb_child import EVER, SERIES, make_batch

ROOT = Path(__file__).parents[3]


def start(what: str, path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.series.duckdb_child", what, str(path), *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_a_file_in_use_by_another_process_is_told_as_such(tmp_path: Path) -> None:
    with start("hold", tmp_path / "series.db") as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"open\n"
        with pytest.raises(Misconfigured, match="in use by another process"):
            DuckSeries(tmp_path / "series.db")
        child.communicate()
    DuckSeries(tmp_path / "series.db").close()


def test_nothing_acknowledged_is_lost_nor_doubled_when_killed_while_writing_and_compacting(tmp_path: Path) -> None:
    path = tmp_path / "series.db"
    number = 0
    for acknowledged in (1, 7, 30, 80):
        with start("write", path, str(number)) as child:
            assert child.stdout is not None
            for _ in range(acknowledged):
                assert int(child.stdout.readline()) == number
                number += 1
            child.send_signal(signal.SIGKILL)
            # acknowledged, but not read before the kill
            number += len(child.stdout.readlines())
        verify(path, number)


def verify(path: Path, number: int) -> None:
    expected: dict[Series, dict[int, float]] = {}
    for done in range(number):
        for series, time, value in make_batch(done):
            expected.setdefault(series, {})[time] = value
    maybe = {(series, time): value for series, time, value in make_batch(number)}
    with closing(DuckSeries(path)) as store:
        found = store.read_many(SERIES, *EVER)
        assert store.count(Selection(), *EVER) == sum(map(len, found.values()))
        for series, line in expected.items():
            got = {time: value for time, value in found[series] if (series, time) not in maybe}
            assert got == {time: value for time, value in line.items() if (series, time) not in maybe}
        for (series, time), value in maybe.items():
            old = expected.get(series, {}).get(time)
            assert [got for when, got in found[series] if when == time] in ([value], [] if old is None else [old])
        assert {dirty.hour for dirty in store.dirty(100_000)} >= {time // HOUR * HOUR for time in expected[SERIES[0]]}


@pytest.mark.parametrize("room", [100_000, 4_300_000], ids=["log", "checkpoint"])
def test_a_write_that_found_the_disk_full_works_once_there_is_room(tmp_path: Path, room: int) -> None:
    with start("fill", tmp_path / "series.db", str(room)) as child:
        out, _ = child.communicate(timeout=60)
    assert out.split() == [b"full", b"works", b"works"]
    assert child.returncode == 0


def test_a_log_torn_by_a_loss_of_power_is_cut_there_and_kept(tmp_path: Path) -> None:
    """Each batch is a transaction; of the last one a piece never came to the disk."""
    with closing(DuckSeries(tmp_path / "series.duckdb")) as store:
        for number in range(20):
            store.write(make_batch(number))
            before, wal = store.count(Selection(), *EVER), tmp_path / "series.duckdb.wal"
            size = wal.stat().st_size
        store.write(make_batch(20))
        folder = tmp_path / "after"
        folder.mkdir()
        (folder / "series.duckdb").write_bytes((tmp_path / "series.duckdb").read_bytes())
        whole = wal.read_bytes()
    torn = bytearray(whole)
    torn[size + 100 : size + 200] = bytes(100)
    (folder / "series.duckdb.wal").write_bytes(torn)

    told: list[str] = []
    with closing(DuckSeries(folder / "series.duckdb", tell=told.append)) as store:
        assert store.count(Selection(), *EVER) == before
        store.write(make_batch(20))
    assert "torn" in told[0]
    assert (folder / "series.duckdb.wal.torn-1").read_bytes() == bytes(torn)
