"""The rollup job: brings hours, days, months and tenant totals in step with the readings.

The dirty hours are forgotten last, after everything above them is written. A job killed anywhere leaves them dirty and
the next one does the same work again; each step replaces rows by rows computed from what lies below, so doing it twice
changes nothing. A reading written meanwhile has a later mark and stays dirty.

In a zone whose days do not begin on a UTC hour there are hours only; longer windows then come from raw readings.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from aggregates.coverage import Schedules
from aggregates.rollup import combine, first_of, last_of
from aggregates.windows import Size, Window, month_of, whole_hours, windows
from jobs.rollup_hours import Bridge, HourSummer, Intervals, Stopped, Touched, batches, kind_of
from jobs.rollup_moved import sum_up_moved
from jobs.rollup_totals import Totals
from smartregion.model import Level, Rollup, Series
from smartregion.quantities import Kind
from store.series.protocol import Selection, SeriesStore

_LEANING = (Kind.COUNTER, Kind.STATE)


def sum_up(
    store: SeriesStore,
    registry: Schedules,
    zone: tzinfo,
    now: int,
    limit: int = 20_000,
    *,
    frozen_before: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> int:
    """Sum up at most `limit` dirty hours, newest first, and the totals of tenants that series left or came to.

    Gives how many hours and series there were, 0 when all is in step.

    `frozen_before` is the retention's edge: hours that begin before it keep the rollups they have. `stopped` is asked
    now and then; once it is true the rest stays dirty.

    Raises:
        Unavailable: the store is away; what was done is done, the rest stays dirty.
    """
    moved, dirty = store.moved(), store.dirty(limit)
    if not dirty and not moved:
        return 0
    intervals = Intervals(registry)
    open_hours = [(each.series, each.hour) for each in dirty if frozen_before is None or each.hour >= frozen_before]
    try:
        touched = HourSummer(store, intervals, zone, frozen_before, stopped).sum_up(open_hours)
        if whole_hours(zone):
            totals = Totals(store, registry, intervals, now)
            _sum_up_above(store, zone, touched, totals, stopped)
            sum_up_moved(store, totals, moved, zone, stopped)
    except Stopped:
        return 0
    store.put_rollups(Level.HOUR, (), clean=dirty)
    store.settle_moved(moved)
    return len(dirty) + len(moved)


def _sum_up_above(
    store: SeriesStore, zone: tzinfo, touched: Touched, totals: Totals, stopped: Callable[[], bool]
) -> None:
    months: dict[Window, set[Series]] = {}
    for day in sorted(touched.days, reverse=True):
        _Coarser(store, Level.HOUR, Level.DAY, stopped).sum_up(day, touched.days[day])
        months.setdefault(month_of(day.start, zone), set()).update(touched.days[day])
    for month in sorted(months, reverse=True):
        _Coarser(store, Level.DAY, Level.MONTH, stopped).sum_up(month, months[month])
    totals.sum_up(Level.DAY, _pairs(touched.days, touched.bridges, Size.DAY, zone))
    totals.sum_up(Level.MONTH, _pairs(months, touched.bridges, Size.MONTH, zone))


@dataclass(frozen=True, slots=True)
class _Coarser:
    """Combines rollups of one level to the next."""

    store: SeriesStore
    finer: Level
    level: Level
    stopped: Callable[[], bool]

    def sum_up(self, window: Window, wanted: Collection[Series]) -> None:
        """Replace the wanted series' rollups of one window."""
        for several in batches(wanted):
            if self.stopped():
                raise Stopped
            self._sum_up(window, several)

    def _sum_up(self, window: Window, wanted: Sequence[Series]) -> None:
        which = Selection(
            devices={series.device for series in wanted}, quantities={series.quantity for series in wanted}
        )
        parts = self.store.rollups(self.finer, which, *window)
        around = self._around(window, wanted)
        rows, gone = [], []
        for series in wanted:
            rollup = _combined(series, window, parts.get(series, []), *around.get(series, (None, None)))
            rows.append((series, rollup)) if rollup is not None else gone.append((series, window.start))
        self.store.put_rollups(self.level, rows, gone=gone)

    def _around(self, window: Window, wanted: Collection[Series]) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
        leaning = [series for series in wanted if kind_of(series) in _LEANING]
        if not leaning:
            return {}
        which = Selection(
            devices={series.device for series in leaning}, quantities={series.quantity for series in leaning}
        )
        return self.store.neighbours(self.finer, which, *window)


def _combined(
    series: Series, window: Window, parts: list[Rollup], before: Rollup | None, after: Rollup | None
) -> Rollup | None:
    return combine(
        parts,
        *window,
        kind=kind_of(series),
        before=last_of(before) if before is not None else None,
        after=first_of(after) if after is not None else None,
        modulus=series.modulus,
    )


def _pairs(
    touched: dict[Window, set[Series]], bridges: Collection[Bridge], size: Size, zone: tzinfo
) -> dict[Window, set[tuple[str, str]]]:
    """(tenant, quantity) of each window whose total must be summed up again."""
    pairs = {window: {(each.tenant, each.quantity) for each in series} for window, series in touched.items()}
    for bridge in bridges:
        for window in windows(size, bridge.start, bridge.end, zone):
            pairs.setdefault(window, set()).add((bridge.tenant, bridge.quantity))
    return pairs
