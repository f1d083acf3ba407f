"""Puts series into groups, and the slices of a group into a row."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from aggregates import several
from aggregates.consumption import Rule
from aggregates.coverage import (
    Coverage,
    Evidence,
    Schedules,
    Validity,
    coverage,
    evidence,
    expected_slots,
    served_in,
    serving,
)
from aggregates.slices import Slice
from aggregates.windows import Window
from queries.figures_read import Reading
from queries.figures_words import (
    PERCENTILES,
    FigureQuery,
    Function,
    NotMeaningful,
)
from smartregion.model import Assignment, Series
from smartregion.quantities import Kind, Quantity

_OWN_FIELDS = ("point", "site", "tenant", "domain")
_NONE = ("", "none")
_AMOUNTS = (Function.SUM, Function.INCREASE)


def group_of(group_by: str, series: Series) -> str | None:
    """The group a series belongs to; None when it lacks the attribute that is grouped by."""
    if group_by in _NONE:
        return ""
    if group_by in _OWN_FIELDS:
        return str(getattr(series, group_by))
    return dict(series.attributes).get(group_by)


def grouped(series: Iterable[Series], query: FigureQuery) -> dict[str, list[Series]]:
    """The series of each group, groups in order; parts of another series of the group are left out."""
    kept: dict[str, list[Series]] = {}
    for each in series:
        group = group_of(query.group_by, each)
        if group is not None:
            kept.setdefault(group, []).append(each)
    return {group: several.speaking(kept[group]) for group in sorted(kept)}


def refuse_adding_up(groups: Mapping[str, Sequence[Series]], function: Function, quantity: Quantity) -> None:
    """Raises NotMeaningful when amounts of several points would be added that say nothing together."""
    if function not in _AMOUNTS or quantity.additive:
        return
    if any(len({series.point for series in group}) > 1 for group in groups.values()):
        raise NotMeaningful(
            f"{quantity.name} of several points does not add up; group by point, or narrow it down to one point"
        )


def value_of(function: Function, points: Sequence[Slice], quantity: Quantity, *, by_readings: bool) -> float | None:
    """The figure over the points of a group in one window; percentiles are made elsewhere, from readings."""
    if function is Function.MEAN:
        return several.mean(points, by_readings=by_readings)
    if function is Function.SUM and quantity.kind is Kind.GAUGE:
        return several.sum_of_means(points)
    return _PLAIN[function](points)


def _first(points: Sequence[Slice]) -> float | None:
    sample = several.first(points)
    return sample.value if sample is not None else None


def _last(points: Sequence[Slice]) -> float | None:
    sample = several.last(points)
    return sample.value if sample is not None else None


_PLAIN: Mapping[Function, Callable[[Sequence[Slice]], float | None]] = {
    Function.MINIMUM: several.minimum,
    Function.MAXIMUM: several.maximum,
    Function.SUM: several.increase,
    Function.INCREASE: several.increase,
    Function.COUNT: several.count,
    Function.SHARE: several.share,
    Function.FIRST: _first,
    Function.LAST: _last,
}


@dataclass(frozen=True, slots=True)
class Group:
    """The series of one group by point, and what was read of them."""

    points: Mapping[str, Sequence[Series]]
    reading: Reading

    @property
    def is_one_line(self) -> bool:
        """Whether it is one point measuring one thing, be it with several devices one after another."""
        return len(self.points) == 1 and len({each.attributes for each in next(iter(self.points.values()))}) == 1

    def merged(self, place: int) -> list[Slice]:
        """Each point's slice of one window."""
        return [
            several.merge([(each, self.reading.slices[each][place]) for each in series])
            for series in self.points.values()
        ]

    def percentile(self, place: int, function: Function) -> float | None:
        """A percentile of all readings of one window."""
        values = [
            value
            for series in self.points.values()
            for each in series
            for value in self.reading.values.get(each, [[]] * (place + 1))[place]
        ]
        return several.percentile(values, PERCENTILES[function])


def by_point(series: Iterable[Series]) -> dict[str, list[Series]]:
    """The series of each point."""
    points: dict[str, list[Series]] = {}
    for each in series:
        points.setdefault(each.point, []).append(each)
    return points


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules in the order of their definition."""
    return tuple(rule for rule in Rule if rule in rules)


class Witnesses:
    """What each series can tell about coverage: itself, or its device's uplinks where it is sent on change only."""

    def __init__(self, registry: Schedules, reading: Reading, uplinks: Mapping[str, Series] | None) -> None:
        self._reading = reading
        self._uplinks = uplinks
        self._registry = registry
        self._assignments: dict[str, list[Assignment]] = {}
        for each in registry.assignments():
            self._assignments.setdefault(each.device, []).append(each)
        self._served: dict[Series, list[Window]] = {}
        self._intervals: dict[str, list[Validity]] = {}

    def coverage(self, series: Sequence[Series], place: int, window: Window, now: int) -> Coverage:
        """The coverage of several series in one window; each device's uplinks count once."""
        if self._uplinks is None:
            return coverage(self._evidence(each, each, place, window, now) for each in series)
        devices = {each.device: each for each in series if each.device in self._uplinks}
        return coverage(
            self._evidence(each, self._uplinks[device], place, window, now) for device, each in devices.items()
        )

    def _evidence(self, series: Series, witness: Series, place: int, window: Window, now: int) -> Evidence:
        if series not in self._served:
            self._served[series] = serving(series, self._assignments.get(series.device, ()))
        if series.device not in self._intervals:
            intervals = self._registry.intervals(series.device)
            self._intervals[series.device] = [each for each in intervals if each.seconds > 0]
        served, until = self._served[series], min(window.end, now)
        expected = expected_slots(self._intervals[series.device], served, window.start, until)
        slices = self._reading.slices.get(witness)
        rollup = slices[place].rollup if slices else None
        return evidence(rollup, served_in(served, window), expected, now)
