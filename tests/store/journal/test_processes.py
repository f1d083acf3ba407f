"""Several processes at one journal: one is killed while it writes, others read meanwhile."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import State
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from tests.store.journal.making import make_entry, make_message, total

ROOT = Path(__file__).parents[3]

WRITER = """
import sys
from pathlib import Path
from tests.store.journal.making import State, make_entry, make_message
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog

folder, begin = Path(sys.argv[1]), int(sys.argv[2])
book = SqliteBook(folder / "book.db")
log = SqliteLog(folder / "log.db", after=book.position())
states = list(State)
for number in range(begin, begin + 100_000):
    chunk = log.append([make_message(b"%d/%d" % (number, place)) for place in range(20)])
    print("appended", number, chunk.position, flush=True)
    entries = [make_entry(number * 20 + place, states[place % 4], offset=place) for place in range(20)]
    book.settle(chunk.position, [*entries, entries[0]])
    print("settled", number, chunk.position, flush=True)
    if number % 3 == 0:
        book.resettle([entry._replace(state=State.STORED) for entry in entries])
        print("resettled", number, chunk.position, flush=True)
"""

READER = """
import sys
from pathlib import Path
from tests.store.journal.making import total
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog

folder = Path(sys.argv[1])
log, book = SqliteLog.reader(folder / "log.db"), SqliteBook.reader(folder / "book.db")
for line in sys.stdin:
    chunks = list(log.read(0, 1000))
    print(len(chunks), total(book).received, sum(each.count for each in log.waiting(book.position())), flush=True)
"""


@contextmanager
def running(code: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """A Python of its own; killed at the end, the hard way."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def answers(process: "subprocess.Popen[str]") -> Iterator[list[str]]:
    assert process.stdout is not None
    for line in process.stdout:
        # A line cut off by the kill was not acknowledged.
        if line.endswith("\n"):
            yield line.split()


def killed_after(folder: Path, begin: int, lines: int) -> list[tuple[str, int, int]]:
    """Let a process write until it acknowledged so many steps, kill it, and give all that it acknowledged."""
    with running(WRITER, folder, begin) as process:
        acknowledged = answers(process)
        steps = [next(acknowledged) for _ in range(lines)]
        process.kill()
        steps.extend(acknowledged)
    return [(word, int(number), int(position)) for word, number, position in steps]


def test_what_was_acknowledged_before_a_kill_is_there_and_the_ledger_balances(tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    for attempt, lines in enumerate([1, 2, 7, 30, 61]):
        steps += killed_after(tmp_path, begin=attempt * 1_000_000, lines=lines)
        with closing(SqliteLog(tmp_path / "log.db")) as log, closing(SqliteBook(tmp_path / "book.db")) as book:
            check_log(log, [step[1:] for step in steps if step[0] == "appended"])
            check_book(book, steps)


def check_log(log: SqliteLog, appended: list[tuple[int, int]]) -> None:
    for number, position in appended:
        chunk = log.get(position)
        assert chunk is not None
        assert [message.payload for message in chunk.messages] == [b"%d/%d" % (number, place) for place in range(20)]
    assert len({position for _, position in appended}) == len(appended)


def check_book(book: SqliteBook, steps: list[tuple[str, int, int]]) -> None:
    settled = [(number, position) for word, number, position in steps if word == "settled"]
    keys = [make_entry(number * 20 + place).key for number, _ in settled for place in range(20)]
    counts = total(book)

    assert book.known(keys) == set(keys)
    assert book.position() >= max((position for _, position in settled), default=0)
    assert counts.received % 21 == 0
    assert counts.duplicate == counts.received // 21
    assert counts.received >= 21 * len(settled)
    assert len(book.queued(100_000)) == counts.queued
    assert len(book.quarantined(100_000)) == counts.quarantined
    resettled = {position for word, _, position in steps if word == "resettled"}
    assert resettled.isdisjoint(row.position for row in book.queued(100_000))


def test_another_process_reads_while_this_one_writes(tmp_path: Path) -> None:
    with (
        closing(SqliteLog(tmp_path / "log.db")) as log,
        closing(SqliteBook(tmp_path / "book.db")) as book,
        running(READER, tmp_path) as reader,
    ):
        seen = answers(reader)
        assert reader.stdin is not None
        for number in range(5):
            position = log.append([make_message(), make_message()]).position
            if number % 2 == 0:
                book.settle(position, [make_entry(number * 2), make_entry(number * 2 + 1)])
            print("look", file=reader.stdin, flush=True)
            booked = (number // 2 + 1) * 2
            assert next(seen) == [str(number + 1), str(booked), str(0 if number % 2 == 0 else 2)]


def test_a_reader_reads_when_nobody_writes_and_never_writes_itself(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.db")) as log, closing(SqliteBook(tmp_path / "book.db")) as book:
        book.settle(log.append([make_message()]).position, [make_entry(0, State.QUEUED)])
    with (
        closing(SqliteLog.reader(tmp_path / "log.db")) as log,
        closing(SqliteBook.reader(tmp_path / "book.db")) as book,
    ):
        assert len(list(log.read(0))) == total(book).queued == 1
        with pytest.raises(Unavailable, match="can't be written"):
            log.append([make_message()])
        with pytest.raises(Unavailable, match="can't be written"):
            book.settle(2, [make_entry(1)])


@pytest.mark.parametrize("opener", [SqliteLog, SqliteBook])
def test_a_reader_of_nothing_is_told_and_makes_no_file(tmp_path: Path, opener: type[SqliteLog | SqliteBook]) -> None:
    with pytest.raises(Misconfigured, match="There is no"):
        opener.reader(tmp_path / "journal.db")
    assert list(tmp_path.iterdir()) == []


def test_many_threads_append_settle_and_read_at_once(tmp_path: Path) -> None:
    with closing(SqliteLog(tmp_path / "log.db")) as log, closing(SqliteBook(tmp_path / "book.db")) as book:
        failures: list[BaseException] = []

        def append(thread: int) -> None:
            try:
                for number in range(30):
                    log.append([make_message(b"%d/%d" % (thread, number))])
                    assert total(book).queued == 0
                    list(log.read(0, 5))
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=append, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for position in range(1, 100):
            book.settle(position, [make_entry(position)])
        for thread in threads:
            thread.join()

        assert failures == []
        assert len({chunk.messages[0].payload for chunk in log.read(0, 1000)}) == 120
        assert total(book).stored == 99
