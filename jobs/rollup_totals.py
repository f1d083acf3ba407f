"""Sums up each tenant's figures of a quantity over a day or month."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from aggregates.coverage import Schedules, expected_slots, serving
from aggregates.rollup import first_of, last_of
from aggregates.several import speaking
from aggregates.totals import Track, total
from aggregates.windows import Window
from jobs.rollup_hours import Intervals, kind_of
from smartregion.model import Assignment, Level, Rollup, Series, Total
from smartregion.quantities import Kind
from store.series.protocol import Selection, SeriesStore

Pair = tuple[str, str]
"""Tenant and quantity."""

_Around = Mapping[Series, tuple[Rollup | None, Rollup | None]]


class _Stock(NamedTuple):
    rollups: Mapping[Series, list[Rollup]]
    around: _Around


class Totals:
    """Computes and stores totals; series and assignments are asked for once."""

    def __init__(self, store: SeriesStore, registry: Schedules, intervals: Intervals, now: int) -> None:
        self._store = store
        self._intervals = intervals
        self._now = now
        self._assignments: dict[str, list[Assignment]] = {}
        for each in registry.assignments():
            self._assignments.setdefault(each.device, []).append(each)
        self._series: dict[Pair, list[Series]] = {}
        self._served: dict[Series, list[Window]] = {}

    def sum_up(self, level: Level, wanted: Mapping[Window, Collection[Pair]]) -> None:
        """Replace the totals of these windows."""
        self._look_up({pair for pairs in wanted.values() for pair in pairs})
        for window, pairs in wanted.items():
            stock = self._stock(level, window, pairs)
            self._store.put_totals(level, [self._total(pair, window, stock) for pair in pairs])

    def _look_up(self, pairs: Collection[Pair]) -> None:
        missing = {pair for pair in pairs if pair not in self._series}
        if not missing:
            return
        found: dict[Pair, list[Series]] = {pair: [] for pair in missing}
        for series in self._store.series(_selection(missing)):
            if (series.tenant, series.quantity) in missing:
                found[series.tenant, series.quantity].append(series)
        self._series |= {pair: speaking(several) for pair, several in found.items()}

    def _stock(self, level: Level, window: Window, pairs: Collection[Pair]) -> _Stock:
        counted = {pair for pair in pairs if any(kind_of(each) is Kind.COUNTER for each in self._series[pair][:1])}
        around = self._store.neighbours(level, _selection(counted), *window) if counted else {}
        return _Stock(self._store.rollups(level, _selection(pairs), *window), around)

    def _total(self, pair: Pair, window: Window, stock: _Stock) -> Total:
        several = self._series[pair]
        tracks = [self._track(series, window, stock) for series in several]
        kind = kind_of(several[0]) if several else Kind.GAUGE
        return total(*pair, kind, window, tracks, self._now)

    def _track(self, series: Series, window: Window, stock: _Stock) -> Track:
        if series not in self._served:
            self._served[series] = serving(series, self._assignments.get(series.device, ()))
        expected = expected_slots(self._intervals.of(series.device), self._served[series], *window)
        rollups = stock.rollups.get(series)
        before, after = stock.around.get(series, (None, None))
        return Track(
            series,
            rollups[0] if rollups else None,
            expected,
            last_of(before) if before is not None else None,
            first_of(after) if after is not None else None,
        )


def _selection(pairs: Collection[Pair]) -> Selection:
    return Selection(tenants={tenant for tenant, _ in pairs}, quantities={quantity for _, quantity in pairs})
