"""Which hours are dirty. A write says nothing about it: its rows in `hot` do, and so it costs the write nothing."""

from collections.abc import Sequence
from itertools import accumulate
from string import Template
from typing import Final

from smartregion.clock import HOUR
from store.series.duckdb_file import Cursor
from store.series.selecting import EARLIEST

Hour = tuple[int, int, int]
"""Numbers of the series and of the hour since 1970, and the mark."""

_HOT: Final = (
    # `//` cuts towards zero, times before 1970 need the floor
    "SELECT series_id, (CASE WHEN time_ns < 0 THEN (time_ns + 1) // $hour - 1 ELSE time_ns // $hour END)::INTEGER"
    " AS hour, seq AS mark FROM hot"
)


def _sql(text: str) -> str:
    return Template(text).substitute(hot=Template(_HOT).substitute(hour=HOUR))


_FOUND: Final = _sql(
    "WITH found AS (SELECT series_id, hour, max(mark) AS mark FROM ("
    "$hot WHERE time_ns >= $$from_ns UNION ALL SELECT series_id, hour, mark FROM dirty WHERE hour >= $$from_hour)"
    " GROUP BY series_id, hour),"
    " unclean AS (SELECT found.* FROM found ANTI JOIN clean"
    " ON clean.series_id = found.series_id AND clean.hour = found.hour AND clean.mark >= found.mark)"
    " SELECT series_id, hour, mark FROM unclean ORDER BY hour DESC, series_id LIMIT $$limit"
)
_COUNTS: Final = _sql(
    "SELECT hour, count(*) FROM (SELECT hour FROM ($hot) UNION ALL SELECT hour FROM dirty)"
    " WHERE hour >= $$from_hour GROUP BY hour ORDER BY hour DESC"
)
_SETTLE: Final = _sql(
    "INSERT INTO dirty SELECT series_id, hour, max(mark) FROM ($hot WHERE time_ns BETWEEN ? AND ?) GROUP BY ALL"
)
_SWEEP: Final = (
    "DELETE FROM dirty USING clean"
    " WHERE clean.series_id = dirty.series_id AND clean.hour = dirty.hour AND clean.mark >= dirty.mark"
)


def find(cursor: Cursor, readings_from: int, limit: int) -> list[Hour]:
    """The dirty hours that do not begin before `readings_from`, newest first."""
    earliest = -(-readings_from // HOUR)
    counts = cursor.execute(_COUNTS, {"from_hour": earliest}).fetchall()
    found: list[Hour] = []
    wanted = limit
    # the newest stretch that may hold enough; what is clean by now counts too, so it may take a longer one
    while len(found) < limit and counts:
        first = next((hour for hour, rows in accumulate(counts, _summed) if rows >= wanted), earliest)
        given = {"from_ns": max(first * HOUR, EARLIEST), "from_hour": first, "limit": limit}
        found = cursor.execute(_FOUND, given).fetchall()
        if first <= counts[-1][0]:
            break
        wanted *= 8
    return found


def _summed(before: tuple[int, int], now: tuple[int, int]) -> tuple[int, int]:
    return now[0], before[1] + now[1]


def settle(cursor: Cursor, first: int, last: int) -> None:
    """Keep in mind which hours the hot rows between both times have dirtied; they are about to leave."""
    cursor.execute(_SETTLE, [first, last])


def forget(cursor: Cursor, hours: Sequence[Hour]) -> None:
    """These are clean, unless they have a higher mark by now."""
    with cursor.appender("clean") as appender:
        appender.append_rows(hours)


def sweep(cursor: Cursor) -> None:
    """Forget dirty hours that are clean by now, and what was noted as clean once no hot row needs it."""
    cursor.execute(_SWEEP)
    # every mark in `clean` came from rows written before; those still hot must stay covered
    cursor.execute("DELETE FROM clean WHERE mark < (SELECT coalesce(min(seq), 9223372036854775807) FROM hot)")
