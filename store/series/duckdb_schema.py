"""How readings and rollups lie in the DuckDB file.

Each kind of thing has a *shelf* of two tables without any key: `hot` takes every row as it comes, each with a sequence
number of its own, and the highest number of a key wins; compaction moves the winners to the settled table, one row per
key, sorted by (stretch of time, series, time). A row whose `marker` is NULL says that the key is gone.
DuckDB appends to tables without keys ten to fifty times faster than to tables with one.
"""

from dataclasses import dataclass
from string import Template
from typing import Final

from smartregion.clock import DAY, HOUR
from smartregion.model import Level

FORMAT: Final = 1
"""Raised when a file of today can't be read by the code of yesterday."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A pair of tables: what is settled and what came since."""

    settled: str
    hot: str
    keys: tuple[tuple[str, str], ...]
    """Names and types. The last one is the time."""
    values: tuple[tuple[str, str], ...]
    marker: str
    stretch: int
    """Length of the stretches that are kept together, in the unit of the time column."""
    reach: tuple[int, ...] = ()
    """How far to look for a neighbour, step by step, in the unit of the time column."""

    @property
    def time(self) -> str:
        """The name of the time column."""
        return self.keys[-1][0]

    def sql(self, text: str) -> str:
        """The statement with this shelf's names in the place of $settled, $hot, $time, $keys, $values, $marker."""
        return Template(text).substitute(
            settled=self.settled,
            hot=self.hot,
            time=self.time,
            keys=", ".join(name for name, _ in self.keys),
            values=", ".join(name for name, _ in self.values),
            same=" AND ".join(f"{self.settled}.{name} = moving.{name}" for name, _ in self.keys),
            marker=self.marker,
            stretch=self.stretch,
            # `//` cuts towards zero, times before 1970 need the floor
            bin=f"CASE WHEN {self.time} < 0 THEN ({self.time} + 1) // {self.stretch} - 1"
            f" ELSE {self.time} // {self.stretch} END",
        )

    def tables(self) -> list[str]:
        """The statements that make both tables."""
        columns = ", ".join(f"{name} {kind}" for name, kind in (*self.keys, *self.values))
        return [
            f"CREATE TABLE IF NOT EXISTS {self.settled}({columns})",
            f"CREATE TABLE IF NOT EXISTS {self.hot}({columns}, seq BIGINT)",
        ]


READINGS: Final = Shelf(
    settled="obs",
    hot="hot",
    keys=(("series_id", "INTEGER"), ("time_ns", "BIGINT")),
    values=(("value", "DOUBLE"),),
    marker="value",
    stretch=DAY,
    reach=(3 * HOUR, DAY, 8 * DAY, 64 * DAY, 512 * DAY),
)

_SUMMARY: Final = (
    ("end_s", "BIGINT"),
    ("n", "BIGINT"),
    ("minimum", "DOUBLE"),
    ("maximum", "DOUBLE"),
    ("total", "DOUBLE"),
    ("first_value", "DOUBLE"),
    ("first_ns", "BIGINT"),
    ("last_value", "DOUBLE"),
    ("last_ns", "BIGINT"),
    ("increase", "DOUBLE"),
    ("on_seconds", "DOUBLE"),
    ("slots", "BIGINT"),
    ("gap_ns", "BIGINT"),
)
_DAY_S: Final = 86_400


def _rollups(name: str, stretch: int, reach: tuple[int, ...]) -> Shelf:
    return Shelf(
        settled=name,
        hot=f"{name}_hot",
        keys=(("series_id", "INTEGER"), ("start_s", "BIGINT")),
        values=_SUMMARY,
        marker="n",
        stretch=stretch,
        reach=reach,
    )


ROLLUPS: Final = {
    Level.HOUR: _rollups("r1h", 30 * _DAY_S, (3 * 3600, _DAY_S, 8 * _DAY_S, 64 * _DAY_S, 512 * _DAY_S)),
    Level.DAY: _rollups("r1d", 30 * _DAY_S, (3 * _DAY_S, 32 * _DAY_S, 256 * _DAY_S, 2048 * _DAY_S)),
    Level.MONTH: _rollups("r1mo", 3600 * _DAY_S, (100 * _DAY_S, 800 * _DAY_S, 6400 * _DAY_S)),
}

TOTALS: Final = Shelf(
    settled="totals",
    hot="totals_hot",
    keys=(("level", "VARCHAR"), ("tenant", "VARCHAR"), ("quantity", "VARCHAR"), ("start_s", "BIGINT")),
    values=(
        ("end_s", "BIGINT"),
        ("points", "BIGINT"),
        ("n", "BIGINT"),
        ("minimum", "DOUBLE"),
        ("maximum", "DOUBLE"),
        ("total", "DOUBLE"),
        ("means", "DOUBLE"),
        ("increase", "DOUBLE"),
        ("on_seconds", "DOUBLE"),
        ("slots", "BIGINT"),
        ("expected", "BIGINT"),
        ("gap_ns", "BIGINT"),
    ),
    marker="n",
    stretch=3600 * _DAY_S,
)

BY_SERIES: Final = (READINGS, *ROLLUPS.values())
ALL: Final = (*BY_SERIES, TOTALS)

TABLES: Final = (
    # version: a series that moved to another tenant or site gets another row, the newest counts
    (
        "CREATE TABLE IF NOT EXISTS series(id INTEGER, point VARCHAR, device VARCHAR, quantity VARCHAR,"
        " attributes VARCHAR, tenant VARCHAR, site VARCHAR, domain VARCHAR, modulus DOUBLE, version BIGINT)"
    ),
    # an hour is dirty by the hot rows in it, and by a row here once these are settled;
    # it is so no longer when `clean` has a mark at least as high as the highest of their sequence numbers
    "CREATE TABLE IF NOT EXISTS dirty(series_id INTEGER, hour INTEGER, mark BIGINT)",
    "CREATE TABLE IF NOT EXISTS clean(series_id INTEGER, hour INTEGER, mark BIGINT)",
    # first and last time a series has on the settled half of a shelf; several rows add up
    "CREATE TABLE IF NOT EXISTS span(shelf VARCHAR, series_id INTEGER, oldest BIGINT, newest BIGINT)",
    # rows per stretch of a settled table, and how many of them came since it was last sorted as a whole; they add up
    "CREATE TABLE IF NOT EXISTS stretch(shelf VARCHAR, bin BIGINT, sorted_rows BIGINT, loose_rows BIGINT)",
    "CREATE TABLE IF NOT EXISTS state(name VARCHAR, value BIGINT)",
    # series that left a tenant, until the totals of both are summed up again; version as in `series`
    "CREATE TABLE IF NOT EXISTS moved(series_id INTEGER, tenant VARCHAR, version BIGINT)",
    *(statement for shelf in ALL for statement in shelf.tables()),
)
