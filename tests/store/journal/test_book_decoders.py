"""What every book keeps of the decoder that read a frame, and how a file of before learns to."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from smartregion.clock import HOUR
from smartregion.model import State
from store.journal.book_sqlite import SqliteBook
from store.journal.memory import MemoryBook
from store.journal.protocol import Book
from tests.store.journal.making import NOON, WITHOUT_ALIKE, make_entry

SENSOR, METER = "milesight-iot/em300-th 1.0.0", "axioma/qalcosonic-w1 1.1.0"


@pytest.fixture(params=["sqlite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    made: Book = SqliteBook(tmp_path / "book.db") if request.param == "sqlite" else MemoryBook()
    yield made
    made.close()


def noted(book: Book) -> list[str]:
    """By offset."""
    found = book.of_device("umwelt", "klima-01", NOON - HOUR, NOON + HOUR, limit=100)
    return [each.decoder for each in sorted(found, key=lambda one: one.offset)]


def test_what_decoded_a_frame_is_kept_with_it(book: Book) -> None:
    book.settle(1, [make_entry(0, decoder=SENSOR), make_entry(1, decoder=METER), make_entry(2, decoder=SENSOR)])
    book.settle(2, [make_entry(3, State.IGNORED), make_entry(4, decoder=METER)])

    assert noted(book) == [SENSOR, METER, SENSOR, "", METER]


def test_a_frame_read_again_tells_of_the_decoder_of_today(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUARANTINED), make_entry(1, decoder=METER), make_entry(2, decoder=METER)])

    book.resettle([make_entry(0, decoder=SENSOR), make_entry(1, decoder=SENSOR), make_entry(2, State.QUEUED)])

    assert noted(book) == [SENSOR, SENSOR, METER]


def test_a_file_of_before_keeps_its_rows_and_notes_decoders_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    with closing(SqliteBook(path)) as book:
        book.settle(1, [make_entry(0)])
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{WITHOUT_ALIKE} ALTER TABLE entry DROP COLUMN decoder; DROP TABLE decoder;")
        connection.execute("PRAGMA user_version = 1")

    with closing(SqliteBook.reader(path)) as before:
        assert before.ledger()[0].stored == 1
    with closing(SqliteBook(path)) as book:
        book.settle(2, [make_entry(1, decoder=METER)])
        assert noted(book) == ["", METER]
    with closing(SqliteBook(path)) as again:
        assert noted(again) == ["", METER]
