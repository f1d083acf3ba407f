"""Builders for the journal's tests: each fills in what a test does not care about."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from smartregion.clock import DAY, HOUR
from smartregion.model import Message, State
from store.journal.keys import uplink_key
from store.journal.protocol import Book, Entry, LedgerRow

NOON = 20_000 * DAY + 12 * HOUR
TODAY = date(2024, 10, 4)
NOBODY = 65_534
WITHOUT_ALIKE = """
    DROP INDEX quarantine_alike; ALTER TABLE quarantine DROP COLUMN alike; DROP TABLE alike; DROP TABLE discarded;
"""
"""Makes of a book one of layout 2."""


def make_message(
    payload: bytes = b"{}", *, application: str = "umwelt", arrived_at: int = NOON, topic: str = "v3/umwelt/up"
) -> Message:
    return Message("mqtt", application, topic, arrived_at, payload)


def make_key(number: int = 0, *, application: str = "umwelt", device_id: str = "klima-01", time: int = NOON) -> bytes:
    return uplink_key(application, device_id, "session", number, time)


def make_entry(
    number: int = 0,
    state: State = State.STORED,
    *,
    offset: int | None = None,
    application: str = "umwelt",
    device_id: str = "klima-01",
    time: int = NOON,
    day: date = TODAY,
    cause: str = "",
    detail: str = "",
    lag_ms: int = 0,
    message: Message | None = None,
    decoder: str = "",
) -> Entry:
    """One entry; `number` tells frames apart and is its offset unless another is given."""
    if state is State.QUARANTINED and message is None:
        message = make_message(b"%d" % number, application=application)
    key = make_key(number, application=application, device_id=device_id, time=time)
    place = number if offset is None else offset
    return Entry(key, place, application, day, state, cause, detail, lag_ms, message, decoder)


def total(book: Book) -> LedgerRow:
    """The ledger's rows summed up, each checked on the way."""
    rows = book.ledger()
    assert [row for row in rows if not balances(row)] == []
    return LedgerRow("", date.min, *(sum(column) for column in list(zip(*rows, strict=True))[2:]))


def balances(row: LedgerRow) -> bool:
    return row.received == row.stored + row.ignored + row.quarantined + row.queued + row.duplicate


def change_file(path: Path, statement: str) -> None:
    """Run one statement on a SQLite file, past our own code."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


@contextmanager
def without_rights() -> Iterator[None]:
    """Be nobody for a while when the tests run as root, whom no mode of a file stops."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
