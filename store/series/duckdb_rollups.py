"""Rollups and totals in the DuckDB file."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from smartregion.clock import SECOND
from smartregion.model import Level, Rollup, Series, Total
from store.series.duckdb_file import DuckFile
from store.series.duckdb_names import Names
from store.series.duckdb_schema import ROLLUPS, TOTALS
from store.series.duckdb_seek import Seeker

Row = tuple[Any, ...]
_FETCH: Final = 10_000
_RANGE: Final = (
    "SELECT $keys, $values FROM ("
    "SELECT $keys, $values, 0::BIGINT AS seq FROM $settled WHERE $time BETWEEN $$first AND $$last{only}"
    " UNION ALL SELECT $keys, $values, seq FROM $hot WHERE $time BETWEEN $$first AND $$last{only})"
    " ORDER BY {order}, $time, seq"
)
_SOME_SERIES: Final = " AND series_id IN (SELECT unnest($$numbers::INTEGER[]))"
_OF_LEVEL: Final = " AND level = $$level AND quantity = $$quantity"
_SOME_TENANTS: Final = " AND tenant IN (SELECT unnest($$tenants::VARCHAR[]))"
_NOTHING: Final = (None,) * 13


def read_rollups(
    file: DuckFile, names: Names, level: Level, numbers: Collection[int], start: int, end: int
) -> dict[Series, list[Rollup]]:
    """Rollups of these series that begin in [start, end)."""
    if not numbers:
        return {}
    given: dict[str, object] = {"first": _seconds_up(start), "last": _seconds_up(end) - 1}
    only = ""
    if len(numbers) < len(names):
        given["numbers"] = list(numbers)
        only = _SOME_SERIES
    text = ROLLUPS[level].sql(_RANGE.format(only=only, order="series_id"))
    found: dict[Series, list[Rollup]] = {}
    before, rollups = -1, list[Rollup]()
    with file.cursor() as cursor:
        cursor.execute(text, given)
        while rows := cursor.fetchmany(_FETCH):
            for row in rows:
                if row[0] != before:
                    before, rollups = row[0], found.setdefault(names.series(row[0]), [])
                _lay(rollups, row)
    return {series: rollups for series, rollups in found.items() if rollups}


def _lay(rollups: list[Rollup], row: Row) -> None:
    # rows of one key come in the order they were written: each takes the place of the one before
    start = row[1] * SECOND
    if rollups and rollups[-1].start == start:
        rollups.pop()
    if row[3] is not None:
        rollups.append(to_rollup(row))


def to_rollup(row: Row) -> Rollup:
    """The rollup of a row (number, start, end, values …)."""
    return Rollup._make((row[1] * SECOND, row[2] * SECOND, *row[3:]))


def around(
    names: Names, seeker: Seeker, numbers: Collection[int], start: int, end: int
) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
    """For each series its newest rollup that begins before `start` and its oldest that begins at or after `end`."""
    before = seeker.before(numbers, _seconds_up(start))
    after = seeker.after(numbers, _seconds_up(end))
    return {
        names.series(number): (
            to_rollup(before[number]) if number in before else None,
            to_rollup(after[number]) if number in after else None,
        )
        for number in numbers
    }


def rollup_rows(numbers: Iterable[int], rollups: Iterable[Rollup], seq: int) -> list[Row]:
    """Rows for the hot table, numbered from `seq` on."""
    return [
        (number, one.start // SECOND, one.end // SECOND, *one[2:], place)
        for place, (number, one) in enumerate(zip(numbers, rollups, strict=True), seq)
    ]


def gone_rows(numbers: Iterable[int], starts: Iterable[int], seq: int) -> list[Row]:
    """Rows for the hot table that say: there is none."""
    return [
        (number, start // SECOND, *_NOTHING, place)
        for place, (number, start) in enumerate(zip(numbers, starts, strict=True), seq)
    ]


def total_rows(level: Level, totals: Iterable[Total], seq: int) -> list[Row]:
    """Rows for the hot table, numbered from `seq` on."""
    return [
        (
            level.value, one.tenant, one.quantity, one.start // SECOND, one.end // SECOND, one.points, one.n,
            one.minimum, one.maximum, one.total, one.means, one.increase, one.on_seconds, one.slots, one.expected,
            one.gap, place,
        )
        for place, one in enumerate(totals, seq)
    ]  # fmt: skip


def read_totals(
    file: DuckFile, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
) -> dict[str, list[Total]]:
    """Totals that begin in [start, end), by tenant."""
    given: dict[str, object] = {
        "first": _seconds_up(start),
        "last": _seconds_up(end) - 1,
        "level": level.value,
        "quantity": quantity,
    }
    only = _OF_LEVEL
    if tenants:
        given["tenants"] = list(tenants)
        only += _SOME_TENANTS
    with file.cursor() as cursor:
        rows = cursor.execute(TOTALS.sql(_RANGE.format(only=only, order="tenant")), given).fetchall()
    found: dict[str, dict[int, Total]] = {}
    for _, tenant, _, start_s, end_s, *values in rows:
        total = Total(tenant, quantity, start_s * SECOND, end_s * SECOND, *values)
        found.setdefault(tenant, {})[start_s] = total
    return {tenant: list(totals.values()) for tenant, totals in found.items()}


def _seconds_up(time: int) -> int:
    # windows begin on whole seconds: the first one at or after the time; kept within 64 bits
    return max(min(-(-time // SECOND), 2**62), -(2**62))
