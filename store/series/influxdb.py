"""The series store in InfluxDB: a bucket per tenant. What stands where, and what each reply means: docs/influxdb.md.

InfluxDB holds readings and rollups; which series there are, where each of them lies and which hours are dirty stands in
a file beside it (`influxdb_catalogue`), because asking InfluxDB for that costs seconds.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from store.series.influxdb_address import InfluxAddress, InfluxTokens
from store.series.influxdb_air import InfluxAir
from store.series.influxdb_canary import Canary
from store.series.influxdb_catalogue import Catalogue, Moving
from store.series.influxdb_entry import Entry
from store.series.influxdb_gate import Gate
from store.series.influxdb_http import Limits, Server
from store.series.influxdb_lanes import Outcome
from store.series.influxdb_lines import EARLIEST, LATEST
from store.series.influxdb_moving import Mover
from store.series.influxdb_readings import Readings
from store.series.influxdb_rollups import Rollups
from store.series.influxdb_writer import Writer
from store.series.protocol import ALL_STORED, DirtyHour, Moved, Selection, Written
from store.series.selecting import impossible, ordered

MOVING_SECONDS: Final = 20.0


class InfluxSeries:
    """Any number of threads may use it; one process at a time, for the sake of the catalogue."""

    def __init__(
        self,
        address: InfluxAddress,
        tokens: Callable[[], InfluxTokens],
        catalogue: Path,
        *,
        clock: Clock,
        logger: Logger,
        limits: Limits | None = None,
    ) -> None:
        """Open the catalogue, make it when it is missing. The server need not answer yet.

        Args:
            address: where the server is.
            tokens: gives what opens its doors; asked again when one is refused, so a replaced token is found.
            catalogue: the file beside InfluxDB. Back it up with InfluxDB; without it stored readings are not found.
            clock: for pauses and the canary.
            logger: for what an operator must know.
            limits: of each question and write.

        Raises:
            Misconfigured: the catalogue is none, or can't be used.
            Unavailable: it is locked, or the disk is full.
        """
        self._catalogue = Catalogue(catalogue, first_mark=clock.now())
        self._server = Server(address, tokens, limits or Limits())
        self._writer = Writer(self._server, clock, logger)
        self._writing, self._reading = Gate(), Gate()
        self._canary = Canary(self._server, self._writer, clock)
        self._readings = Readings(self._server, lambda: self._catalogue.readings_from)
        self._rollups = Rollups(self._server, self._writer)
        self._mover = Mover(self._server, self._writer, self._catalogue, self._reading, clock)

    def write(self, records: Sequence[Record]) -> Written:
        """Store a batch, side by side in the tenants' buckets. Batches of some thousand cost least.

        Raises:
            Unavailable: away for all tenants; the same again is right later.
        """
        if not records:
            return ALL_STORED
        self._finish()
        refused = _refused(records)
        try:
            with self._writing.together():
                return self._write(records, dict(refused), settled=False)
        except Moving:
            with self._writing.alone():
                self._settle([record.series for record in records])
                return self._write(records, refused, settled=True)

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        """Forget the samples of these series with start ≤ time < end; their hours become dirty. Raises Unavailable."""
        self._finish()
        with self._writing.alone():
            self._mover.remove(self._catalogue.find_all(series), start, end)

    @property
    def air(self) -> InfluxAir:
        """Keeps how frames went through the air, in the same buckets."""
        return InfluxAir(self._writer)

    def series(self, which: Selection) -> list[Series]:
        """The series there are, ordered by point, quantity, attributes, device."""
        return ordered(entry.series for entry in self._catalogue.choose(which))

    def read(self, series: Series, start: int, end: int, *, limit: int = 1000) -> list[Sample]:
        """Samples with start ≤ time < end in order of time, the first `limit` of them. Raises Unavailable."""
        entry = self._catalogue.find(series)
        if entry is None:
            return []
        self._finish()
        with self._reading.together():
            return self._readings.page(entry, start, end, limit)

    def read_many(self, series: Collection[Series], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series; series without any are left out. Raises Unavailable."""
        entries = self._catalogue.find_all(series)
        self._finish()
        with self._reading.together():
            return self._readings.many(entries, start, end)

    def edges(
        self, series: Collection[Series], start: int, end: int
    ) -> dict[Series, tuple[Sample | None, Sample | None]]:
        """For each series its newest sample before `start` and its oldest at or after `end`. Raises Unavailable."""
        entries = self._catalogue.find_all(series)
        self._finish()
        with self._reading.together():
            found = self._readings.edges(entries, start, end)
        return {one: found.get(one, (None, None)) for one in series}

    def count(self, which: Selection, start: int, end: int) -> int:
        """How many samples a read over this selection would touch. Raises Unavailable."""
        entries = self._choose(which)
        with self._reading.together():
            return self._readings.count(entries, start, end)

    def dirty(self, limit: int) -> list[DirtyHour]:
        """Hours to sum up again, newest first. Raises Unavailable."""
        return self._catalogue.dirty(limit)

    def put_rollups(
        self,
        level: Level,
        rows: Iterable[tuple[Series, Rollup]],
        *,
        gone: Iterable[tuple[Series, int]] = (),
        clean: Iterable[DirtyHour] = (),
    ) -> None:
        """Replace rollups by (series, start), remove those `gone`, forget the dirty hours unless written since.

        The hours are forgotten last. Cut short, some of the rollups may be replaced; the same again is right.

        Raises:
            Unavailable: away.
        """
        put, lost = list(rows), list(gone)
        self._finish()
        if put or lost:
            try:
                with self._writing.together():
                    self._put_rollups(level, put, lost, settled=False)
            except Moving:
                with self._writing.alone():
                    self._settle([series for series, _ in put])
                    self._put_rollups(level, put, lost, settled=True)
        self._catalogue.clean(clean)

    def rollups(self, level: Level, which: Selection, start: int, end: int) -> dict[Series, list[Rollup]]:
        """Rollups with start ≤ rollup.start < end, in order; series without any are left out. Raises Unavailable."""
        entries = self._choose(which)
        with self._reading.together():
            return self._rollups.read(level, entries, start, end)

    def neighbours(
        self, level: Level, which: Selection, start: int, end: int
    ) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
        """For each chosen series its newest rollup that starts before `start` and its oldest at or after `end`."""
        entries = self._choose(which)
        with self._reading.together():
            return self._rollups.neighbours(level, entries, start, end)

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        """Replace totals by (tenant, quantity, start). Raises Unavailable."""
        self._rollups.put_totals(level, rows)

    def totals(
        self, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
    ) -> Mapping[str, list[Total]]:
        """Totals with start ≤ total.start < end by tenant, in order; no tenants named: all. Raises Unavailable."""
        return self._rollups.totals(level, tenants, quantity, start, end)

    def moved(self) -> list[Moved]:
        """Series that left a tenant, until their totals are `settle_moved`."""
        return self._catalogue.moved()

    def settle_moved(self, moved: Iterable[Moved]) -> None:
        """The totals of both tenants are right again, unless it left again since. Raises Unavailable."""
        self._catalogue.settle_moved(moved)

    def latest(self) -> list[tuple[Series, Sample]]:
        """The newest sample of every series; asks about the last days first. Raises Unavailable."""
        entries = self._choose(Selection())
        with self._reading.together():
            return self._readings.latest(entries)

    def retain(self, readings_from: int) -> None:
        """Forget readings older than that; rollups stay, and hours that begin before it are frozen for good.

        What is forgotten is not found any more at once; the bucket's own retention makes room (a server of 1.x has
        none of ours, there it is deleted).

        Raises:
            Unavailable: away; call again.
        """
        self._finish()
        with self._writing.alone():
            self._catalogue.retain(readings_from)
            for tenant in self._catalogue.tenants():
                self._server.delete_before(tenant, self._catalogue.readings_from)

    def compact(self) -> None:
        """Bring home readings and rollups of series that belong elsewhere by now, some seconds long.

        Raises:
            Unavailable: away; what is done is done.
        """
        self._finish()
        self._mover.work(MOVING_SECONDS, self._writing)

    def check(self) -> None:
        """Write a canary and read it back. Raises Unavailable: with what to do. (Single tenants: `held`.)"""
        self._canary.sing()

    def held(self) -> Mapping[str, str]:
        """Bucket → what a person must do before it takes anything again."""
        return self._writer.held()

    def close(self) -> None:
        """Let go of the catalogue and of every connection."""
        self._writer.close()
        self._server.close()
        self._catalogue.close()

    def _write(self, records: Sequence[Record], refused: dict[int, str], *, settled: bool) -> Written:
        batches = self._catalogue.sort_in(records, refused, settled=settled)
        self._catalogue.save()
        outcomes = self._writer.write(batches)
        if any(outcome.refused for outcome in outcomes.values()):
            refused |= self._complaints(records, outcomes)
        held = {tenant: outcome.trouble for tenant, outcome in outcomes.items() if outcome.trouble}
        away = [outcome.away for outcome in outcomes.values() if outcome.away]
        if away and len(held) == len(outcomes):
            raise Unavailable(away[0])
        return Written(refused, held)

    def _complaints(self, records: Sequence[Record], outcomes: Mapping[str, Outcome]) -> dict[int, str]:
        found = {}
        for place, (series, time, _) in enumerate(records):
            entry = self._catalogue.find(series)
            if entry is not None and entry.tenant in outcomes:
                words = outcomes[entry.tenant].refused.get((entry.prefix, time, entry.column))
                if words is not None:
                    found[place] = words
        return found

    def _put_rollups(
        self, level: Level, put: list[tuple[Series, Rollup]], lost: list[tuple[Series, int]], *, settled: bool
    ) -> None:
        entries = [
            (self._catalogue.enter(series, rollup.start, rollup.end, settled=settled), rollup) for series, rollup in put
        ]
        self._catalogue.save()
        found = [(entry, start) for series, start in lost if (entry := self._catalogue.find(series)) is not None]
        self._rollups.put(level, entries, found)

    def _settle(self, some_series: Sequence[Series]) -> None:
        for entry in self._catalogue.returning(some_series):
            self._mover.empty(entry)
        self._catalogue.settle(some_series)

    def _choose(self, which: Selection) -> list[Entry]:
        self._finish()
        return self._catalogue.choose(which)

    def _finish(self) -> None:
        """Finish first what was cut short: what is to stay may be gone for now."""
        if self._mover.pending:
            with self._writing.alone():
                self._mover.finish()


def _refused(records: Sequence[Record]) -> dict[int, str]:
    times = [record.time for record in records]
    refused = dict(impossible(times, [record.value for record in records]))
    if min(times) < EARLIEST or max(times) > LATEST:
        for place, time in enumerate(times):
            if not EARLIEST <= time <= LATEST:
                refused.setdefault(place, f"the time {time} ns lies outside of what InfluxDB holds (1677 to 2262)")
    return refused
