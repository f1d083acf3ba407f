"""When a series belongs to another tenant than before, its past counts there: totals of both are summed up again."""

from collections.abc import Callable, Collection, Iterator
from datetime import tzinfo

from aggregates.windows import Size, Window, windows
from jobs.rollup_hours import Stopped
from jobs.rollup_totals import Pair, Totals
from smartregion.model import Level, Series
from smartregion.timestamps import EARLIEST, LATEST
from store.series.protocol import Moved, Selection, SeriesStore

_LEVELS = ((Level.DAY, Size.DAY), (Level.MONTH, Size.MONTH))


def sum_up_moved(
    store: SeriesStore, totals: Totals, moved: Collection[Moved], zone: tzinfo, stopped: Callable[[], bool]
) -> None:
    """Replace every total the left tenants have of these quantities, and the new tenants' over the series' past.

    Raises:
        Stopped: the service stops. Unavailable: the store is away. What is done is done; the rest is done next time.
    """
    if not moved:
        return
    spans = _spans(store, {each.series for each in moved})
    for level, size in _LEVELS:
        wanted: dict[Window, set[Pair]] = {}
        for each in moved:
            for window in windows(size, *spans[each.series], zone) if each.series in spans else ():
                wanted.setdefault(window, set()).add((each.series.tenant, each.series.quantity))
        for pair in {(each.tenant, each.series.quantity) for each in moved}:
            for window in _summed_up(store, level, pair):
                wanted.setdefault(window, set()).add(pair)
        for window in sorted(wanted, reverse=True):
            if stopped():
                raise Stopped
            totals.sum_up(level, {window: wanted[window]})


def _summed_up(store: SeriesStore, level: Level, pair: Pair) -> Iterator[Window]:
    tenant, quantity = pair
    found = store.totals(level, [tenant], quantity, EARLIEST, LATEST)
    return (Window(total.start, total.end) for total in found.get(tenant, ()) if total.n or total.increase)


def _spans(store: SeriesStore, some_series: Collection[Series]) -> dict[Series, tuple[int, int]]:
    """From the first to the last day of each that has a rollup."""
    which = Selection(
        devices={series.device for series in some_series}, quantities={series.quantity for series in some_series}
    )
    first = store.neighbours(Level.DAY, which, EARLIEST, EARLIEST)
    last = store.neighbours(Level.DAY, which, LATEST, LATEST)
    found = {series: (first[series][1], last.get(series, (None, None))[0]) for series in some_series if series in first}
    return {
        series: (oldest.start, newest.end)
        for series, (oldest, newest) in found.items()
        if oldest is not None and newest is not None
    }
