"""Figures over several series and several points.

Mean: the mean of the points' means, so that a point sending every minute weighs as much as one sending every hour;
`by_readings` lets each reading weigh the same. Sum: of amounts, or of the points' means of an additive gauge. Share:
of time. Percentiles: of the readings themselves.
"""

from collections.abc import Iterable, Sequence
from math import floor

from aggregates.consumption import Rule
from aggregates.slices import NO_RULES, Slice
from smartregion.model import Rollup, Sample, Series


def speaking(series: Iterable[Series]) -> list[Series]:
    """Leave out series that are parts of another one of the same point, device and quantity.

    A meter that sends its total and its tariffs would count twice: the series without the attribute is the whole.
    """
    families: dict[tuple[str, str, str], list[Series]] = {}
    for each in series:
        families.setdefault((each.point, each.device, each.quantity), []).append(each)
    return [each for family in families.values() for each in family if len(family) == 1 or not _is_part(each, family)]


def _is_part(series: Series, family: Sequence[Series]) -> bool:
    attributes = frozenset(series.attributes)
    return any(attributes > frozenset(other.attributes) for other in family)


def merge(parts: Sequence[tuple[Series, Slice]]) -> Slice:
    """The series of one point as one: readings pooled, amounts and times added up."""
    if len(parts) == 1:
        return parts[0][1]
    several = [part for _, part in parts]
    found = NO_RULES.union(*(part.rules for part in several))
    if _swapped([series for series, part in parts if part.rollup is not None and part.increase is not None]):
        found |= {Rule.SWAP}
    return Slice(
        _pool([part.rollup for part in several if part.rollup is not None]),
        _sum(part.increase for part in several),
        _sum(part.on_seconds for part in several),
        sum(part.known_seconds for part in several),
        found,
    )


def mean(points: Iterable[Slice], *, by_readings: bool = False) -> float | None:
    """The mean over several points; None without a reading."""
    rollups = [point.rollup for point in points if point.rollup is not None]
    if not rollups:
        return None
    if by_readings:
        return sum(rollup.total for rollup in rollups) / sum(rollup.n for rollup in rollups)
    return sum(rollup.total / rollup.n for rollup in rollups) / len(rollups)


def sum_of_means(points: Iterable[Slice]) -> float | None:
    """An additive gauge over several points: how much they make together, on average."""
    return _sum(point.rollup.total / point.rollup.n for point in points if point.rollup is not None)


def increase(points: Iterable[Slice]) -> float | None:
    """How much the counters or amounts of several points came to; None when none of them is known."""
    return _sum(point.increase for point in points)


def share(points: Iterable[Slice]) -> float | None:
    """Share of the time, among all that is known, in which a state was on."""
    known = [point for point in points if point.on_seconds is not None]
    seconds = sum(point.known_seconds for point in known)
    return sum(point.on_seconds or 0.0 for point in known) / seconds if seconds else None


def minimum(points: Iterable[Slice]) -> float | None:
    """The lowest reading."""
    return min((point.rollup.minimum for point in points if point.rollup is not None), default=None)


def maximum(points: Iterable[Slice]) -> float | None:
    """The highest reading."""
    return max((point.rollup.maximum for point in points if point.rollup is not None), default=None)


def count(points: Iterable[Slice]) -> int:
    """How many readings there are."""
    return sum(point.rollup.n for point in points if point.rollup is not None)


def first(points: Iterable[Slice]) -> Sample | None:
    """The earliest reading."""
    rollups = [point.rollup for point in points if point.rollup is not None]
    return min((Sample(rollup.first_time, rollup.first) for rollup in rollups), default=None)


def last(points: Iterable[Slice]) -> Sample | None:
    """The latest reading."""
    rollups = [point.rollup for point in points if point.rollup is not None]
    return max((Sample(rollup.last_time, rollup.last) for rollup in rollups), default=None)


def percentile(values: Iterable[float], part: float) -> float | None:
    """The value below which that part (0 to 1) of the readings lies, linear between the two nearest; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * part
    low = floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _swapped(counted: Sequence[Series]) -> bool:
    # Two devices of one point that measure different things (channels, phases) serve it side by side.
    return len({series.attributes for series in counted}) < len(counted)


def _pool(rollups: Sequence[Rollup]) -> Rollup | None:
    if not rollups:
        return None
    first_one = min(rollups, key=lambda each: each.first_time)
    last_one = max(rollups, key=lambda each: each.last_time)
    return first_one._replace(
        n=sum(each.n for each in rollups),
        minimum=min(each.minimum for each in rollups),
        maximum=max(each.maximum for each in rollups),
        total=sum(each.total for each in rollups),
        last=last_one.last,
        last_time=last_one.last_time,
    )
