"""What every series store does alike: choose series, put them in order, refuse what no store can hold."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import isfinite

from smartregion.clock import HOUR
from smartregion.model import Series
from store.series.protocol import Selection

EARLIEST = -(2**63)
"""The first nanosecond that 64 bits hold, in 1677."""
LATEST = 2**63 - 1
"""The last one, in 2262."""
NOTHING_FROZEN = EARLIEST - HOUR
"""No hour that holds a reading begins before."""


def chooser(which: Selection) -> Callable[[Series], bool] | None:
    """A test whether a series belongs to the selection; None when every series does."""
    fields: tuple[tuple[str, Collection[str]], ...] = (
        ("point", which.points),
        ("device", which.devices),
        ("quantity", which.quantities),
        ("tenant", which.tenants),
        ("site", which.sites),
        ("domain", which.domains),
    )
    wanted = [(name, frozenset(values)) for name, values in fields if values]
    pairs = frozenset(which.attributes)
    if not wanted and not pairs:
        return None
    return lambda series: (
        all(getattr(series, name) in values for name, values in wanted) and pairs.issubset(series.attributes)
    )


def chosen(all_series: Iterable[Series], which: Selection) -> list[Series]:
    """Those of the series that belong to the selection."""
    admits = chooser(which)
    return list(all_series) if admits is None else [series for series in all_series if admits(series)]


def ordered(some_series: Iterable[Series]) -> list[Series]:
    """By point, quantity, attributes, device."""
    return sorted(some_series, key=lambda series: (series.point, series.quantity, series.attributes, series.device))


def differs(series: Series, known: Series) -> bool:
    """Whether the same series is told to belong elsewhere, or to roll over elsewhere, than was known."""
    return (
        series.tenant != known.tenant
        or series.site != known.site
        or series.domain != known.domain
        or series.modulus != known.modulus
    )


def impossible(times: Sequence[int], values: Sequence[float]) -> Mapping[int, str]:
    """Place → why no store can hold it: values that are no numbers, and times outside of 64 bits."""
    if not times or (all(map(isfinite, values)) and min(times) >= EARLIEST and max(times) <= LATEST):
        return {}
    return {
        place: words for place, given in enumerate(zip(times, values, strict=True)) if (words := _complaint(*given))
    }


def _complaint(time: int, value: float) -> str:
    if not isfinite(value):
        return f"the value {value} at {time} ns is not a finite number"
    if not EARLIEST <= time <= LATEST:
        return f"the time {time} ns lies outside of what 64 bits hold (1677 to 2262)"
    return ""
