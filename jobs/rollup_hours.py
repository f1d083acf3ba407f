"""Sums up hours from readings, and tells which days, months and totals that touches."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple

from aggregates.coverage import Schedules, Validity, interval_at
from aggregates.rollup import last_of, roll
from aggregates.windows import Window, day_of
from smartregion.clock import DAY, HOUR, SECOND
from smartregion.model import Level, Rollup, Sample, Series
from smartregion.quantities import QUANTITIES, Kind
from store.series.protocol import Selection, SeriesStore

_Hours = dict[Series, set[int]]
_Edges = tuple[Sample | None, Sample | None]

_HOUR_SECONDS = HOUR // SECOND
_BATCH = 2000
_FROZEN_REACH = 32 * DAY
"""How long after the retention's edge a first reading may still be joined to the frozen rollups before it."""


def kind_of(series: Series) -> Kind:
    """How the series' values behave; what the vocabulary no longer knows is a gauge."""
    quantity = QUANTITIES.get(series.quantity)
    return quantity.kind if quantity is not None else Kind.GAUGE


class Bridge(NamedTuple):
    """Time of a counter without a reading, between two readings: totals count its share there."""

    tenant: str
    quantity: str
    start: int
    end: int


@dataclass(slots=True)
class Touched:
    """What must be summed up again above the hours."""

    days: dict[Window, set[Series]] = field(default_factory=dict)
    bridges: set[Bridge] = field(default_factory=set)


class Intervals:
    """Each device's intervals, asked for once."""

    def __init__(self, registry: Schedules) -> None:
        self._registry = registry
        self._known: dict[str, Sequence[Validity]] = {}

    def of(self, device: str) -> Sequence[Validity]:
        """The device's intervals in order of start."""
        if device not in self._known:
            self._known[device] = [each for each in self._registry.intervals(device) if each.seconds > 0]
        return self._known[device]


class Stopped(Exception):
    """The service stops; what is not summed up stays dirty."""


class HourSummer:
    """Rolls dirty hours, one UTC day at a time, and the hours of the readings next to them."""

    def __init__(
        self,
        store: SeriesStore,
        intervals: Intervals,
        zone: tzinfo,
        frozen_before: int | None,
        stopped: Callable[[], bool],
    ) -> None:
        self._stopped = stopped
        self._store = store
        self._intervals = intervals
        self._zone = zone
        self._frozen_before = frozen_before
        self._days: dict[int, Window] = {}

    def sum_up(self, hours: Collection[tuple[Series, int]]) -> Touched:
        """Replace the rollups of these hours and of the neighbouring readings' hours."""
        touched = Touched()
        wanted = _grouped(hours, DAY)
        far = [
            (series, hour)
            for day in sorted(wanted, reverse=True)
            for series, hour in self._roll_all(wanted[day], touched, spread=True)
            if not self._is_frozen(hour) and hour not in wanted.get(hour // DAY * DAY, {}).get(series, ())
        ]
        for several in _grouped(far, HOUR).values():
            self._roll_all(several, touched, spread=False)
        return touched

    def _is_frozen(self, hour: int) -> bool:
        return self._frozen_before is not None and hour < self._frozen_before

    def _roll_all(self, wanted: _Hours, touched: Touched, *, spread: bool) -> list[tuple[Series, int]]:
        """Roll hours that lie near each other; gives the hours of neighbouring readings outside of what was read."""
        start = min(map(min, wanted.values()))
        end = max(map(max, wanted.values())) + HOUR
        far: list[tuple[Series, int]] = []
        for several in batches(wanted):
            if self._stopped():
                raise Stopped
            far += self._roll(
                {series: wanted[series] for series in several}, Window(start, end), touched, spread=spread
            )
        return far

    def _roll(self, wanted: _Hours, span: Window, touched: Touched, *, spread: bool) -> list[tuple[Series, int]]:
        samples = self._store.read_many(wanted, *span)
        edges = self._edges(wanted, span)
        rows: list[tuple[Series, Rollup]] = []
        gone: list[tuple[Series, int]] = []
        outside: list[tuple[Series, int]] = []
        for series, hours in wanted.items():
            line = _Line(series, self._intervals.of(series.device), samples.get(series, ()), edges.get(series))
            if spread:
                hours, far = line.with_neighbours(hours)
                outside += [(series, hour) for hour in far]
                touched.bridges |= line.bridges(hours, far)
            for hour in hours:
                rollup = line.roll(hour)
                rows.append((series, rollup)) if rollup is not None else gone.append((series, hour))
                touched.days.setdefault(self._day_of(hour), set()).add(series)
        self._store.put_rollups(Level.HOUR, rows, gone=gone)
        return outside

    def _day_of(self, hour: int) -> Window:
        if hour not in self._days:
            self._days[hour] = day_of(hour, self._zone)
        return self._days[hour]

    def _edges(self, wanted: Collection[Series], span: Window) -> dict[Series, _Edges]:
        leaning = [series for series in wanted if leans_on_neighbours(series, self._intervals.of(series.device))]
        edges = self._store.edges(leaning, *span) if leaning else {}
        if self._frozen_before is None or span.start - self._frozen_before > _FROZEN_REACH:
            return edges
        orphans = {series for series in leaning if edges.get(series, (None, None))[0] is None}
        return edges | self._from_frozen(orphans, edges, span)

    def _from_frozen(self, orphans: set[Series], edges: Mapping[Series, _Edges], span: Window) -> dict[Series, _Edges]:
        if not orphans:
            return {}
        which = Selection(devices={series.device for series in orphans})
        around = self._store.neighbours(Level.HOUR, which, *span)
        return {
            series: (last_of(before), edges.get(series, (None, None))[1])
            for series, (before, _) in around.items()
            if series in orphans and before is not None
        }


def leans_on_neighbours(series: Series, intervals: Sequence[Validity]) -> bool:
    """Whether an hour of the series needs the readings around it.

    Of the other kinds only slots do, and these only where a slot reaches over the full hour.
    """
    return kind_of(series) in (Kind.COUNTER, Kind.STATE) or any(_HOUR_SECONDS % each.seconds for each in intervals)


def batches(wanted: Collection[Series]) -> Iterator[list[Series]]:
    """So many series at a time that their rows of a day or month fit in little memory."""
    ordered = sorted(wanted, key=lambda series: series.device)
    for begin in range(0, len(ordered), _BATCH):
        yield ordered[begin : begin + _BATCH]


class _Line:
    """One series over some hours: its samples by hour, and its readings next to them."""

    def __init__(
        self, series: Series, intervals: Sequence[Validity], samples: Sequence[Sample], edges: _Edges | None
    ) -> None:
        self.series = series
        self.kind = kind_of(series)
        self._intervals = intervals
        self._before, self._after = edges or (None, None)
        self._hours: dict[int, list[Sample]] = {}
        for sample in samples:
            self._hours.setdefault(sample[0] // HOUR * HOUR, []).append(sample)
        self._present = list(self._hours)

    def roll(self, hour: int) -> Rollup | None:
        """The rollup of one hour, None without a reading."""
        samples = self._hours.get(hour)
        if samples is None:
            return None
        before, after = self._around(hour)
        return roll(
            samples,
            hour,
            hour + HOUR,
            kind=self.kind,
            before=before,
            after=after,
            modulus=self.series.modulus,
            interval=interval_at(self._intervals, hour),
        )

    def with_neighbours(self, hours: Collection[int]) -> tuple[set[int], set[int]]:
        """The hours and those of their neighbouring readings; and the latter's that were not read."""
        near: set[int] = set(hours)
        far: set[int] = set()
        backward = self.kind is Kind.COUNTER
        if not backward and not leans_on_neighbours(self.series, self._intervals):
            return near, far
        for hour in hours:
            for forward, sample in zip((False, True), self._around(hour), strict=True):
                if sample is not None and (forward or backward):
                    found = sample.time // HOUR * HOUR
                    (near if found in self._hours else far).add(found)
        return near, far

    def bridges(self, hours: Collection[int], far: Collection[int]) -> set[Bridge]:
        """The days without a reading between these hours and the far ones, for counters."""
        if self.kind is not Kind.COUNTER:
            return set()
        low, high = min(hours), max(hours)
        spans = [(other, low) if other < low else (high, other) for other in far]
        tenant, quantity = self.series.tenant, self.series.quantity
        return {Bridge(tenant, quantity, start, end) for start, end in spans if end - start > DAY}

    def _around(self, hour: int) -> _Edges:
        place = bisect_left(self._present, hour)
        following = place + 1 if hour in self._hours else place
        before = self._hours[self._present[place - 1]][-1] if place else self._before
        after = self._hours[self._present[following]][0] if following < len(self._present) else self._after
        return before, after


def _grouped(hours: Collection[tuple[Series, int]], length: int) -> dict[int, _Hours]:
    groups: dict[int, _Hours] = {}
    for series, hour in hours:
        groups.setdefault(hour // length * length, {}).setdefault(series, set()).add(hour)
    return groups
