"""The book in a SQLite file of its own: one slim row per message, counts beside the rows."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Self

from smartregion.clock import Clock, SystemClock
from smartregion.model import State
from smartregion.timestamps import to_datetime
from store.journal import book_rows, forwarded
from store.journal import book_schema as sql
from store.journal import quarantine_sqlite as quarantine
from store.journal.counts import Causes, Counts, Decoders
from store.journal.keys import device_hash, time_bound
from store.journal.protocol import (
    Booked,
    Entry,
    LedgerRow,
    Quarantined,
)
from store.journal.quarantine import ANY, DISCARDED, Alike, Discarded, Discards, Sought
from store.journal.sqlite_file import SqliteFile

_ROWS_PER_PRUNE: Final = 20_000


class SqliteBook:
    """A `Book` in one SQLite file."""

    def __init__(
        self, path: Path, *, clock: Clock | None = None, read_only: bool = False, patience: float = 5.0
    ) -> None:
        """Open the book, make it when it is missing.

        Args:
            path: the file; its folder must exist.
            clock: tells when a chunk was booked; the computer's when not given.
            read_only: see `reader`.
            patience: seconds to wait for a lock that another process holds.

        Raises:
            Misconfigured: no book of ours, damaged, of a newer version, not allowed; it is left as it was.
            Unavailable: locked or disk full.
        """
        self._file = SqliteFile(path, sql.LAYOUT, read_only=read_only, patience=patience)
        self._clock = clock or SystemClock()
        more = not read_only
        while more:
            with self._file.writing() as connection:
                more = quarantine.sort_in_old(connection)

    @classmethod
    def reader(cls, path: Path, *, patience: float = 5.0) -> Self:
        """Open an existing book for reading only, also beside a process that writes. Raises as the constructor."""
        return cls(path, read_only=True, patience=patience)

    def position(self) -> int:
        """The highest chunk position that is booked, 0 at the beginning. Raises Unavailable."""
        with self._file.reading() as connection:
            return book_rows.position(connection)

    def known(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that have a row. Raises Unavailable."""
        with self._file.reading() as connection:
            return {key for key, _ in book_rows.find(connection, list(keys))}

    def find(self, keys: Collection[bytes]) -> dict[bytes, Booked]:
        """The rows of these keys; keys without one are left out. Raises Unavailable."""
        with self._file.reading() as connection:
            causes = dict(connection.execute(sql.ALL_CAUSES))
            decoders = {0: "", **dict(connection.execute(sql.ALL_DECODERS))}
            return {
                key: Booked(
                    key, row.position, row.offset, sql.STATES[row.state], causes[row.cause], decoders[row.decoder]
                )
                for key, row in book_rows.find(connection, list(keys))
            }

    def settle(self, position: int, entries: Sequence[Entry]) -> int:
        """Book a chunk in one transaction: rows, counts and the position, all or nothing.

        A position at or below the booked one changes nothing and gives 0.

        Returns:
            How many entries were repeats: their key had a row, or came earlier in the batch.

        Raises:
            Unavailable: disk full, locked, damaged; nothing was kept, the same call may be made again.
            ValueError: a quarantined entry without its message.
        """
        with self._file.writing() as connection:
            if position <= book_rows.position(connection):
                return 0
            rows = book_rows.make_rows(connection, position, entries)
            repeats = book_rows.insert(connection, position, rows)
            fresh = [place for place in range(len(rows)) if place not in repeats]
            counts = Counts()
            counts.receive(rows)
            counts.repeat(rows[place] for place in repeats)
            counts.enter(rows[place] for place in fresh)
            counts.post(connection)
            quarantine.keep(connection, [entries[place] for place in fresh])
            connection.execute(sql.ADD_CHUNK, (position, self._clock.now(), counts.queued()))
            connection.execute(sql.ADVANCE, (position,))
        return len(repeats)

    def resettle(self, entries: Sequence[Entry]) -> None:
        """Change the state of messages booked before; they stay in the account and chunk they were booked in.

        Keys without a row are passed over. An entry that stays quarantined may come without its message.

        Raises:
            Unavailable: disk full, locked, damaged; nothing was changed.
            ValueError: an entry becomes quarantined without its message.
        """
        with self._file.writing() as connection:
            _resettle(connection, entries)

    def queued(self, limit: int = 500, after: tuple[int, int] = (0, -1)) -> list[Booked]:
        """Booked messages that wait to be stored, in the order in which they came. Raises Unavailable."""
        with self._file.reading() as connection:
            return book_rows.booked(connection.execute(sql.QUEUED, (*after, limit)))

    def quarantined(self, limit: int = 100, after: bytes = b"", sought: Sought = ANY) -> list[Quarantined]:
        """Messages in quarantine in order of their keys, those above `after`. Raises Unavailable."""
        with self._file.reading() as connection:
            return quarantine.listed(connection, limit, after, sought)

    def copies(self, keys: Collection[bytes]) -> list[Quarantined]:
        """Those of the keys that are in quarantine, in order of their keys. Raises Unavailable."""
        with self._file.reading() as connection:
            return quarantine.copies(connection, keys)

    def alike(self, sought: Sought = ANY) -> list[Alike]:
        """What is in quarantine, messages that are alike as one; those that came last first. Raises Unavailable."""
        with self._file.reading() as connection:
            return quarantine.alike(connection, sought)

    def discard(self, keys: Collection[bytes], reason: str, at: int) -> int:
        """Take messages out of quarantine for good, and keep the reason; gives how many.

        Raises:
            Unavailable: disk full, locked, damaged; nothing was changed.
        """
        with self._file.writing() as connection:
            standing = dict(book_rows.find(connection, list(keys)))
            known = [key for key, row in standing.items() if row.state == sql.CODES[State.QUARANTINED]]
            quarantine.note_discarded(connection, known, reason, at)
            _resettle(connection, [Entry(key, 0, "", date.min, State.IGNORED, DISCARDED) for key in known])
        return len(known)

    def discarded(self, keys: Collection[bytes]) -> dict[bytes, Discarded]:
        """Those of the keys that were discarded. Raises Unavailable."""
        with self._file.reading() as connection:
            return quarantine.discarded(connection, keys)

    def discards(self, limit: int = 100) -> list[Discards]:
        """What was discarded together, the newest first. Raises Unavailable."""
        with self._file.reading() as connection:
            return quarantine.discards(connection, limit)

    def ledger(self, since: date | None = None, until: date | None = None) -> list[LedgerRow]:
        """Counts per application and day (both ends included) of everything that is booked. Raises Unavailable."""
        with self._file.reading() as connection:
            rows = connection.execute(sql.LEDGER, _days(since, until)).fetchall()
        return [LedgerRow(application, date.fromordinal(day), *counts) for application, day, *counts in rows]

    def recount(self, day: date) -> list[tuple[LedgerRow, LedgerRow]]:
        """Each row of the ledger of a day, and beside it what the rows of the book come to. Raises Unavailable."""
        with self._file.reading() as connection:
            return book_rows.recount(connection, day)

    def causes(self, since: date | None = None, until: date | None = None) -> Mapping[tuple[str, str, str], int]:
        """(application, state, cause) → messages that are ignored or quarantined. Raises Unavailable."""
        with self._file.reading() as connection:
            rows = connection.execute(sql.CAUSES, _days(since, until)).fetchall()
        return {(application, sql.STATES[state].value, cause): number for application, state, cause, number in rows}

    def count_forwarded(self, application: str, start: int, end: int, device_ids: Collection[str]) -> dict[str, int]:
        """Uplinks per device_id whose `forwarded_at` (to the millisecond) lies in [start, end); 0 where none.

        Two devices whose four-byte hashes agree are counted together: compare with "differs", not with "less".

        Raises:
            Unavailable: locked or damaged.
        """
        with self._file.reading() as connection:
            counts = forwarded.count_by_device(connection, start, end)
        return {device_id: counts[device_hash(application, device_id)] for device_id in device_ids}

    def of_device(self, application: str, device_id: str, start: int, end: int, limit: int) -> list[Booked]:
        """Rows of one device whose frame time lies in [start, end), newest first.

        Seldom a row of another device with the same four-byte hash is among them. Raises Unavailable.
        """
        device = device_hash(application, device_id)
        with self._file.reading() as connection:
            return book_rows.booked(
                connection.execute(sql.OF_DEVICE, (time_bound(start), time_bound(end), device, limit))
            )

    def droppable(self, settled_before: int) -> list[int]:
        """Positions of chunks booked before that time with nothing queued in them, lowest first. Raises Unavailable."""
        with self._file.reading() as connection:
            return [position for (position,) in connection.execute(sql.DROPPABLE, (settled_before,))]

    def prune(self, positions: Collection[int], frames_before: int) -> None:
        """Forget that these chunks exist, and rows whose frame time and day lie before; the counts stay for ever.

        What is queued or quarantined is never forgotten, nor a chunk with something queued in it.

        Raises:
            Unavailable: disk full, locked, damaged; some of it may be done, call again.
        """
        with self._file.writing() as connection:
            connection.executemany(sql.FORGET_CHUNK, [(position,) for position in positions])
            quarantine.forget(connection, frames_before)
        bounds = time_bound(frames_before), to_datetime(frames_before).date().toordinal()
        forgotten = _ROWS_PER_PRUNE
        while forgotten == _ROWS_PER_PRUNE:
            # In slices, so that settling never waits long.
            with self._file.writing() as connection:
                forgotten = connection.execute(sql.FORGET_ENTRIES, (*bounds, _ROWS_PER_PRUNE)).rowcount

    def close(self) -> None:
        """Let go of files and connections."""
        self._file.close()


def _days(since: date | None, until: date | None) -> tuple[int, int]:
    return (since or date.min).toordinal(), (until or date.max).toordinal()


def _resettle(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    standing = dict(book_rows.find(connection, [entry.key for entry in entries]))
    causes, decoders, counts, queued = Causes(connection), Decoders(connection), Counts(), Counter[int]()
    applications = dict(connection.execute(sql.APPLICATIONS)) if standing else {}
    for entry in entries:
        if (old := standing.get(entry.key)) is None:
            continue
        decoder = decoders[entry.decoder] or old.decoder
        new = old._replace(state=sql.CODES[entry.state], cause=causes[entry.cause], decoder=decoder)
        standing[entry.key] = new
        counts.move(old.account, (old.state, old.cause), (new.state, new.cause))
        queued[old.position] += new.waits - old.waits
        connection.execute(sql.CHANGE_ENTRY, (new.state, new.cause, new.decoder, entry.key))
        quarantine.change(connection, sql.STATES[old.state], entry, applications[old.account])
    counts.post(connection)
    connection.executemany(sql.ADD_QUEUED, [(change, place) for place, change in queued.items() if change])
