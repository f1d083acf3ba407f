"""The series store in memory: for tests, and as the plainest reading of what the protocol promises."""

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from smartregion.clock import HOUR
from smartregion.model import Level, Record, Rollup, Sample, Series, Total
from store.series.protocol import DirtyHour, Moved, Selection, Written
from store.series.selecting import NOTHING_FROZEN, chosen, differs, impossible, ordered

T = TypeVar("T")


@dataclass(slots=True)
class _Line(Generic[T]):
    """Items by time, the times in order."""

    times: list[int] = field(default_factory=list)
    items: dict[int, T] = field(default_factory=dict)

    def put(self, time: int, item: T) -> None:
        if time not in self.items:
            insort(self.times, time)
        self.items[time] = item

    def remove(self, time: int) -> None:
        if self.items.pop(time, None) is not None:
            self.times.remove(time)

    def between(self, start: int, end: int) -> list[T]:
        return [self.items[time] for time in self.times[bisect_left(self.times, start) : bisect_left(self.times, end)]]

    def around(self, start: int, end: int) -> tuple[T | None, T | None]:
        before, after = bisect_left(self.times, start), bisect_left(self.times, end)
        return (
            self.items[self.times[before - 1]] if before else None,
            self.items[self.times[after]] if after < len(self.times) else None,
        )

    def cut(self, start: int) -> None:
        past = bisect_left(self.times, start)
        for time in self.times[:past]:
            del self.items[time]
        del self.times[:past]


class MemorySeries:
    """Keeps everything in dictionaries; gone when the process ends."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._known: dict[Series, Series] = {}
        self._samples: defaultdict[Series, _Line[Sample]] = defaultdict(_Line)
        self._rollups: dict[Level, defaultdict[Series, _Line[Rollup]]] = {level: defaultdict(_Line) for level in Level}
        self._totals: dict[tuple[Level, str, str, int], Total] = {}
        self._dirty: dict[tuple[Series, int], int] = {}
        self._moved: dict[tuple[Series, str], int] = {}
        self._mark = 0
        self._readings_from = NOTHING_FROZEN

    def write(self, records: Sequence[Record]) -> Written:
        """Store a batch; a value that is not finite or a time that does not fit is refused."""
        refused = impossible([record.time for record in records], [record.value for record in records])
        with self._lock:
            self._mark += 1
            for place, (series, time, value) in enumerate(records):
                if place in refused:
                    continue
                self._enter(series)
                self._samples[series].put(time, Sample(time, float(value)))
                self._soil(series, time)
        return Written(refused)

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        """Forget the samples of these series with start ≤ time < end; their hours become dirty."""
        with self._lock:
            self._mark += 1
            for one in series:
                for sample in self._samples[one].between(start, end) if one in self._known else []:
                    self._samples[one].remove(sample.time)
                    self._soil(one, sample.time)

    def series(self, which: Selection) -> list[Series]:
        """The series there are, ordered by point, quantity, attributes, device."""
        with self._lock:
            return ordered(chosen(self._known.values(), which))

    def read(self, series: Series, start: int, end: int, *, limit: int = 1000) -> list[Sample]:
        """Samples with start ≤ time < end in order of time, the first `limit` of them."""
        with self._lock:
            return self._samples[series].between(start, end)[:limit] if series in self._known else []

    def read_many(self, series: Collection[Series], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series; series without any are left out."""
        with self._lock:
            found = {self._known[one]: self._samples[one].between(start, end) for one in series if one in self._known}
            return {one: samples for one, samples in found.items() if samples}

    def edges(
        self, series: Collection[Series], start: int, end: int
    ) -> dict[Series, tuple[Sample | None, Sample | None]]:
        """For each series its newest sample before `start` and its oldest at or after `end`."""
        with self._lock:
            return {
                one: self._samples[one].around(start, end) if one in self._known else (None, None) for one in series
            }

    def count(self, which: Selection, start: int, end: int) -> int:
        """How many samples a read over this selection would touch."""
        with self._lock:
            return sum(len(self._samples[one].between(start, end)) for one in chosen(self._known.values(), which))

    def dirty(self, limit: int) -> list[DirtyHour]:
        """Hours to sum up again, newest first."""
        with self._lock:
            hours = [DirtyHour(self._known[one], hour, mark) for (one, hour), mark in self._dirty.items()]
        return sorted(hours, key=lambda dirty: -dirty.hour)[:limit]

    def put_rollups(
        self,
        level: Level,
        rows: Iterable[tuple[Series, Rollup]],
        *,
        gone: Iterable[tuple[Series, int]] = (),
        clean: Iterable[DirtyHour] = (),
    ) -> None:
        """Replace rollups by (series, start); remove those `gone`; forget the dirty hours unless written since."""
        with self._lock:
            for one, start in gone:
                self._rollups[level][one].remove(start)
            for one, rollup in rows:
                self._enter(one)
                self._rollups[level][one].put(rollup.start, rollup)
            for one, hour, mark in clean:
                if self._dirty.get((one, hour), mark + 1) <= mark:
                    del self._dirty[one, hour]

    def rollups(self, level: Level, which: Selection, start: int, end: int) -> dict[Series, list[Rollup]]:
        """Rollups with start ≤ rollup.start < end, in order of time; series without any are left out."""
        with self._lock:
            found = {one: self._rollups[level][one].between(start, end) for one in chosen(self._known.values(), which)}
            return {one: rollups for one, rollups in found.items() if rollups}

    def neighbours(
        self, level: Level, which: Selection, start: int, end: int
    ) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
        """For each chosen series its newest rollup that starts before `start` and its oldest at or after `end`."""
        with self._lock:
            return {one: self._rollups[level][one].around(start, end) for one in chosen(self._known.values(), which)}

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        """Replace totals by (tenant, quantity, start)."""
        with self._lock:
            for total in rows:
                self._totals[level, total.tenant, total.quantity, total.start] = total

    def totals(
        self, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
    ) -> Mapping[str, list[Total]]:
        """Totals with start ≤ total.start < end by tenant, in order of time; no tenants named: all of them."""
        found: dict[str, list[Total]] = {}
        with self._lock:
            keys = sorted(
                key
                for key in self._totals
                if key[0] == level
                and (not tenants or key[1] in tenants)
                and key[2] == quantity
                and start <= key[3] < end
            )
            for key in keys:
                found.setdefault(key[1], []).append(self._totals[key])
        return found

    def moved(self) -> list[Moved]:
        """Series that left a tenant, until their totals are `settle_moved`."""
        with self._lock:
            return [Moved(self._known[one], tenant, mark) for (one, tenant), mark in self._moved.items()]

    def settle_moved(self, moved: Iterable[Moved]) -> None:
        """The totals of both tenants are right again, unless it left again since."""
        with self._lock:
            for one, tenant, mark in moved:
                if self._moved.get((one, tenant), mark + 1) <= mark:
                    del self._moved[one, tenant]

    def latest(self) -> list[tuple[Series, Sample]]:
        """The newest sample of every series."""
        with self._lock:
            lines = [(self._known[one], line) for one, line in self._samples.items() if line.times]
            return [(one, line.items[line.times[-1]]) for one, line in lines]

    def retain(self, readings_from: int) -> None:
        """Forget readings older than that; rollups stay, and hours that begin before it are frozen for good."""
        with self._lock:
            self._readings_from = max(self._readings_from, readings_from)
            for line in self._samples.values():
                line.cut(self._readings_from)
            self._dirty = {key: mark for key, mark in self._dirty.items() if key[1] >= self._readings_from}

    def check(self) -> None:
        """Memory always answers."""

    def held(self) -> Mapping[str, str]:
        """Nothing is ever held."""
        return {}

    def compact(self) -> None:
        """Nothing to do."""

    def close(self) -> None:
        """Nothing to let go of."""

    def _soil(self, series: Series, time: int) -> None:
        hour = time // HOUR * HOUR
        if hour >= self._readings_from:
            self._dirty[series, hour] = self._mark

    def _enter(self, series: Series) -> None:
        known = self._known.get(series)
        if known is not None and known.tenant != series.tenant:
            self._mark += 1
            self._moved[series, known.tenant] = self._mark
        if known is None or differs(series, known):
            self._known[series] = series
