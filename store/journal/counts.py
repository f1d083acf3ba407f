"""The arithmetic of the ledger in the book's tables: what one transaction adds and moves."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

from smartregion.model import State
from store.journal import book_schema as sql

Row = tuple[bytes, int, int, int, int, int, int, int]
"""key, position, offset, account, state, cause, lag_ms, decoder: as it stands in the table."""

_NAMED: Final = {sql.CODES[State.IGNORED], sql.CODES[State.QUARANTINED]}
"""States whose causes are counted."""


class Accounts(dict[tuple[str, date], int]):
    """(application, day) → number of its account, made when first asked for. Lives as long as one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, name: tuple[str, date]) -> int:
        """Find or add the account."""
        values = (name[0], name[1].toordinal())
        self[name] = number = _find_or_add(self._connection, sql.FIND_ACCOUNT, sql.ADD_ACCOUNT, values)
        return number


class Causes(dict[str, int]):
    """Text of a cause → its number, made when first asked for. Lives as long as one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__()
        self._connection = connection

    def __missing__(self, text: str) -> int:
        """Find or add the cause."""
        self[text] = number = _find_or_add(self._connection, sql.FIND_CAUSE, sql.ADD_CAUSE, (text,))
        return number


class Decoders(dict[str, int]):
    """Text of a decoder → its number, made when first asked for; 0: none. Lives as long as one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__({"": 0})
        self._connection = connection

    def __missing__(self, text: str) -> int:
        """Find or add the decoder."""
        self[text] = number = _find_or_add(self._connection, sql.FIND_DECODER, sql.ADD_DECODER, (text,))
        return number


class Counts:
    """What one transaction changes in the counts."""

    def __init__(self) -> None:
        self._received: Counter[int] = Counter()
        self._duplicate: Counter[int] = Counter()
        self._states: Counter[tuple[int, int, int]] = Counter()

    def receive(self, rows: Iterable[Row]) -> None:
        """Messages that came in, whatever becomes of them: counted apart, so that the ledger's sum is a check."""
        self._received.update(row[3] for row in rows)

    def repeat(self, rows: Iterable[Row]) -> None:
        """Messages that had been booked before."""
        self._duplicate.update(row[3] for row in rows)

    def enter(self, rows: Iterable[Row]) -> None:
        """Messages in their first state."""
        self._states.update(row[3:6] for row in rows)

    def move(self, account: int, old: tuple[int, int], new: tuple[int, int]) -> None:
        """One message from a (state, cause) to another."""
        self._states[account, *old] -= 1
        self._states[account, *new] += 1

    def queued(self) -> int:
        """How many more wait to be stored."""
        return sum(number for (_, state, _), number in self._states.items() if state == sql.CODES[State.QUEUED])

    def post(self, connection: sqlite3.Connection) -> None:
        """Write the changes."""
        totals: Counter[tuple[int, int]] = Counter()
        for (account, state, _), number in self._states.items():
            totals[account, state] += number
        accounts = {account for account, _ in totals} | self._received.keys()
        rows = [
            (self._received[account], self._duplicate[account], *(totals[account, code] for code in range(4)), account)
            for account in accounts
        ]
        connection.executemany(sql.ADD_COUNTS, rows)
        named = [(*place, number) for place, number in self._states.items() if place[1] in _NAMED and number]
        connection.executemany(sql.ADD_CAUSE_COUNT, named)


def _find_or_add(connection: sqlite3.Connection, find: str, add: str, values: tuple[str | int, ...]) -> int:
    row = connection.execute(find, values).fetchone()
    return row[0] if row else connection.execute(add, values).lastrowid or 0
