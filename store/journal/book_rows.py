"""Rows of the book's tables: put in, looked up, changed, within a transaction that the caller holds."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from smartregion.clock import DAY, HOUR
from smartregion.model import State
from store.journal import book_schema as sql
from store.journal.counts import Accounts, Causes, Decoders, Row
from store.journal.keys import time_bound
from store.journal.protocol import Booked, Entry, LedgerRow

_EPOCH: Final = date(1970, 1, 1).toordinal()
_ZONES: Final = 14 * HOUR
"""No zone is further from UTC."""


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


def booked(rows: sqlite3.Cursor) -> list[Booked]:
    """Rows of a query as the protocol gives them."""
    return [
        Booked(key, position, offset, sql.STATES[state], cause, *decoder)
        for key, position, offset, state, cause, *decoder in rows
    ]


def recount(connection: sqlite3.Connection, day: date) -> list[tuple[LedgerRow, LedgerRow]]:
    """The accounts of a day, each beside what its rows come to."""
    counted: Counter[tuple[int, State]] = Counter()
    for bounds in _spans_of(day):
        for account, state, number in connection.execute(sql.RECOUNT, bounds):
            counted[account, sql.STATES[state]] += number
    found = []
    for account, application, ordinal, *counts in connection.execute(sql.ACCOUNTS_OF_DAY, (day.toordinal(),)):
        row = LedgerRow(application, date.fromordinal(ordinal), *counts)
        states = {state.value: counted[account, state] for state in State}
        rows = LedgerRow(application, row.day, sum(states.values()) + row.duplicate, **states, duplicate=row.duplicate)
        found.append((row, rows))
    return found


def _spans_of(day: date) -> list[tuple[bytes, bytes]]:
    """Where the rows of a day lie: within that day of any zone on Earth, or where those are that have no time."""
    midnight = (day.toordinal() - _EPOCH) * DAY
    low, high = midnight - _ZONES, midnight + DAY + _ZONES
    span = time_bound(low), time_bound(high)
    return [span] if low <= 0 < high else [span, (time_bound(0), time_bound(1))]
