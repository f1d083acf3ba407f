"""Housekeeping of the DuckDB file: what is hot becomes settled, what is settled becomes sorted, what is old goes."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from string import Template
from typing import Final, NamedTuple

from smartregion.clock import HOUR
from store.series import duckdb_dirty as dirtiness
from store.series.duckdb_file import Cursor, DuckFile
from store.series.duckdb_names import prune
from store.series.duckdb_schema import ALL, BY_SERIES, READINGS, Shelf
from store.series.selecting import EARLIEST, LATEST

_MOVE: Final = 200_000
"""Rows that one transaction moves, unless a single stretch has more."""
_WORTH_SORTING: Final = 20_000
_SLICE: Final = 500_000
"""Rows that are sorted in one go: what 64 MB hold."""

_MOVING: Final = (
    "CREATE OR REPLACE TEMP TABLE moving AS SELECT $keys, $values FROM $hot WHERE $time BETWEEN ? AND ?"
    " QUALIFY row_number() OVER (PARTITION BY $keys ORDER BY seq DESC) = 1"
)
_REPLACED: Final = "DELETE FROM $settled USING moving WHERE $same AND $settled.$time BETWEEN ? AND ?"
_SETTLE: Final = "INSERT INTO $settled SELECT $keys, $values FROM moving WHERE $marker IS NOT NULL ORDER BY $bin, $keys"
_SPAN: Final = "INSERT INTO span SELECT '$settled', series_id, min($time), max($time) FROM moving GROUP BY series_id"
_LOOSE: Final = "INSERT INTO stretch SELECT '$settled', $bin, 0, count(*) FROM moving GROUP BY ALL"


class Stretch(NamedTuple):
    """A part of a shelf's time: both ends included."""

    first: int
    last: int
    rows: int


def settle(file: DuckFile, shelf: Shelf) -> None:
    """Move the hot rows of a shelf to its settled table, stretch by stretch."""
    with file.cursor() as cursor:
        text = shelf.sql("SELECT $bin AS bin, count(*) FROM $hot GROUP BY ALL ORDER BY bin")
        found = [_stretch(shelf, number, rows) for number, rows in cursor.execute(text).fetchall()]
    for first, last, _ in _joined(found):
        file.change(partial(_move, shelf=shelf, first=first, last=last))


def _move(cursor: Cursor, shelf: Shelf, first: int, last: int) -> None:
    cursor.execute(shelf.sql(_MOVING), [first, last])
    cursor.execute(shelf.sql(_REPLACED), [first, last])
    cursor.execute(shelf.sql(_SETTLE))
    if shelf is READINGS:
        dirtiness.settle(cursor, first, last)
    # the transaction sees one state: what was written since stays
    cursor.execute(shelf.sql("DELETE FROM $hot WHERE $time BETWEEN ? AND ?"), [first, last])
    if shelf in BY_SERIES:
        cursor.execute(shelf.sql(_SPAN))
        cursor.execute(shelf.sql(_LOOSE))
    cursor.execute("DROP TABLE moving")


def _stretch(shelf: Shelf, number: int, rows: int) -> Stretch:
    first = number * shelf.stretch
    return Stretch(max(first, EARLIEST), min(first + shelf.stretch - 1, LATEST), rows)


def _joined(found: list[Stretch]) -> Iterator[Stretch]:
    # neighbours go together while they are few; a hole between them would make the search for replaced rows long
    together: Stretch | None = None
    for one in found:
        if together and together.last + 1 == one.first and together.rows + one.rows <= _MOVE:
            together = Stretch(together.first, one.last, together.rows + one.rows)
            continue
        if together:
            yield together
        together = one
    if together:
        yield together


def sort(file: DuckFile, shelf: Shelf) -> None:
    """Sort each stretch of a settled table that is past and holds many rows that came apart from each other."""
    with file.cursor() as cursor:
        rows = cursor.execute(
            "SELECT bin, sum(sorted_rows)::BIGINT AS neat, sum(loose_rows)::BIGINT AS loose FROM stretch"
            " WHERE shelf = ? GROUP BY bin ORDER BY bin",
            [shelf.settled],
        ).fetchall()
    # the newest stretch is still being written
    for number, neat, loose in rows[:-1]:
        if loose > _WORTH_SORTING and loose * 8 > neat:
            _sort_stretch(file, shelf, number, _stretch(shelf, number, neat + loose))


def _sort_stretch(file: DuckFile, shelf: Shelf, number: int, stretch: Stretch) -> None:
    with file.cursor() as cursor:
        highest = cursor.execute("SELECT coalesce(max(id), 0) FROM series").fetchone()
    count = stretch.rows // _SLICE + 1
    ends = [(highest[0] + 1 if highest else 1) * part // count for part in range(count + 1)]
    for low, high in pairwise(ends):
        file.change(partial(_sort_slice, shelf=shelf, stretch=stretch, low=low, high=high))
    file.change(lambda cursor: _now_sorted(cursor, shelf, number, stretch.rows))


def _sort_slice(cursor: Cursor, shelf: Shelf, stretch: Stretch, low: int, high: int) -> None:
    part = "FROM $settled WHERE $time BETWEEN ? AND ? AND series_id >= ? AND series_id < ?"
    given = [stretch.first, stretch.last, low, high]
    cursor.execute(shelf.sql("CREATE OR REPLACE TEMP TABLE moving AS SELECT * " + part), given)
    cursor.execute(shelf.sql("DELETE " + part), given)
    cursor.execute(shelf.sql("INSERT INTO $settled SELECT * FROM moving ORDER BY $keys"))
    cursor.execute("DROP TABLE moving")


def _now_sorted(cursor: Cursor, shelf: Shelf, number: int, rows: int) -> None:
    cursor.execute("DELETE FROM stretch WHERE shelf = ? AND bin = ?", [shelf.settled, number])
    cursor.execute("INSERT INTO stretch VALUES (?, ?, ?, 0)", [shelf.settled, number, rows])


def tidy(file: DuckFile, next_seq: int) -> None:
    """Sum up what adds up, and note the sequence number to go on from."""

    def work(cursor: Cursor) -> None:
        _fold(cursor, "span", "shelf, series_id, min(oldest), max(newest)")
        _fold(cursor, "stretch", "shelf, bin, sum(sorted_rows)::BIGINT, sum(loose_rows)::BIGINT")
        prune(cursor)
        put_state(cursor, "seq", next_seq)

    file.change(work)


def thin_dirty(file: DuckFile) -> None:
    """Keep one row for each dirty hour, and no word about hours that have been clean for long."""

    def work(cursor: Cursor) -> None:
        dirtiness.sweep(cursor)
        _fold(cursor, "dirty", "series_id, hour, max(mark)")

    file.change(work)


def _fold(cursor: Cursor, table: str, columns: str) -> None:
    # GROUP BY ALL takes the columns that are not summed up; a table without repeats is left alone
    def execute(text: str) -> Cursor:
        return cursor.execute(Template(text).substitute(table=table, folded=folded))

    folded = Template("SELECT $columns FROM $table GROUP BY ALL").substitute(columns=columns, table=table)
    row = execute("SELECT (SELECT count(*) FROM $table) > (SELECT count(*) FROM ($folded))").fetchone()
    if row and row[0]:
        execute("CREATE OR REPLACE TEMP TABLE moving AS $folded")
        execute("DELETE FROM $table")
        execute("INSERT INTO $table FROM moving")
        execute("DROP TABLE moving")


def put_state(cursor: Cursor, name: str, value: int) -> None:
    """Note a number under a name."""
    cursor.execute("DELETE FROM state WHERE name = ?", [name])
    cursor.execute("INSERT INTO state VALUES (?, ?)", [name, value])


def get_state(cursor: Cursor, name: str) -> int | None:
    """The number noted under a name."""
    row = cursor.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
    return None if row is None else int(row[0])


def last_seq(cursor: Cursor) -> int:
    """The highest sequence number that is or was in use."""
    used = [
        "SELECT max(value) FROM state WHERE name = 'seq'",
        "SELECT max(mark) FROM dirty",
        "SELECT max(mark) FROM clean",
    ]
    used += [shelf.sql("SELECT max(seq) FROM $hot") for shelf in ALL]
    rows = [cursor.execute(text).fetchone() for text in used]
    return max(int(row[0] or 0) for row in rows if row)


def forget_before(cursor: Cursor, start: int) -> None:
    """Delete readings before that time, and the dirty hours that begin before it."""
    cursor.execute("DELETE FROM obs WHERE time_ns < ?", [start])
    cursor.execute("DELETE FROM hot WHERE time_ns < ?", [start])
    cursor.execute("DELETE FROM dirty WHERE hour < ?", [-(-start // HOUR)])
    cursor.execute("DELETE FROM stretch WHERE shelf = 'obs' AND bin < ?", [start // READINGS.stretch])
    cursor.execute("DELETE FROM span WHERE shelf = 'obs' AND newest < ?", [start])
    cursor.execute("UPDATE span SET oldest = ? WHERE shelf = 'obs' AND oldest < ?", [start, start])
    put_state(cursor, "readings_from", start)
