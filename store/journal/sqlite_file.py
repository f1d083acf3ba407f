"""One SQLite file that several threads and processes read while one writes.

Errors of SQLite end here: what may pass is `Unavailable`, what a person must mend is `Misconfigured`.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from smartregion.errors import Misconfigured, Unavailable

_WORDS: Final = {
    sqlite3.SQLITE_FULL: "is full: no space left on the disk, or its limit is reached",
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked by another process",
    sqlite3.SQLITE_READONLY: "can't be written (read-only file or folder)",
    sqlite3.SQLITE_PERM: "can't be written (permissions)",
    sqlite3.SQLITE_CANTOPEN: "can't be opened (missing, or no right to its file or folder)",
    sqlite3.SQLITE_IOERR: "can't be read or written (disk error, or no space left)",
    sqlite3.SQLITE_NOMEM: "can't be used: out of memory",
    sqlite3.SQLITE_CORRUPT: "is damaged",
    sqlite3.SQLITE_NOTADB: "is no SQLite database, or its beginning is damaged",
}
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_FORBIDDEN: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file of one kind looks like."""

    name: str
    """For people: "log", "book"."""
    application_id: int
    """Marks the file as ours and of this kind."""
    version: int
    """Of the schema; a file of a newer one is refused."""
    schema: str
    """Pragmas that must precede the first table, then the tables."""
    upgrades: Mapping[int, str] = field(default_factory=dict)
    """By version: the statements that make the next one of it."""


class SqliteFile:
    """Connections to one file: one that writes, any number that read."""

    def __init__(self, path: Path, layout: Layout, *, read_only: bool = False, patience: float = 5.0) -> None:
        """Open the file, make it when it is missing.

        Args:
            path: the file; its folder must exist.
            layout: what it must hold.
            read_only: never write, nor make the file; another process may be writing.
            patience: seconds to wait for a lock that another process holds.

        Raises:
            Misconfigured: not ours, damaged, of a newer version, not allowed; the file is left as it was.
            Unavailable: locked or disk full.
        """
        self.path = path
        self._layout = layout
        self._read_only = read_only
        self._patience = patience
        self._lock = threading.Lock()
        self._idle_lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._older = False
        if not read_only and not path.exists():
            self._create()
        self._writer = self._open()
        if not read_only:
            with ExitStack() as on_failure:
                on_failure.enter_context(closing(self._writer))
                self._upgrade()
                on_failure.pop_all()

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            raise Misconfigured(f"There is no {self._layout.name} at {self.path}. Name a data folder that was used.")
        with self._opening(), ExitStack() as on_failure:
            connection = on_failure.enter_context(closing(self._connect(self.path)))
            self._check(connection)
            on_failure.pop_all()
        return connection

    @contextmanager
    def _opening(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._at_opening(error) from error

    def _connect(self, path: Path) -> sqlite3.Connection:
        mode = "ro" if self._read_only else "rw"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}",
            uri=True,
            isolation_level=None,
            timeout=self._patience,
            check_same_thread=False,
        )
        with ExitStack() as on_failure:
            on_failure.enter_context(closing(connection))
            connection.execute("PRAGMA synchronous = FULL")
            # Debian's SQLite overwrites deleted content by default: dropping a chunk would write all of it again.
            connection.execute("PRAGMA secure_delete = OFF")
            connection.execute(f"PRAGMA query_only = {self._read_only:d}")
            on_failure.pop_all()
        return connection

    def _check(self, connection: sqlite3.Connection) -> None:
        layout = self._layout
        (found,) = connection.execute("PRAGMA application_id").fetchone()
        if found != layout.application_id:
            raise Misconfigured(
                f"{self.path} is not a {layout.name} of smartregion. Move it away, or name another data folder."
            )
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > layout.version:
            raise Misconfigured(
                f"{self.path} was written by a newer smartregion (layout {version}, this one knows {layout.version}). "
                "Install that version again, or restore a backup made before the update."
            )
        self._older = self._read_only and version < layout.version
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if not self._read_only:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")

    def _upgrade(self) -> None:
        """Bring a file of an older version up to date, a version in a transaction. Raises as the constructor."""
        with self._opening():
            (version,) = self._writer.execute("PRAGMA user_version").fetchone()
            for number in range(version, self._layout.version):
                steps = self._layout.upgrades[number]
                self._writer.executescript(f"BEGIN IMMEDIATE; {steps} PRAGMA user_version = {number + 1:d}; COMMIT")

    def _create(self) -> None:
        """Make the file aside and put it in place whole: what bears its name is never half made."""
        for suffix in ("-wal", "-journal"):
            left = self.path.with_name(self.path.name + suffix)
            if left.exists() and left.stat().st_size:
                raise Misconfigured(
                    f"{self.path} is missing, but {left.name} beside it still holds data. "
                    "Restore both from a backup, or move that file away as well."
                )
        aside = self.path.with_name(self.path.name + ".new")
        try:
            aside.unlink(missing_ok=True)
            aside.touch(mode=0o600)
            with self._opening(), closing(self._connect(aside)) as connection:
                connection.executescript(self._layout.schema)
                connection.execute(f"PRAGMA application_id = {self._layout.application_id:d}")
                connection.execute(f"PRAGMA user_version = {self._layout.version:d}")
                connection.execute("PRAGMA journal_mode = WAL")
            _move_durably(aside, self.path)
        except OSError as error:
            raise Misconfigured(
                f"{self.path} can't be made: {error.strerror}. Give the service the right to write to "
                f"{self.path.parent} and room on its disk, or name another data folder."
            ) from error

    def _at_opening(self, error: sqlite3.DatabaseError) -> Exception:
        code = _code(error)
        if code in _DAMAGED:
            return Misconfigured(
                f"{self.path} {_WORDS[code]} ({error}). Nothing was changed. Restore it from a backup, "
                f"or move it away together with {self.path.name}-wal to begin with an empty {self._layout.name}."
            )
        if code in _FORBIDDEN:
            return Misconfigured(
                f"{self.path} {_WORDS[code]}. Give the service the right to write to {self.path.parent}, "
                "or name another data folder."
            )
        return self._unavailable(error)

    def _unavailable(self, error: sqlite3.DatabaseError) -> Exception:
        words = _WORDS.get(_code(error))
        if words is None and self._older:
            words = "was written by an older smartregion: start the service once, it brings it up to date"
        return error if words is None else Unavailable(f"{self.path} {words} ({error})")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is durable at the end, or nothing.

        Raises:
            Unavailable: disk full, locked, damaged, read-only, closed; nothing was kept.
        """
        with self._lock:
            self._refuse_closed()
            connection = self._writer
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.DatabaseError as error:
                raise self._unavailable(error) from error
            finally:
                _roll_back(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file, beside any writer.

        Raises:
            Unavailable: locked, damaged, closed.
        """
        try:
            connection = self._take()
        except sqlite3.DatabaseError as error:
            raise self._unavailable(error) from error
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.DatabaseError as error:
            raise self._unavailable(error) from error
        finally:
            _roll_back(connection)
            self._give_back(connection)

    @contextmanager
    def maintaining(self) -> Iterator[sqlite3.Connection]:
        """The writing connection outside of a transaction, for pragmas. Raises Unavailable."""
        with self._lock:
            self._refuse_closed()
            try:
                yield self._writer
            except sqlite3.DatabaseError as error:
                raise self._unavailable(error) from error

    def _take(self) -> sqlite3.Connection:
        with self._idle_lock:
            self._refuse_closed()
            if self._idle:
                return self._idle.pop()
        return self._connect(self.path)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._idle_lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _refuse_closed(self) -> None:
        if self._closed:
            raise Unavailable(f"{self.path} is closed")

    def close(self) -> None:
        """Close every connection; closing twice is no error."""
        with self._lock, self._idle_lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()


def _code(error: sqlite3.DatabaseError) -> int:
    """The primary result code of SQLite, 0 for errors that Python's module raises itself."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _move_durably(source: Path, target: Path) -> None:
    source.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
