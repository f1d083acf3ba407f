"""The ledger is held against the rows, outlives log and book, and a lie is told once."""

from contextlib import closing
from datetime import UTC, date, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from jobs.housekeeping import Housekeeping
from jobs.ledger_check import KIND, LedgerCheck
from queries.ledger import Ledger
from smartregion import logs
from smartregion.clock import DAY, ManualClock
from smartregion.errors import Unavailable
from smartregion.model import Message, State
from smartregion.region import Region
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.memory import MemoryBook
from store.journal.protocol import Book, Entry
from store.series.memory import MemorySeries
from tests.store.journal.making import NOON, TODAY, change_file, make_entry, make_message

Told = list[tuple[str, str, str]]


class Watch:
    """A check whose alarms are noted."""

    def __init__(self, book: Book, now: int = NOON) -> None:
        self.told: Told = []
        self.clock = ManualClock(now)
        self.metrics = CollectorRegistry()
        self.check = LedgerCheck(book, UTC, self.clock, lambda *words: self.told.append(words), self.metrics)

    def failing(self) -> float | None:
        return self.metrics.get_sample_value("smartregion_ledger_unbalanced")


def on(day: date, number: int, state: State = State.STORED) -> Entry:
    return make_entry(number, state, day=day, time=NOON + (day - TODAY).days * DAY)


def test_a_ledger_that_is_right_is_not_told_of() -> None:
    book = MemoryBook()
    for number in range(10):
        book.settle(number + 1, [on(TODAY - timedelta(days=number), number, state) for state in State])
    watch = Watch(book)

    for _ in range(20):
        watch.check.check()

    assert (watch.told, watch.failing()) == ([], 0)


@pytest.mark.parametrize("days", [0, 1, 5, 200])
def test_a_lie_is_told_once_whatever_day_it_is_of(tmp_path: Path, days: int) -> None:
    day = TODAY - timedelta(days=days)
    path = tmp_path / "book.db"
    with closing(SqliteBook(path)) as book:
        others = [on(TODAY - timedelta(days=number), number) for number in range(10)]
        book.settle(1, [*others, on(day, 99), on(day, 98, State.IGNORED)])
    change_file(path, "DELETE FROM entry WHERE state = 2")

    with closing(SqliteBook(path)) as book:
        watch = Watch(book)
        for _ in range(15):
            watch.check.check()

    ((kind, subject, words),) = watch.told
    assert (kind, subject) == (KIND, f"umwelt {day.isoformat()}")
    assert "ignored 1" in words
    assert "ignored 0" in words
    assert watch.failing() == 1


def test_a_sum_that_is_wrong_is_told_also_when_its_rows_are_long_gone(tmp_path: Path) -> None:
    path, old = tmp_path / "book.db", TODAY - timedelta(days=3000)
    with closing(SqliteBook(path)) as book:
        book.settle(1, [on(old, 1)])
        book.prune([1], NOON - 400 * DAY)
        watch = Watch(book)
        watch.check.check()
        assert watch.told == []
    change_file(path, "UPDATE account SET received = 2")

    with closing(SqliteBook(path)) as book:
        watch = Watch(book)
        watch.check.check()
    assert [(subject, words) for _, subject, words in watch.told] == [
        (f"umwelt {old.isoformat()}", "received 2, but 1 are told of")
    ]


def test_what_was_mended_is_told_again_when_it_fails_again(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    with closing(SqliteBook(path)) as book:
        book.settle(1, [on(TODAY, 1)])
        watch = Watch(book)
        wrong, right = "UPDATE account SET stored = 7", "UPDATE account SET stored = 1"
        for statement in (wrong, right, wrong, wrong):
            change_file(path, statement)
            watch.check.check()

    assert len(watch.told) == 2
    assert list(watch.check.failing) == [("umwelt", TODAY)]


def test_while_the_book_is_away_nothing_is_told(tmp_path: Path) -> None:
    book = SqliteBook(tmp_path / "book.db")
    watch = Watch(book)
    book.close()

    with pytest.raises(Unavailable):
        watch.check.check()
    assert (watch.told, watch.failing()) == ([], 0)


def test_the_ledger_outlives_the_log_and_the_rows_of_the_book(tmp_path: Path) -> None:
    region = Region.model_validate({"name": "Kreis", "tenants": [{"key": "dorf", "name": "Dorf"}]})
    clock = ManualClock(NOON)
    with closing(SqliteLog(tmp_path / "log.db")) as log, closing(SqliteBook(tmp_path / "book.db", clock=clock)) as book:
        chunk = log.append([make_message(b"%d" % number) for number in range(6)])
        states = [State.STORED, State.STORED, State.IGNORED, State.QUARANTINED, State.STORED]
        entries = [on(TODAY, number, state) for number, state in enumerate(states)]
        book.settle(chunk.position, [*entries, on(TODAY, 0)._replace(offset=5)])
        ledger = Ledger(book, log)
        before, causes = ledger.rows(), ledger.causes()
        assert len(before) == 1

        clock.advance(2 * 400 * 86_400)
        Housekeeping(region, log, book, MemorySeries(), clock, lambda: None, logs.get("test")).retain()

        assert list(log.read(0, 10)) == []
        assert book.known([entry.key for entry in entries]) == {entries[3].key}
        assert (ledger.rows(), ledger.causes()) == (before, causes)
        assert [each.message.payload for each in book.quarantined()] == [b"3"]
        assert isinstance(book.quarantined()[0].message, Message)
        watch = Watch(book, clock.now())
        watch.check.check()
        assert watch.told == []
