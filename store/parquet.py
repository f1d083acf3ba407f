"""Parquet files of messages, written and read with a DuckDB in memory. Used in child processes only: DuckDB keeps what
it once took, and sorting takes much.

Columns: application, device_id, received_at, arrived_at (UTC, nanoseconds), source, topic, connection, state, cause,
decoder, payload (the bytes as received), chunk, place. Rows are sorted by device and by chunk and place.
"""

import contextlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import duckdb

from smartregion.errors import Unavailable
from store.archive import ArchivedMessage, Filed

FIRST: Final = -(2**63) + 2
LAST: Final = 2**63 - 2
"""The times that a column of nanoseconds holds; what lies beyond stands for infinity."""
GROUP_ROWS: Final = 10_000
"""Rows that are compressed together, and skipped together when other devices are wanted."""
ZSTD_LEVEL: Final = 6
_FETCH: Final = 2_000
_STAGING: Final = """
    CREATE TABLE staged (
        application VARCHAR, device_id VARCHAR, received_at BIGINT, arrived_at BIGINT, source VARCHAR, topic VARCHAR,
        connection VARCHAR, state VARCHAR, cause VARCHAR, decoder VARCHAR, payload BLOB, chunk BIGINT, place INTEGER,
        day INTEGER
    )
"""
_COLUMNS: Final = """
    application, device_id, make_timestamp_ns(received_at) AS received_at, make_timestamp_ns(arrived_at) AS arrived_at,
    source, topic, connection, state, cause, decoder, payload, chunk, place
"""
_PLAIN: Final = """
    application, device_id, epoch_ns(received_at), epoch_ns(arrived_at), source, topic, connection, state, cause,
    decoder, payload, chunk, place
"""
_ORDER: Final = "ORDER BY device_id NULLS FIRST, chunk, place"


class Stretch(NamedTuple):
    """Devices above `after` up to and with `upto`."""

    after: str = ""
    upto: str = ""
    nameless: bool = False
    """Also the messages that are of no device."""


class Window(NamedTuple):
    """Frames that were received from start..before end; messages without such a time belong to every window."""

    start: int
    end: int


class Workshop:
    """One DuckDB in memory that reads and writes Parquet files; a context manager."""

    def __init__(self, temporary: Path, *, memory_limit: str = "256MB") -> None:
        """`temporary`: where rows go that do not fit into memory."""
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 1,
            "memory_limit": memory_limit,
            "temp_directory": str(temporary / "parquet"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._duck = duckdb.connect(":memory:", config=config)
        self._duck.execute(_STAGING)

    def stage(self, rows: Iterable[Filed]) -> None:
        """Take rows in, to be written by `write_staged`. Raises Unavailable."""
        with _told(), self._duck.appender("staged") as appender:
            appender.append_rows((*_storable(row), day.toordinal()) for day, row in rows)

    def staged(self) -> list[tuple[str, date, int]]:
        """Application, day and number of the rows taken in. Raises Unavailable."""
        with _told():
            found = self._duck.execute("SELECT application, day, count(*) FROM staged GROUP BY ALL ORDER BY ALL")
            return [(application, date.fromordinal(day), count) for application, day, count in found.fetchall()]

    def write_staged(self, path: Path, application: str, day: date) -> None:
        """Write the rows of an application and day. Raises Unavailable."""
        chosen = "FROM staged WHERE application = $application AND day = $day"
        given = {"application": application, "day": day.toordinal()}
        self._copy(f"SELECT {_COLUMNS} {chosen} {_ORDER}", given, path)

    def clear(self) -> None:
        """Forget the rows taken in. Raises Unavailable."""
        with _told():
            self._duck.execute("DELETE FROM staged")

    def merge(self, files: Sequence[Path], which: Stretch, path: Path) -> None:
        """Write the rows of some files that are of these devices into one file, each message once.

        Raises:
            Unavailable: a file is damaged or missing, or the disk is full.
        """
        names = [str(file) for file in files]
        same = "QUALIFY row_number() OVER (PARTITION BY chunk, place, arrived_at, md5(payload)) = 1"
        chosen = f"{_devices(which)} {same} {_ORDER}"
        query = f"SELECT * FROM read_parquet($files) WHERE {chosen}"  # noqa: S608 — names of our own
        self._copy(query, {"files": names, **_given(which)}, path)

    def count(self, file: Path) -> int:
        """Rows of a file. Raises Unavailable when it is damaged or missing."""
        with _told():
            (count,) = self._duck.execute("SELECT count(*) FROM read_parquet($file)", {"file": str(file)}).fetchall()[0]
            return int(count)

    def devices(self, files: Sequence[Path], window: Window | None = None) -> list[tuple[str | None, int]]:
        """The devices of these files and how many messages each has, by name, nameless ones first.

        Raises:
            Unavailable: a file is damaged or missing.
        """
        if not files:
            return []
        chosen = f"{_in_time(window)} GROUP BY device_id ORDER BY device_id NULLS FIRST"
        query = f"SELECT device_id, count(*) FROM read_parquet($files) WHERE {chosen}"  # noqa: S608 — names of our own
        with _told():
            return self._duck.execute(query, {"files": [str(file) for file in files], **_bounds(window)}).fetchall()

    def rows(
        self, files: Sequence[Path], which: Stretch, window: Window | None = None, only: Collection[str] = ()
    ) -> Iterator[ArchivedMessage]:
        """The messages of these devices (of `only` those among them), by device, then as they came.

        Raises:
            Unavailable: a file is damaged or missing.
        """
        if not files:
            return
        chosen = f"{_devices(which)} AND {_in_time(window)} AND (len($only) = 0 OR device_id IN (SELECT unnest($only)))"
        query = f"SELECT {_PLAIN} FROM read_parquet($files) WHERE {chosen} {_ORDER}"  # noqa: S608 — names of our own
        given = {"files": [str(file) for file in files], "only": list(only), **_given(which), **_bounds(window)}
        with _told():
            found = self._duck.execute(query, given)
            while rows := found.fetchmany(_FETCH):
                yield from map(ArchivedMessage._make, rows)

    def _copy(self, query: str, given: dict[str, object], path: Path) -> None:
        # COPY takes no parameters; the table between has none of them left.
        options = f"FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {ZSTD_LEVEL:d}, ROW_GROUP_SIZE {GROUP_ROWS:d}"
        with _told():
            chosen = self._duck.sql(query, params=given)
            chosen.create("leaving")
            try:
                self._duck.execute(f"COPY leaving TO '{_quoted(path)}' ({options})")
            finally:
                self._duck.execute("DROP TABLE leaving")

    def close(self) -> None:
        """Let go of the memory."""
        self._duck.close()

    def __enter__(self) -> Self:
        """The workshop itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _in_time(window: Window | None) -> str:
    inside = "received_at >= make_timestamp_ns($start) AND received_at < make_timestamp_ns($end)"
    return "true" if window is None else f"(received_at IS NULL OR {inside})"


def _bounds(window: Window | None) -> dict[str, object]:
    return {} if window is None else {name: min(max(time, FIRST), LAST) for name, time in window._asdict().items()}


def _storable(row: ArchivedMessage) -> ArchivedMessage:
    """The row; without its frame's time where no column holds that (the payload still tells it)."""
    time = row.received_at
    return row if time is None or FIRST <= time <= LAST else row._replace(received_at=None)


def _devices(which: Stretch) -> str:
    named = "device_id > $after AND device_id <= $upto"
    return f"({named} OR device_id IS NULL)" if which.nameless else f"({named})"


def _given(which: Stretch) -> dict[str, object]:
    return {"after": which.after, "upto": which.upto}


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise Unavailable(f"the archive's files can't be read or written: {error}") from error
