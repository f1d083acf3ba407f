"""The connection to the registry's database: SQLite in a file, or PostgreSQL by its address."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from smartregion.errors import Misconfigured, Unavailable

_BUSY_SECONDS = 5.0


class Database:
    """Transactions, one at a time, with the library's errors told in our words."""

    def __init__(self, where: str | Path) -> None:
        self._where, self._engine = _engine(where)
        self._lock = threading.Lock()

    @property
    def engine(self) -> Engine:
        """For the migrations."""
        return self._engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction. Raises Unavailable, or Misconfigured when the file can't be read as a registry."""
        with self._lock, self.translated(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Turn errors of the database into ours."""
        try:
            yield
        except OperationalError as error:
            raise Unavailable(f"registry {self._where}: {error.orig}; waiting for it to come back") from error
        except DatabaseError as error:
            raise Misconfigured(
                f"registry {self._where}: {error.orig}; restore it from a backup, or move it away to begin a new one"
            ) from error

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()


def _engine(where: str | Path) -> tuple[str, Engine]:
    url = _url(where)
    shown = url.render_as_string(hide_password=True) if url.host else str(url.database)
    try:
        if url.get_backend_name() != "sqlite":
            return shown, create_engine(url, pool_pre_ping=True)
        engine = create_engine(url, connect_args={"timeout": _BUSY_SECONDS})
    except (NoSuchModuleError, ImportError) as error:
        raise Misconfigured(
            f"no driver for a registry at {url.get_backend_name()!r}: {error}; install one, or use a file"
        ) from error
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return shown, engine


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        return make_url(where)
    except ArgumentError as error:
        raise Misconfigured(
            "the registry's address is not readable; it looks like postgresql+psycopg://user@host/name"
        ) from error


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # Python's module would end the transaction before each change of a table, so that a power cut in the midst of an
    # upgrade left a registry that is neither old nor new.
    connection.isolation_level = None
    # Readers of other processes must not wait for our writes; what a person decided must survive a power cut.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # Takes no lock yet, so it can't fail for one.
    connection.connection.cursor().execute("BEGIN")
