"""What the archive holds: settled messages in Parquet files, and a catalogue that says which files count.

The files can be read without us: `archive/APPLICATION/2026-11/APPLICATION_2026-11-22_001.parquet`, checksums beside
them in `SHA256SUMS`. The catalogue makes writing atomic: a file counts from the moment it is entered there, and a file
that is to go is noted before, so that a kill at any moment leaves nothing half done.
"""

import fcntl
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple, Self

from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.sqlite_file import Layout, SqliteFile

FOLDER: Final = "archive"
CATALOGUE: Final = "catalogue.db"
_READERS: Final = "readers.lock"
DUPLICATE: Final = "duplicate"
"""State of a message whose frame was there before; the book has no row for it."""

_LAYOUT: Final = Layout(
    name="catalogue of the archive",
    application_id=0x53524152,
    version=1,
    schema="""
    CREATE TABLE part (
        file TEXT PRIMARY KEY, application TEXT NOT NULL, day INTEGER NOT NULL, messages INTEGER NOT NULL,
        octets INTEGER NOT NULL, sha256 TEXT NOT NULL, written_at INTEGER NOT NULL
    );
    CREATE INDEX part_day ON part (application, day);
    CREATE TABLE kept (position INTEGER PRIMARY KEY, digest BLOB NOT NULL);
    CREATE TABLE doomed (file TEXT PRIMARY KEY);
    """,
)


class ArchivedMessage(NamedTuple):
    """A row of the archive, in the order of its columns."""

    application: str
    """As the ledger counts it."""
    device_id: str | None
    """None when the message is none of a device, or can't be parsed."""
    received_at: int | None
    """The frame's own time."""
    arrived_at: int
    source: str
    topic: str
    connection: str
    """The application it came by; empty when only the message itself could tell."""
    state: str
    """stored | ignored | quarantined | duplicate when it was archived; empty when the book had forgotten it."""
    cause: str
    decoder: str
    """What read the frame, by name and version; empty where nothing did."""
    payload: bytes
    chunk: int
    """The chunk of the log it was in, and its place there: no two messages share both."""
    place: int

    @property
    def message(self) -> Message:
        """The message as received."""
        return Message(self.source, self.connection, self.topic, self.arrived_at, self.payload)


class Filed(NamedTuple):
    """A row of the archive, and the day of the ledger it belongs to."""

    day: date
    row: ArchivedMessage


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file: messages of one application and day."""

    file: str
    """Below the archive's folder, with `/`."""
    application: str
    day: date
    messages: int
    octets: int
    sha256: str
    written_at: int

    @property
    def folder(self) -> str:
        """Where it lies, below the archive's folder."""
        return self.file.rpartition("/")[0]


class Catalogue:
    """Which files of the archive count. One process writes; others may read meanwhile."""

    def __init__(self, folder: Path, *, read_only: bool = False) -> None:
        """Open the catalogue in the archive's folder, make it when it is missing.

        Raises:
            Misconfigured: no catalogue of ours, damaged, not allowed. Unavailable: locked or disk full.
        """
        self.folder: Final = folder
        if not read_only:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = SqliteFile(folder / CATALOGUE, _LAYOUT, read_only=read_only)

    @classmethod
    def reader(cls, folder: Path) -> Self | None:
        """For reading only, also beside a process that writes; None when nothing was archived yet."""
        return cls(folder, read_only=True) if (folder / CATALOGUE).exists() else None

    def parts(self, application: str | None = None, since: date = date.min, until: date = date.max) -> list[Part]:
        """Files of the days since..until (both included), by application, day and name. Raises Unavailable."""
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM part WHERE day BETWEEN ? AND ? AND (?3 IS NULL OR application = ?3)"
                " ORDER BY application, day, file",
                (since.toordinal(), until.toordinal(), application),
            ).fetchall()
        return [Part(file, name, date.fromordinal(day), *rest) for file, name, day, *rest in rows]

    def kept(self) -> dict[int, bytes]:
        """Chunks that are in the archive and may still be in the log, with the digest of their messages."""
        with self._file.reading() as connection:
            return dict(connection.execute("SELECT position, digest FROM kept"))

    def doomed(self) -> list[str]:
        """Files that do not count (any more) and are to be deleted."""
        with self._file.reading() as connection:
            return [file for (file,) in connection.execute("SELECT file FROM doomed ORDER BY file")]

    def announce(self, files: Iterable[str]) -> None:
        """Note files that are about to be written: without `enter` they will be deleted. Raises Unavailable."""
        with self._file.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO doomed VALUES (?)", [(file,) for file in files])

    def enter(self, parts: Collection[Part], chunks: Mapping[int, bytes], instead_of: Collection[Part] = ()) -> None:
        """From now on these files count, these chunks are kept, and other files do not count any more: all or nothing.

        Raises:
            Unavailable: nothing was changed.
        """
        with self._file.writing() as connection:
            connection.executemany("INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?)", [_row(part) for part in parts])
            connection.executemany("DELETE FROM doomed WHERE file = ?", [(part.file,) for part in parts])
            connection.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", chunks.items())
            gone = [(part.file,) for part in instead_of]
            connection.executemany("DELETE FROM part WHERE file = ?", gone)
            connection.executemany("INSERT OR IGNORE INTO doomed VALUES (?)", gone)

    def forget_doomed(self, files: Iterable[str]) -> None:
        """These files are deleted. Raises Unavailable."""
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM doomed WHERE file = ?", [(file,) for file in files])

    def forget_chunks(self, positions: Iterable[int]) -> None:
        """These chunks are no longer in the log. Raises Unavailable."""
        with self._file.writing() as connection:
            connection.executemany("DELETE FROM kept WHERE position = ?", [(position,) for position in positions])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """While this lasts no file that counts is deleted. Raises Unavailable."""
        with self._hold(fcntl.LOCK_SH):
            yield

    @contextmanager
    def deleting(self) -> Iterator[bool]:
        """Whether files that count may be deleted now: not while somebody is reading them. Raises Unavailable."""
        try:
            with self._hold(fcntl.LOCK_EX | fcntl.LOCK_NB):
                yield True
        except BlockingIOError:
            yield False

    @contextmanager
    def _hold(self, how: int) -> Iterator[None]:
        try:
            lock = os.open(self.folder / _READERS, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise Unavailable(f"the archive can't use {self.folder}: {error.strerror}") from error
        try:
            fcntl.flock(lock, how)
            yield
        finally:
            os.close(lock)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _row(part: Part) -> tuple[str, str, int, int, int, str, int]:
    rest = (part.messages, part.octets, part.sha256, part.written_at)
    return (part.file, part.application, part.day.toordinal(), *rest)
