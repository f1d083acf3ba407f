"""The file beside InfluxDB that holds what it can't tell cheaply: which series there are and where they lie, dirty
hours, how far the retention went, and changes that are under way."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from sqlite3 import Connection
from typing import Final, NamedTuple

from smartregion.model import Series
from store.journal.sqlite_file import Layout, SqliteFile
from store.series.influxdb_lines import Home, home_of

_DEPARTURES: Final = """
    CREATE TABLE departure (number INTEGER NOT NULL, tenant TEXT NOT NULL, PRIMARY KEY (number, tenant)) WITHOUT ROWID;
"""
LAYOUT: Final = Layout(
    name="catalogue of InfluxDB's series",
    application_id=0x53524943,
    version=2,
    schema="""
    PRAGMA page_size = 4096;
    CREATE TABLE series (
        number INTEGER PRIMARY KEY, point TEXT NOT NULL, device TEXT NOT NULL, quantity TEXT NOT NULL,
        attributes TEXT NOT NULL, modulus REAL, low INTEGER NOT NULL, high INTEGER NOT NULL
    );
    CREATE TABLE home (
        number INTEGER NOT NULL, rank INTEGER NOT NULL, tenant TEXT NOT NULL, site TEXT NOT NULL, domain TEXT NOT NULL,
        PRIMARY KEY (number, rank)
    ) WITHOUT ROWID;
    CREATE TABLE dirty (key INTEGER PRIMARY KEY);
    CREATE TABLE intent (id INTEGER PRIMARY KEY, content BLOB NOT NULL);
    CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    """
    + _DEPARTURES,
    upgrades={1: _DEPARTURES},
)
_PUT_SERIES: Final = "INSERT OR REPLACE INTO series VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_PUT_HOME: Final = "INSERT OR REPLACE INTO home VALUES (?, ?, ?, ?, ?)"


class Kept(NamedTuple):
    """A series as the file holds it."""

    number: int
    series: Series
    homes: dict[int, Home]
    """By rank; the highest is where it belongs now."""
    low: int
    high: int
    """First and last day since 1970 that may hold a reading or rollup of it."""


class Departure(NamedTuple):
    """A series left a tenant."""

    number: int
    tenant: str


class CatalogueFile:
    """Each method is one transaction, durable when it returns. All raise Unavailable."""

    def __init__(self, path: Path) -> None:
        """Open the file, make it when it is missing. Raises Misconfigured, Unavailable."""
        self._file = SqliteFile(path, LAYOUT)

    def load(self) -> Iterator[Kept]:
        """All series in order of their numbers."""
        with self._file.reading() as reading:
            homes: dict[int, dict[int, Home]] = {}
            for number, rank, *home in reading.execute("SELECT * FROM home ORDER BY number, rank"):
                homes.setdefault(number, {})[rank] = Home(*home)
            for number, point, device, quantity, attributes, modulus, low, high in reading.execute(
                "SELECT * FROM series ORDER BY number"
            ):
                pairs = tuple((name, value) for name, value in json.loads(attributes))
                now = homes[number][max(homes[number])]
                series = Series(point, device, quantity, pairs, now.tenant, now.site, now.domain, modulus)
                yield Kept(number, series, homes[number], low, high)

    def put(self, several: Iterable[Kept], dirty: Iterable[int], left: Iterable[Departure] = ()) -> None:
        """Keep series as they are now, further dirty hours, and which tenants were left."""
        rows = list(several)
        with self._file.writing() as writing:
            writing.executemany(_PUT_SERIES, [_row(kept) for kept in rows])
            writing.executemany(
                _PUT_HOME, [(kept.number, rank, *home) for kept in rows for rank, home in kept.homes.items()]
            )
            writing.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", [(key,) for key in dirty])
            writing.executemany("INSERT OR IGNORE INTO departure VALUES (?, ?)", left)

    def departures(self) -> list[Departure]:
        """Those whose totals are not summed up again yet."""
        with self._file.reading() as reading:
            return [Departure(*row) for row in reading.execute("SELECT number, tenant FROM departure")]

    def settle(self, departures: Iterable[Departure]) -> None:
        """The totals of these are right again."""
        with self._file.writing() as writing:
            writing.executemany("DELETE FROM departure WHERE number = ? AND tenant = ?", departures)

    def leave(self, number: int, rank: int) -> None:
        """The series has nothing left in that home."""
        with self._file.writing() as writing:
            writing.execute("DELETE FROM home WHERE number = ? AND rank = ?", (number, rank))

    def dirty(self, limit: int) -> list[int]:
        """The highest keys."""
        with self._file.reading() as reading:
            return [key for (key,) in reading.execute("SELECT key FROM dirty ORDER BY key DESC LIMIT ?", (limit,))]

    def clean(self, keys: Iterable[int]) -> None:
        """These are not dirty any more."""
        with self._file.writing() as writing:
            writing.executemany("DELETE FROM dirty WHERE key = ?", [(key,) for key in keys])

    def readings_from(self) -> int | None:
        """What was retained last."""
        with self._file.reading() as reading:
            found = reading.execute("SELECT value FROM state WHERE name = 'readings_from'").fetchone()
        return None if found is None else int(found[0])

    def retain(self, readings_from: int, first_key: int) -> None:
        """Remember the edge; hours of lower keys are not dirty any more."""
        with self._file.writing() as writing:
            writing.execute("INSERT OR REPLACE INTO state VALUES ('readings_from', ?)", (readings_from,))
            writing.execute("DELETE FROM dirty WHERE key < ?", (first_key,))

    def intents(self) -> list[tuple[int, bytes]]:
        """Changes that are under way, oldest first."""
        with self._file.reading() as reading:
            return reading.execute("SELECT id, content FROM intent ORDER BY id").fetchall()

    def begin(self, content: bytes, dirty: Iterable[int]) -> int:
        """Remember a change before its first step, and the hours it will have changed; gives its number."""
        with self._file.writing() as writing:
            writing.executemany("INSERT OR IGNORE INTO dirty VALUES (?)", [(key,) for key in dirty])
            return _last_row(writing, "INSERT INTO intent (content) VALUES (?)", (content,))

    def end(self, intent: int) -> None:
        """The change is done."""
        with self._file.writing() as writing:
            writing.execute("DELETE FROM intent WHERE id = ?", (intent,))

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def _last_row(writing: Connection, statement: str, given: tuple[object, ...]) -> int:
    row = writing.execute(statement, given).lastrowid
    assert row is not None  # noqa: S101 — an INSERT into a table with rowids has one
    return row


def _row(kept: Kept) -> tuple[object, ...]:
    series = kept.series
    attributes = json.dumps(series.attributes)
    names = (series.point, series.device, series.quantity, attributes)
    return (kept.number, *names, series.modulus, kept.low, kept.high)


def homes_of(series: Series) -> dict[int, Home]:
    """Those of a new series."""
    return {0: home_of(series)}
