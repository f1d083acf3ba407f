"""Rows of the book's tables: put in, looked up, changed, within a transaction that the caller holds."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from smartregion.model import State
from store.journal import book_schema as sql
from store.journal.counts import Accounts, Causes, Decoders, Row
from store.journal.protocol import Booked, Entry


class Standing(NamedTuple):
    """What stands in a row beside its key; state, cause, account and decoder by their numbers."""

    position: int
    offset: int
    account: int
    state: int
    cause: int
    decoder: int

    @property
    def waits(self) -> bool:
        """Whether it is queued."""
        return self.state == sql.CODES[State.QUEUED]


def position(connection: sqlite3.Connection) -> int:
    """The highest position that is booked."""
    (position,) = connection.execute(sql.POSITION).fetchone()
    return int(position)


def make_rows(connection: sqlite3.Connection, position: int, entries: Sequence[Entry]) -> list[Row]:
    """Entries as they stand in the table; accounts and causes are made where missing."""
    accounts, causes, decoders, codes = Accounts(connection), Causes(connection), Decoders(connection), sql.CODES
    return [
        (key, position, offset, accounts[application, day], codes[state], causes[cause], lag, decoders[decoder])
        for key, offset, application, day, state, cause, _, lag, _, decoder in entries
    ]


def insert(connection: sqlite3.Connection, position: int, rows: Sequence[Row]) -> set[int]:
    """Add the rows whose key is new; give the places of the others."""
    if connection.executemany(sql.ADD_ENTRY, rows).rowcount == len(rows):
        return set()
    standing = dict(find(connection, [row[0] for row in rows]))
    repeats, taken = set(), set()
    for place, row in enumerate(rows):
        if row[0] in taken or standing[row[0]][:2] != (position, row[2]):
            repeats.add(place)
        else:
            taken.add(row[0])
    return repeats


def find(connection: sqlite3.Connection, wanted: Sequence[bytes]) -> Iterator[tuple[bytes, Standing]]:
    """The keys that have a row, and what stands there."""
    size = sql.KEYS_PER_QUERY
    for start in range(0, len(wanted), size):
        part = tuple(wanted[start : start + size])
        padded = part + part[:1] * (size - len(part))
        for key, *standing in connection.execute(sql.FIND_ENTRIES, padded):
            yield key, Standing(*standing)


def keep_copies(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Put the messages of those entries aside that are quarantined. Raises ValueError when one brings none."""
    kept = [entry for entry in entries if entry.state is State.QUARANTINED]
    if kept:
        connection.executemany(sql.KEEP_COPY, [(entry.key, entry.detail, *entry.message_to_keep()) for entry in kept])


def change_copy(connection: sqlite3.Connection, old: State, entry: Entry) -> None:
    """Bring the copy in quarantine in line with the entry's new state. Raises ValueError when one is missing."""
    if State.QUARANTINED is old is entry.state and entry.message is None:
        connection.execute(sql.CHANGE_DETAIL, (entry.detail, entry.key))
    elif entry.state is State.QUARANTINED:
        keep_copies(connection, [entry])
    elif old is State.QUARANTINED:
        connection.execute(sql.DROP_COPY, (entry.key,))


def booked(rows: sqlite3.Cursor) -> list[Booked]:
    """Rows of a query as the protocol gives them."""
    return [
        Booked(key, position, offset, sql.STATES[state], cause, *decoder)
        for key, position, offset, state, cause, *decoder in rows
    ]
