"""The series store in a DuckDB file: the embedded default. How the data lies there: `duckdb_schema`."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from smartregion.clock import HOUR
from smartregion.errors import Misconfigured
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from store.series import duckdb_compact as upkeep
from store.series import duckdb_dirty as dirtiness
from store.series import duckdb_names as names
from store.series import duckdb_rollups as figures
from store.series.duckdb_file import Cursor, DuckFile
from store.series.duckdb_names import Names
from store.series.duckdb_readings import Readings, remove
from store.series.duckdb_schema import ALL, BY_SERIES, FORMAT, READINGS, ROLLUPS, TABLES, TOTALS
from store.series.duckdb_seek import Row, Seeker
from store.series.duckdb_spans import Spans
from store.series.protocol import ALL_STORED, DirtyHour, Moved, Selection, Written
from store.series.selecting import EARLIEST, LATEST, NOTHING_FROZEN, impossible


class DuckSeries:
    """Any number of threads may read, write and compact at the same time; no other process may open the file."""

    def __init__(
        self,
        path: Path,
        *,
        threads: int = 2,
        memory_limit: str = "96MB",
        temp_directory: Path | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Open the file, or make it.

        `memory_limit` bounds DuckDB's buffers; the process takes about 100 MB more. What does not fit goes to
        `temp_directory` (default: beside the file). `tell` is given what had to be mended after a loss of power.

        Raises:
            Misconfigured: no DuckDB file, written by newer software, in use by another process, or not accessible.
        """
        self._path = path
        self._writing = threading.Lock()
        self._figuring = threading.Lock()
        self._upkeep = threading.Lock()
        self._seq = 1
        self._seq_lock = threading.Lock()
        self._readings_from = NOTHING_FROZEN
        self._names = Names()
        self._spans = {shelf: Spans(shelf) for shelf in BY_SERIES}
        self._file = DuckFile(
            path,
            threads=threads,
            memory_limit=memory_limit,
            temp_directory=temp_directory or path.with_name(f"{path.name}.tmp"),
            opened=self._load,
            tell=tell,
        )
        self._seekers = {shelf: Seeker(self._file, shelf, self._spans[shelf]) for shelf in BY_SERIES}
        self._readings = Readings(self._file, self._names, self._spans[READINGS], self._seekers[READINGS])

    def write(self, records: Sequence[Record]) -> Written:
        """Store a batch durably, in one transaction. Batches of some thousand cost least.

        A value that is not finite, or a time that does not fit into 64 bits, is refused.

        Raises:
            Unavailable: disk full or the like; nothing of the batch counts as stored, the same again works later.
        """
        if not records:
            return ALL_STORED
        _, times, values = zip(*records, strict=True)
        if refused := impossible(times, values):
            self.write([record for place, record in enumerate(records) if place not in refused])
            return Written(refused)
        self._append(records)
        return ALL_STORED

    def _append(self, records: Sequence[Record]) -> None:
        some_series, times, values = zip(*records, strict=True)
        with self._writing:

            def work(cursor: Cursor) -> tuple[list[int], list[tuple[int, Series]]]:
                # here, not before: opening the file again may give out numbers anew
                numbers = self._names.numbers(some_series)
                fresh = self._names.save(cursor)
                seq = self._take_seq(len(records))
                with cursor.appender(READINGS.hot) as appender:
                    appender.append_rows(zip(numbers, times, values, range(seq, seq + len(records)), strict=True))
                return numbers, fresh

            numbers, fresh = self._file.change(work)
            self._names.saved(fresh)
            self._spans[READINGS].widen(zip(numbers, times, strict=True))

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        """Forget the samples of these series with start ≤ time < end; their hours become dirty. Raises Unavailable."""
        numbers = self._names.find(series)
        if numbers and start < end:
            with self._writing, self._upkeep:
                mark = self._take_seq(1)
                self._file.change(lambda cursor: remove(cursor, numbers, start, end, mark))

    def series(self, which: Selection) -> list[Series]:
        """The series there are, ordered by point, quantity, attributes, device."""
        return self._names.all(which)

    def read(self, series: Series, start: int, end: int, *, limit: int = 1000) -> list[Sample]:
        """Samples with start ≤ time < end in order of time, the first `limit` of them. Raises Unavailable."""
        return self._readings.page(series, start, end, limit)

    def read_many(self, series: Collection[Series], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series in one statement; series without any are left out. Raises Unavailable."""
        return self._readings.many(series, start, end)

    def edges(
        self, series: Collection[Series], start: int, end: int
    ) -> dict[Series, tuple[Sample | None, Sample | None]]:
        """For each series its newest sample before `start` and its oldest at or after `end`. Raises Unavailable."""
        return self._readings.edges(series, start, end)

    def count(self, which: Selection, start: int, end: int) -> int:
        """How many samples a read over this selection would touch. Raises Unavailable."""
        return self._readings.count(self._names.choose(which), start, end)

    def dirty(self, limit: int) -> list[DirtyHour]:
        """At most `limit` hours to sum up again, newest first; none only when there is none. Raises Unavailable."""
        with self._file.cursor() as cursor:
            found = dirtiness.find(cursor, self._readings_from, limit)
        return [DirtyHour(self._names.series(number), hour * HOUR, mark) for number, hour, mark in found]

    def put_rollups(
        self,
        level: Level,
        rows: Iterable[tuple[Series, Rollup]],
        *,
        gone: Iterable[tuple[Series, int]] = (),
        clean: Iterable[DirtyHour] = (),
    ) -> None:
        """Replace rollups by (series, start), remove those `gone`, forget the dirty hours unless written since.

        All in one transaction; windows begin and end on whole seconds. Raises Unavailable.
        """
        put, lost, hours = list(rows), list(gone), list(clean)
        with self._figuring:

            def work(cursor: Cursor) -> tuple[list[Row], list[tuple[int, Series]]]:
                numbers = self._names.numbers([series for series, _ in put])
                fresh = self._names.save(cursor)
                made = self._rollup_rows(numbers, put, lost)
                if made:
                    with cursor.appender(ROLLUPS[level].hot) as appender:
                        appender.append_rows(made)
                self._forget_dirty(cursor, hours)
                return made, fresh

            made, fresh = self._file.change(work)
            self._names.saved(fresh)
            self._spans[ROLLUPS[level]].widen((row[0], row[1]) for row in made)

    def rollups(self, level: Level, which: Selection, start: int, end: int) -> dict[Series, list[Rollup]]:
        """Rollups with start ≤ rollup.start < end, in order; series without any are left out. Raises Unavailable."""
        return figures.read_rollups(self._file, self._names, level, self._names.choose(which), start, end)

    def neighbours(
        self, level: Level, which: Selection, start: int, end: int
    ) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
        """For each chosen series its newest rollup that starts before `start` and its oldest at or after `end`."""
        seeker = self._seekers[ROLLUPS[level]]
        return figures.around(self._names, seeker, self._names.choose(which), start, end)

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        """Replace totals by (tenant, quantity, start). Raises Unavailable."""
        totals = list(rows)
        with self._figuring:

            def work(cursor: Cursor) -> None:
                with cursor.appender(TOTALS.hot) as appender:
                    appender.append_rows(figures.total_rows(level, totals, self._take_seq(len(totals))))

            if totals:
                self._file.change(work)

    def totals(
        self, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
    ) -> Mapping[str, list[Total]]:
        """Totals with start ≤ total.start < end by tenant, in order; no tenants named: all. Raises Unavailable."""
        return figures.read_totals(self._file, level, tenants, quantity, start, end)

    def moved(self) -> list[Moved]:
        """Series that left a tenant, until their totals are `settle_moved`. Raises Unavailable."""
        with self._file.cursor() as cursor:
            found = names.moved(cursor)
        return [Moved(self._names.series(number), tenant, version) for number, tenant, version in found]

    def settle_moved(self, moved: Iterable[Moved]) -> None:
        """The totals of both tenants are right again, unless it left again since. Raises Unavailable."""
        rows = [(number, each.tenant, each.mark) for each in moved for number in self._names.find([each.series])]
        if rows:
            with self._figuring:
                self._file.change(lambda cursor: names.settle_moved(cursor, rows))

    def latest(self) -> list[tuple[Series, Sample]]:
        """The newest sample of every series. Raises Unavailable."""
        return self._readings.latest()

    def retain(self, readings_from: int) -> None:
        """Forget readings older than that; rollups stay, and hours that begin before it are frozen for good."""
        with self._upkeep:
            start = max(self._readings_from, min(readings_from, LATEST), EARLIEST)
            self._file.change(lambda cursor: upkeep.forget_before(cursor, start))
            self._readings_from = start
            self._spans[READINGS].cut(start)

    def check(self) -> None:
        """Ask the file a question. Raises Unavailable."""
        with self._file.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM hot WHERE time_ns = 0").fetchall()

    def held(self) -> Mapping[str, str]:
        """Nothing is ever held: one file takes all or nothing."""
        return {}

    def compact(self) -> None:
        """Settle what is hot and sort what is past, in many small transactions. Raises Unavailable."""
        with self._upkeep:
            for shelf in ALL:
                upkeep.settle(self._file, shelf)
            for shelf in BY_SERIES:
                upkeep.sort(self._file, shelf)
            upkeep.tidy(self._file, self._seq)
            upkeep.thin_dirty(self._file)

    def close(self) -> None:
        """Write what is left to write into the file and let go of it."""
        with self._writing, self._figuring, self._upkeep:
            self._file.close()

    def _load(self, cursor: Cursor) -> None:
        for statement in TABLES:
            cursor.execute(statement)
        known = upkeep.get_state(cursor, "format")
        if known is None:
            upkeep.put_state(cursor, "format", FORMAT)
        elif known > FORMAT:
            raise Misconfigured(f"{self._path} was written by a newer smartregion (format {known}); update this one")
        self._names.load(cursor)
        for spans in self._spans.values():
            spans.load(cursor)
        with self._seq_lock:
            self._seq = max(self._seq, upkeep.last_seq(cursor) + 1)
        start = upkeep.get_state(cursor, "readings_from")
        self._readings_from = NOTHING_FROZEN if start is None else start

    def _take_seq(self, count: int) -> int:
        with self._seq_lock:
            first = self._seq
            self._seq += count
            return first

    def _rollup_rows(
        self, numbers: list[int], put: list[tuple[Series, Rollup]], lost: list[tuple[Series, int]]
    ) -> list[Row]:
        gone = [(number, start) for series, start in lost for number in self._names.find([series])]
        seq = self._take_seq(len(gone) + len(put))
        return figures.gone_rows(
            [number for number, _ in gone], [start for _, start in gone], seq
        ) + figures.rollup_rows(numbers, [rollup for _, rollup in put], seq + len(gone))

    def _forget_dirty(self, cursor: Cursor, hours: list[DirtyHour]) -> None:
        known = [(number, hour // HOUR, mark) for series, hour, mark in hours for number in self._names.find([series])]
        if known:
            dirtiness.forget(cursor, known)
