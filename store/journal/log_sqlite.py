"""The log in a SQLite file of its own: a chunk of messages is one compressed row, durable with one commit."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final, Self

from smartregion.clock import DAY
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.packing import Damaged, Packer
from store.journal.protocol import Chunk, Waiting
from store.journal.sqlite_file import Layout, SqliteFile

_EPOCH: Final = date(1970, 1, 1).toordinal()

_LAYOUT: Final = Layout(
    name="log",
    application_id=0x53524C47,
    version=2,
    schema="""
    PRAGMA page_size = 16384;
    PRAGMA auto_vacuum = INCREMENTAL;
    CREATE TABLE chunk (position INTEGER PRIMARY KEY AUTOINCREMENT, messages BLOB NOT NULL);
    CREATE TABLE arrived (
        position INTEGER NOT NULL, application TEXT NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (position, application, day)
    ) WITHOUT ROWID;
    INSERT INTO sqlite_sequence (name, seq) VALUES ('chunk', 0);
    """,
    # From 2 on chunks need the dictionary of `packing`, which software of before does not have.
    upgrades={1: ""},
)

_NEXT: Final = "SELECT position, messages FROM chunk WHERE position > ? ORDER BY position LIMIT 1"
_ONE: Final = "SELECT position, messages FROM chunk WHERE position = ?"
_WAITING: Final = """
    SELECT application, day, sum(count) FROM arrived WHERE position > ?
    GROUP BY application, day ORDER BY application, day
"""
_PAGES: Final = """
    SELECT page_count, freelist_count, page_size
    FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()
"""


class SqliteLog:
    """A `Log` in one SQLite file."""

    def __init__(
        self,
        path: Path,
        *,
        limit_bytes: int | None = None,
        after: int = 0,
        read_only: bool = False,
        patience: float = 5.0,
    ) -> None:
        """Open the log, make it when it is missing.

        Args:
            path: the file; its folder must exist.
            limit_bytes: how large the file may grow; `append` raises Unavailable beyond.
            after: positions given from now on lie above it. Hand in the book's `position()`: a new log beside an
                old book would else begin at 1 and be taken for booked.
            read_only: see `reader`.
            patience: seconds to wait for a lock that another process holds.

        Raises:
            Misconfigured: no log of ours, damaged, of a newer version, not allowed; it is left as it was.
            Unavailable: locked or disk full.
        """
        self._file = SqliteFile(path, _LAYOUT, read_only=read_only, patience=patience)
        self._packer = Packer()
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            if limit_bytes is not None:
                self._limit(limit_bytes)
            if after and not read_only:
                self._begin_after(after)
            on_failure.pop_all()

    @classmethod
    def reader(cls, path: Path, *, patience: float = 5.0) -> Self:
        """Open an existing log for reading only, also beside a process that writes. Raises as the constructor."""
        return cls(path, read_only=True, patience=patience)

    def _limit(self, limit_bytes: int) -> None:
        with self._file.maintaining() as connection:
            (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
            connection.execute(f"PRAGMA max_page_count = {max(limit_bytes // page_bytes, 1):d}")

    def _begin_after(self, position: int) -> None:
        with self._file.writing() as connection:
            connection.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'chunk'", (position,))

    def append(self, messages: Sequence[Message]) -> Chunk:
        """Make the messages durable and give them back with their position.

        Raises:
            Unavailable: disk or limit full, locked, damaged; nothing of the batch was kept, the caller still has it.
            ValueError: no messages.
        """
        if not messages:
            raise ValueError("a chunk holds at least one message")
        arrived = Counter((message.application, message.arrived_at // DAY) for message in messages)
        with self._file.writing() as connection:
            packed = self._packer.pack(messages)
            position = connection.execute("INSERT INTO chunk (messages) VALUES (?)", (packed,)).lastrowid or 0
            rows = [(position, application, day, count) for (application, day), count in arrived.items()]
            connection.executemany("INSERT INTO arrived VALUES (?, ?, ?, ?)", rows)
        return Chunk(position, tuple(messages))

    def read(self, after: int, limit: int = 1) -> Iterator[Chunk]:
        """The chunks with a position above `after`, lowest first, at most `limit`.

        Raises:
            Unavailable: the file is locked or damaged.
        """
        for _ in range(limit):
            chunk = self._fetch(_NEXT, after)
            if chunk is None:
                return
            yield chunk
            after = chunk.position

    def get(self, position: int) -> Chunk | None:
        """One chunk, None when it was dropped. Raises Unavailable."""
        return self._fetch(_ONE, position)

    def _fetch(self, query: str, position: int) -> Chunk | None:
        with self._file.reading() as connection:
            row = connection.execute(query, (position,)).fetchone()
        return None if row is None else Chunk(row[0], self._unpack(*row))

    def _unpack(self, position: int, packed: bytes) -> tuple[Message, ...]:
        try:
            return self._packer.unpack(packed)
        except Damaged as error:
            raise Unavailable(
                f"Chunk {position} of {self._file.path} is damaged ({error}). Restore the log from a backup."
            ) from error

    def waiting(self, after: int) -> list[Waiting]:
        """How many messages the chunks above that position hold, without unpacking them. Raises Unavailable."""
        with self._file.reading() as connection:
            rows = connection.execute(_WAITING, (after,)).fetchall()
        return [Waiting(application, date.fromordinal(_EPOCH + day), count) for application, day, count in rows]

    def drop(self, positions: Collection[int]) -> None:
        """Forget these chunks; forgetting one twice is no error. Raises Unavailable."""
        rows = [(position,) for position in positions]
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM chunk WHERE position = ?", rows)
            connection.executemany("DELETE FROM arrived WHERE position = ?", rows)
        self._give_back_space()

    def _give_back_space(self) -> None:
        """Shrink the file when most of it is free, as after a long outage; the rest is filled again."""
        with self._file.maintaining() as connection:
            pages, free, _ = connection.execute(_PAGES).fetchone()
            excess = free - (pages - free) - 1
            if excess > 0:
                # As a script: `execute` would stop after the first page.
                connection.executescript(f"PRAGMA incremental_vacuum({excess:d})")

    def size(self) -> int:
        """Bytes that the chunks take on disk; falls when chunks are dropped. Raises Unavailable."""
        with self._file.reading() as connection:
            pages, free, page_bytes = connection.execute(_PAGES).fetchone()
        return int((pages - free) * page_bytes)

    def close(self) -> None:
        """Let go of files and connections."""
        self._file.close()
