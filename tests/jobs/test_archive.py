"""Each message is in the log or in the archive, whatever ends whenever; and the log lets go of none too early."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cli.archiving import Archiving
from ingest.judging import Judge
from jobs.archive import Archiver
from jobs.housekeeping import Archive, Housekeeping
from simulator.uplinks import Frame, render, topic
from smartregion import logs
from smartregion.clock import DAY, SECOND, ManualClock
from smartregion.errors import Unavailable
from smartregion.model import Message, State
from smartregion.region import Region, parse
from store.archive import FOLDER, ArchivedMessage, Catalogue
from store.archive_writing import ArchiveWriter
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Book, Log
from store.parquet import Workshop
from store.series.memory import MemorySeries
from tests.store.archive.making import EVERYTHING, Crash, crashing

NOW = 20_000 * DAY + DAY // 2
TEXT = """
name = "Kreis"
[[tenants]]
key = "dorf"
name = "Dorf"
[[applications]]
id = "umwelt"
server = "localhost"
tenant = "dorf"
domain = "environment"
key_env = "SMARTREGION_KEY"
"""
Place = tuple[int, int]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("workshop")) as one:
        yield one


def message(number: int) -> Message:
    received_at = NOW - 3 * DAY + number * SECOND
    frame = Frame("umwelt", f"klima-{number % 5:02d}", received_at, f_cnt=number, f_port=85, payload=b"\1\x75\x5c")
    return Message("mqtt", "umwelt", topic(frame), received_at, render(frame))


def fill(log: Log, book: Book, region: Region, chunks: int, size: int = 4) -> dict[Place, Message]:
    """Settled chunks; every third message is in quarantine, every fifth chunk repeats the one before."""
    judge, there = Judge(region), dict[Place, Message]()
    for number in range(chunks):
        first = (number - 1 if number % 5 == 4 else number) * size
        chunk = log.append([message(first + place) for place in range(size)])
        entries = [judge.judge(each, place).entry for place, each in enumerate(chunk.messages)]
        entries[0] = entries[0]._replace(state=State.QUARANTINED, cause="no decoder", message=chunk.messages[0])
        book.settle(chunk.position, entries)
        there.update({(chunk.position, place): each for place, each in enumerate(chunk.messages)})
    return there


class Inside:
    """The archive's process, in this one: a crash of it is a crash of all."""

    def __init__(self, data: Path, log: Log, book: Book, region: Region, workshop: Workshop) -> None:
        self._parts = data, log, book, region, workshop

    def keep(self, positions: Sequence[int]) -> Iterator[Sequence[int]]:
        data, log, book, region, workshop = self._parts
        told: list[dict[str, Any]] = []
        try:
            with closing(Catalogue(data / FOLDER)) as catalogue:
                writer = ArchiveWriter(catalogue, workshop, ManualClock(NOW))
                work = Archiving(log, book, Judge(region), catalogue, writer)
                work.work(positions, date.min, lambda words: told.append(dict(words)))
        finally:
            for words in told:
                yield words["kept"]

    def stop(self) -> None:
        """Nothing runs."""


def housekeeping(log: Log, book: Book, region: Region, archive: Archive | None) -> Housekeeping:
    return Housekeeping(region, log, book, MemorySeries(), ManualClock(NOW), lambda: None, logs.get("test"), archive)


def archived(data: Path, workshop: Workshop) -> list[ArchivedMessage]:
    with closing(Catalogue(data / FOLDER)) as catalogue:
        files = [catalogue.folder / part.file for part in catalogue.parts()]
    return list(workshop.rows(files, EVERYTHING))


def in_log(log: Log) -> dict[Place, Message]:
    return {(chunk.position, place): each for chunk in log.read(0, 10_000) for place, each in enumerate(chunk.messages)}


def test_settled_chunks_move_and_the_rows_tell_what_became_of_each(tmp_path: Path, workshop: Workshop) -> None:
    region, clock = parse(TEXT), ManualClock(NOW - 3 * DAY)
    log, book = MemoryLog(), MemoryBook(clock=clock)
    there = fill(log, book, region, 5)

    housekeeping(log, book, region, Inside(tmp_path, log, book, region, workshop)).retain()

    rows = {(row.chunk, row.place): row for row in archived(tmp_path, workshop)}
    assert {place: row.message for place, row in rows.items()} == there
    assert in_log(log) == {}
    assert Counter(row.state for row in rows.values()) == {"stored": 12, "quarantined": 4, "duplicate": 4}
    assert rows[1, 0].cause == "no decoder"
    assert {row.device_id for row in rows.values()} == {f"klima-{number:02d}" for number in range(5)}
    (ledger,) = book.ledger()
    assert ledger.received == len(rows)


def test_a_crash_at_any_step_leaves_each_message_in_the_log_or_in_the_archive(
    tmp_path: Path, workshop: Workshop
) -> None:
    region, step, crashed = parse(TEXT), 0, True
    while crashed:
        data = tmp_path / str(step)
        log, book = MemoryLog(), MemoryBook(clock=ManualClock(NOW - 3 * DAY))
        there = fill(log, book, region, 6)
        keeping = housekeeping(log, book, region, Inside(data, log, book, region, workshop))
        with suppress(Crash), crashing(step) as happened:
            keeping.retain()
        crashed = happened()
        kept = {(row.chunk, row.place): row.message for row in archived(data, workshop)}
        assert {**kept, **in_log(log)} == there, step

        keeping.retain()

        rows = archived(data, workshop)
        assert {(row.chunk, row.place): row.message for row in rows} == there, step
        assert len(rows) == len(there), step
        assert in_log(log) == {}
        step += 1
    assert step > 8


def test_chunks_archived_but_not_dropped_are_not_archived_twice(tmp_path: Path, workshop: Workshop) -> None:
    region = parse(TEXT)
    log, book = MemoryLog(), MemoryBook(clock=ManualClock(NOW - 3 * DAY))
    there = fill(log, book, region, 3)
    archive = Inside(tmp_path, log, book, region, workshop)
    assert [position for kept in archive.keep([1, 2]) for position in kept] == [1, 2]

    housekeeping(log, book, region, archive).retain()

    assert len(archived(tmp_path, workshop)) == len(there)


def test_other_messages_at_a_position_that_is_known_are_archived_too(tmp_path: Path, workshop: Workshop) -> None:
    """As after a backup of log and book was put back beside a newer archive."""
    region = parse(TEXT)
    first, second = MemoryLog(), MemoryLog()
    one = first.append([message(1)])
    other = second.append([message(2)])
    assert one.position == other.position
    book = MemoryBook()
    for log in (first, second):
        list(Inside(tmp_path, log, book, region, workshop).keep([one.position]))

    assert {row.payload for row in archived(tmp_path, workshop)} == {message(1).payload, message(2).payload}


class Away:
    """An archive on a full disk."""

    def keep(self, positions: Sequence[int]) -> Iterator[Sequence[int]]:
        raise Unavailable("no space left")

    def stop(self) -> None:
        """Nothing runs."""


class FullLog(MemoryLog):
    """Says how full it is."""

    share = 0.95

    def size(self) -> int:
        return int(10_000_000 * self.share) if list(self.read(0, 1)) else 0


@pytest.mark.parametrize(("share", "left"), [(0.95, 3), (0.99, 0)])
def test_what_cannot_be_archived_stays_until_the_log_is_full(share: float, left: int) -> None:
    region = parse(TEXT.replace("[[tenants]]", "[journal]\nmax_megabytes = 10\n[[tenants]]", 1))
    log, book = FullLog(), MemoryBook(clock=ManualClock(NOW - 3 * DAY))
    log.share = share
    fill(log, book, region, 3)
    keeping = housekeeping(log, book, region, Away())

    with suppress(Unavailable):
        keeping.make_room()
    with pytest.raises(Unavailable):
        keeping.retain()

    assert len(list(log.read(0, 10))) == left


class Folder:
    """A data folder with a filled journal, and the process that archives it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        (data / "tmp").mkdir(parents=True)
        (data / "region.toml").write_text(TEXT)
        self.region = parse(TEXT)
        self.log = SqliteLog(data / "log.db")
        self.book = SqliteBook(data / "book.db", clock=ManualClock(NOW - 3 * DAY))
        command = [sys.executable, "-m", "cli.archiving", str(data)]
        self.archiver = Archiver(command, 400, self.region.zone, ManualClock(NOW), logs.get("test"))
        self.keeping = housekeeping(self.log, self.book, self.region, self.archiver)

    def close(self) -> None:
        self.archiver.stop()
        self.log.close()
        self.book.close()


def test_a_process_of_its_own_archives_and_may_be_killed_at_any_time(tmp_path: Path, workshop: Workshop) -> None:
    chance = random.Random(7)
    with closing(Folder(tmp_path / "data")) as folder:
        there = fill(folder.log, folder.book, folder.region, 60, size=50)
        for _ in range(3):
            killer = threading.Thread(target=_kill_soon, args=(folder.archiver, chance.uniform(0.0, 1.5)))
            killer.start()
            with suppress(Unavailable):
                folder.keeping.retain()
            killer.join()
            kept = {(row.chunk, row.place): row.message for row in archived(folder.data, workshop)}
            assert {**kept, **in_log(folder.log)} == there

        folder.keeping.retain()

        rows = archived(folder.data, workshop)
        assert {(row.chunk, row.place): row.message for row in rows} == there
        assert len(rows) == len(there)
        assert in_log(folder.log) == {}


def _kill_soon(archiver: Archiver, seconds: float) -> None:
    time.sleep(seconds)
    process = archiver._process
    if process is not None:
        process.send_signal(signal.SIGKILL)


def test_a_data_folder_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    with closing(Folder(tmp_path / "data")) as folder:
        fill(folder.log, folder.book, folder.region, 2)
        (folder.data / "region.toml").unlink()

        with pytest.raises(Unavailable, match=r"region\.toml"):
            folder.keeping.retain()

        assert len(in_log(folder.log)) == 8


def test_a_stop_ends_the_process_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    archiver = Archiver(command, 400, parse(TEXT).zone, ManualClock(NOW), logs.get("test"))
    found: list[Sequence[int]] = []
    thread = threading.Thread(target=lambda: found.extend(archiver.keep([1])))
    with ExitStack() as stack:
        stack.callback(thread.join)
        thread.start()
        while archiver._process is None:
            time.sleep(0.01)
        process: subprocess.Popen[str] = archiver._process

        archiver.stop()

        assert process.poll() is not None
    assert found == []
