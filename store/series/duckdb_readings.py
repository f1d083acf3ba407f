"""Readings out of the DuckDB file. Each statement sees one state of both tables, whatever compaction does meanwhile."""

from collections.abc import Collection, Iterator
from typing import Final

from smartregion.clock import DAY, HOUR
from smartregion.model import Sample, Series
from store.series.duckdb_file import Cursor, DuckFile
from store.series.duckdb_names import Names
from store.series.duckdb_seek import Seeker
from store.series.duckdb_spans import Spans
from store.series.selecting import EARLIEST, LATEST

_ONE: Final = (
    "SELECT time_ns, arg_max(value, seq) FROM ("
    "SELECT time_ns, value, 0::BIGINT AS seq FROM obs WHERE series_id = $number AND time_ns BETWEEN $first AND $last"
    " UNION ALL"
    " SELECT time_ns, value, seq FROM hot WHERE series_id = $number AND time_ns BETWEEN $first AND $last)"
    " GROUP BY time_ns ORDER BY time_ns LIMIT $limit"
)
_MANY: Final = (
    "SELECT series_id, time_ns, value FROM ("
    "SELECT series_id, time_ns, value, 0::BIGINT AS seq FROM obs"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last"
    " UNION ALL SELECT series_id, time_ns, value, seq FROM hot"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last)"
    " ORDER BY series_id, time_ns, seq"
)
_COUNT: Final = (
    "WITH new AS (SELECT DISTINCT series_id, time_ns FROM hot"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last),"
    " old AS (SELECT series_id, time_ns FROM obs"
    " WHERE series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last)"
    " SELECT (SELECT count(*) FROM old) + (SELECT count(*) FROM new) - (SELECT count(*) FROM old SEMI JOIN new"
    " USING (series_id, time_ns))"
)
_CHOSEN: Final = "series_id IN (SELECT unnest($numbers::INTEGER[])) AND time_ns BETWEEN $first AND $last"
_SOIL: Final = (
    # `//` cuts towards zero, times before 1970 need the floor
    "INSERT INTO dirty SELECT DISTINCT series_id, (CASE WHEN time_ns < 0 THEN (time_ns + 1) // $hour - 1"
    " ELSE time_ns // $hour END)::INTEGER, $mark::BIGINT"
    " FROM (SELECT series_id, time_ns FROM obs WHERE CHOSEN UNION ALL SELECT series_id, time_ns FROM hot WHERE CHOSEN)"
).replace("CHOSEN", _CHOSEN)
_FETCH: Final = 10_000
_PAGE_REACH: Final = (8 * DAY, 32 * DAY, 128 * DAY, 512 * DAY)


def remove(cursor: Cursor, numbers: Collection[int], start: int, end: int, mark: int) -> None:
    """Delete samples in [start, end) and make their hours dirty."""
    given = {"numbers": list(numbers), "first": max(start, EARLIEST), "last": min(end - 1, LATEST)}
    cursor.execute(_SOIL, given | {"mark": mark, "hour": HOUR})
    cursor.execute("DELETE FROM obs WHERE CHOSEN".replace("CHOSEN", _CHOSEN), given)
    cursor.execute("DELETE FROM hot WHERE CHOSEN".replace("CHOSEN", _CHOSEN), given)


class Readings:
    """Answers what is asked about readings."""

    def __init__(self, file: DuckFile, names: Names, spans: Spans, seeker: Seeker) -> None:
        self._file = file
        self._names = names
        self._spans = spans
        self._seeker = seeker

    def page(self, series: Series, start: int, end: int, limit: int) -> list[Sample]:
        """The first samples of one series in [start, end)."""
        samples: list[Sample] = []
        for number in self._names.find([series]):
            for first, last in self._stretches(number, start, end):
                given = {"number": number, "first": first, "last": last, "limit": limit - len(samples)}
                with self._file.cursor() as cursor:
                    samples += map(Sample._make, cursor.execute(_ONE, given).fetchall())
                if len(samples) >= limit:
                    break
        return samples

    def _stretches(self, number: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        # a page of a long range lies near its start: years are not looked through for it
        oldest, newest = self._spans.of(number) or (LATEST, EARLIEST)
        first, last = max(start, oldest), min(end - 1, newest)
        for reach in (*_PAGE_REACH, LATEST - EARLIEST):
            if first <= last:
                yield first, min(first + reach - 1, last)
            first += reach

    def many(self, series: Collection[Series], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series in [start, end)."""
        numbers = self._names.find(series)
        first, last = max(start, EARLIEST), min(end - 1, LATEST)
        found: dict[Series, list[Sample]] = {}
        if not numbers or first > last:
            return found
        before, samples = -1, list[Sample]()
        with self._file.cursor() as cursor:
            cursor.execute(_MANY, {"numbers": numbers, "first": first, "last": last})
            while rows := cursor.fetchmany(_FETCH):
                for number, time, value in rows:
                    if number != before:
                        before, samples = number, found.setdefault(self._names.series(number), [])
                    if samples and samples[-1].time == time:
                        samples.pop()
                    samples.append(Sample(time, value))
        return found

    def edges(
        self, series: Collection[Series], start: int, end: int
    ) -> dict[Series, tuple[Sample | None, Sample | None]]:
        """The samples around [start, end)."""
        numbers = self._names.find(series)
        before = self._seeker.before(numbers, start)
        after = self._seeker.after(numbers, end)
        found: dict[Series, tuple[Sample | None, Sample | None]] = dict.fromkeys(series, (None, None))
        for number in numbers:
            old, new = before.get(number), after.get(number)
            found[self._names.series(number)] = (
                Sample(old[1], old[2]) if old else None,
                Sample(new[1], new[2]) if new else None,
            )
        return found

    def latest(self) -> list[tuple[Series, Sample]]:
        """The newest sample of every series."""
        rows = self._seeker.before(self._spans.numbers(), LATEST + 1)
        return [(self._names.series(number), Sample(time, value)) for number, time, value, _ in rows.values()]

    def count(self, numbers: Collection[int], start: int, end: int) -> int:
        """Samples of these series in [start, end)."""
        first, last = max(start, EARLIEST), min(end - 1, LATEST)
        if not numbers or first > last:
            return 0
        with self._file.cursor() as cursor:
            row = cursor.execute(_COUNT, {"numbers": list(numbers), "first": first, "last": last}).fetchone()
            return int(row[0]) if row else 0
