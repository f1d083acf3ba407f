"""The neighbours of a time: each series' newest row before it, or its oldest row from it on."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any, Final

from store.series.duckdb_file import DuckFile
from store.series.duckdb_schema import READINGS, Shelf
from store.series.duckdb_spans import Spans

Row = tuple[Any, ...]
_NEWEST: Final = (
    "WITH lying AS (SELECT $keys, $values, 0::BIGINT AS seq FROM $settled"
    " WHERE series_id IN (SELECT unnest($$numbers::INTEGER[])) AND $time BETWEEN $$first AND $$last"
    " UNION ALL SELECT $keys, $values, seq FROM $hot"
    " WHERE series_id IN (SELECT unnest($$numbers::INTEGER[])) AND $time BETWEEN $$first AND $$last),"
    # rows that say "gone" must not be found, nor hide an older neighbour
    " alive AS (SELECT series_id, $time FROM lying GROUP BY series_id, $time HAVING arg_max($marker IS NOT NULL, seq)),"
    " found AS (SELECT series_id, max($time) AS $time FROM alive GROUP BY series_id)"
    " SELECT $keys, $values FROM lying JOIN found USING (series_id, $time) ORDER BY seq"
)
_OLDEST: Final = _NEWEST.replace("max($time)", "min($time)")
# Readings are never "gone": one pass is enough. Of a series' two rows the later one counts.
_NEWEST_READING: Final = (
    "SELECT series_id, max(time_ns) AS time_ns, arg_max(value, time_ns) AS value, 0 AS hot FROM obs"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last GROUP BY series_id"
    " UNION ALL SELECT series_id, max(time_ns), arg_max(value, row(time_ns, seq)), 1 FROM hot"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last GROUP BY series_id"
    " ORDER BY time_ns, hot"
)
_OLDEST_READING: Final = (
    "SELECT series_id, min(time_ns) AS time_ns, arg_min(value, time_ns) AS value, 0 AS hot FROM obs"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last GROUP BY series_id"
    " UNION ALL SELECT series_id, min(time_ns), arg_min(value, row(time_ns, -seq)), 1 FROM hot"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last GROUP BY series_id"
    " ORDER BY time_ns DESC, hot"
)

Spots = dict[int, tuple[int, int]]


class Seeker:
    """Looks near the bound first and farther step by step; what a series' span tells spares the looking."""

    def __init__(self, file: DuckFile, shelf: Shelf, spans: Spans) -> None:
        self._file = file
        self._shelf = shelf
        self._spans = spans
        plain = shelf is READINGS
        self._newest = _NEWEST_READING if plain else shelf.sql(_NEWEST)
        self._oldest = _OLDEST_READING if plain else shelf.sql(_OLDEST)

    def before(self, numbers: Collection[int], bound: int) -> dict[int, Row]:
        """For each series number its newest row before `bound`: (number, time, values …)."""
        spots = self._spans.before(numbers, bound)
        # the newest row of all is known by its time
        known = {number: newest for number, (_, newest) in spots.items() if newest < bound - 1}
        found = self._known(self._newest, known)
        left = {number: spot for number, spot in spots.items() if number not in found}
        return found | self._windows(self._newest, left, bound, back=True)

    def after(self, numbers: Collection[int], bound: int) -> dict[int, Row]:
        """For each series number its oldest row at or after `bound`: (number, time, values …)."""
        spots = self._spans.after(numbers, bound)
        known = {number: oldest for number, (oldest, _) in spots.items() if oldest > bound}
        found = self._known(self._oldest, known)
        left = {number: spot for number, spot in spots.items() if number not in found}
        return found | self._windows(self._oldest, left, bound, back=False)

    def _known(self, text: str, times: dict[int, int]) -> dict[int, Row]:
        days: defaultdict[int, list[int]] = defaultdict(list)
        for number, time in times.items():
            days[time // self._shelf.reach[0]].append(number)
        found: dict[int, Row] = {}
        for numbers in days.values():
            some = [times[number] for number in numbers]
            found |= self._window(text, numbers, min(some), max(some))
        return found

    def _windows(self, text: str, spots: Spots, bound: int, *, back: bool) -> dict[int, Row]:
        found: dict[int, Row] = {}
        for first, last in _reaching(self._shelf, bound, back=back):
            left = {number: spot for number, spot in spots.items() if number not in found}
            here = [number for number, (oldest, newest) in left.items() if oldest <= last and newest >= first]
            if not left:
                break
            if here:
                ends = [left[number] for number in here]
                found |= self._window(text, here, max(first, min(ends)[0]), min(last, max(end for _, end in ends)))
        return found

    def _window(self, text: str, numbers: list[int], first: int, last: int) -> dict[int, Row]:
        with self._file.cursor() as cursor:
            given = {"numbers": numbers, "first": first, "last": last}
            return {row[0]: row for row in cursor.execute(text, given).fetchall()}


def _reaching(shelf: Shelf, bound: int, *, back: bool) -> Iterator[tuple[int, int]]:
    # both ends included; the last window has no end: the spans give it one
    edge = bound
    for reach in (*shelf.reach, 2**65):
        if back:
            yield bound - reach, edge - 1
            edge = bound - reach
        else:
            yield edge, bound + reach - 1
            edge = bound + reach
