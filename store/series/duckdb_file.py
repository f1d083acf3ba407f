"""The DuckDB file: opened once, one cursor per thread at a time, its errors in our words."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import duckdb

from smartregion.errors import Misconfigured, Unavailable
from store.series.duckdb_torn import cut_torn_end

T = TypeVar("T")
Cursor = duckdb.DuckDBPyConnection

_ATTEMPTS: Final = 5
_AWAY: Final = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
    duckdb.ConnectionException,
)
_BROKEN: Final = (duckdb.FatalException, duckdb.InternalException)
"""After these DuckDB answers nothing until the file was closed and opened again."""


class DuckFile:
    """One connection; a second way into the file would take its lock away (POSIX locks belong to the process)."""

    def __init__(
        self,
        path: Path,
        *,
        threads: int,
        memory_limit: str,
        temp_directory: Path,
        opened: Callable[[Cursor], None],
        tell: Callable[[str], None],
    ) -> None:
        """Opens the file, and calls `opened` then and each time it had to be opened again. `tell` is given what had
        to be mended, in words.

        Raises:
            Misconfigured: no DuckDB file, written by a newer DuckDB, in use by another process, or not accessible.
        """
        self._path = path
        self._settings: dict[str, str | bool | int | float | list[str]] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": str(temp_directory),
            "preserve_insertion_order": False,
            "wal_autocheckpoint": "4MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "async_threads": 1,
            # readable by DuckDB 1.5 too: the way back
            "storage_compatibility_version": "v1.5.0",
        }
        self._opened = opened
        self._tell = tell
        self._lock = threading.Lock()
        self._idle: list[Cursor] = []
        self._lent = 0
        self._broken = False
        self._connection: Cursor | None = self._open()

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Cursor]:
        """A cursor for this thread alone. Raises Unavailable when DuckDB fails."""
        cursor = self._take()
        fit = False
        try:
            yield cursor
            fit = True
        except _BROKEN as error:
            self._broken = True
            raise Unavailable(f"DuckDB gave up on {self._path} and is opened again: {error}") from error
        except _AWAY as error:
            raise Unavailable(f"DuckDB can't use {self._path} for now: {error}") from error
        finally:
            self._give_back(cursor, fit=fit)

    def change(self, work: Callable[[Cursor], T]) -> T:
        """Do the work in one transaction: all of it is on disk afterwards, or nothing.

        The work is done again when another transaction got in its way. Raises Unavailable.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._attempt(work)
            except Unavailable as error:
                if "conflict" not in str(error.__cause__).lower():
                    raise
        return self._attempt(work)

    def close(self) -> None:
        """Close the file; what asks for it later gets Unavailable."""
        with self._lock:
            for cursor in self._idle:
                cursor.close()
            self._idle.clear()
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _attempt(self, work: Callable[[Cursor], T]) -> T:
        with self.cursor() as cursor:
            cursor.begin()
            try:
                result = work(cursor)
                cursor.commit()
            except BaseException:
                # a commit that failed, or a broken database, has no transaction left to take back
                with contextlib.suppress(duckdb.Error):
                    cursor.rollback()
                raise
            return result

    def _take(self) -> Cursor:
        with self._lock:
            if self._connection is None:
                raise Unavailable(f"{self._path} is closed")
            if self._broken:
                self._connection = self._open_again(self._connection)
            self._lent += 1
            return self._idle.pop() if self._idle else self._connection.cursor()

    def _give_back(self, cursor: Cursor, *, fit: bool) -> None:
        with self._lock:
            self._lent -= 1
            if fit and self._connection is not None and not self._broken:
                self._idle.append(cursor)
            else:
                with contextlib.suppress(duckdb.Error):
                    cursor.close()

    def _open(self) -> Cursor:
        try:
            connection = self._connect()
        except duckdb.Error as error:
            raise Misconfigured(_explain(self._path, str(error))) from error
        try:
            self._opened(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self) -> Cursor:
        try:
            return duckdb.connect(str(self._path), config=self._settings)
        except duckdb.Error as error:
            mended = cut_torn_end(self._path, str(error))
            if not mended:
                raise
            self._tell(mended)
        return self._connect()

    def _open_again(self, connection: Cursor) -> Cursor:
        if self._lent:
            raise Unavailable(f"{self._path} is opened again as soon as nobody uses it")
        for one in (*self._idle, connection):
            with contextlib.suppress(duckdb.Error):
                one.close()
        self._idle.clear()
        try:
            again = self._open()
        except (Misconfigured, duckdb.Error) as error:
            raise Unavailable(f"{self._path} can't be opened again for now: {error}") from error
        self._broken = False
        return again


def _explain(path: Path, error: str) -> str:
    if "lock on file" in error:
        return f"{path} is in use by another process; stop that one first, or choose another data folder ({error})"
    if "not a valid DuckDB" in error:
        return f"{path} is no DuckDB file; move it away, or name another file for the series store"
    return f"{path} can't be opened as the series store; look at its folder, its permissions and its version: {error}"
