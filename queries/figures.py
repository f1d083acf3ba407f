"""Figures over calendar windows, each with its coverage: what a municipality reads, charts and signs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from aggregates.coverage import Coverage, Schedules
from aggregates.several import count
from aggregates.slices import NO_RULES, Slice
from queries.figures_groups import Group, Witnesses, by_point, grouped, in_order, refuse_adding_up, value_of
from queries.figures_plan import Plan, plan
from queries.figures_read import Reader, Reading
from queries.figures_totals import rows_of_totals, totals_fit
from queries.figures_words import (
    LIMIT,
    NAMES,
    PERCENTILES,
    FigureQuery,
    FigureRow,
    Function,
    NotMeaningful,
    TooMuch,
    Unaskable,
    function_of,
    unit_of,
    vocabulary,
)
from smartregion.clock import Clock
from smartregion.model import Series
from smartregion.quantities import Kind, Quantity
from store.series.protocol import Selection, SeriesStore

__all__ = [
    "LIMIT",
    "NAMES",
    "FigureQuery",
    "FigureRow",
    "Figures",
    "Function",
    "NotMeaningful",
    "TooMuch",
    "Unaskable",
]

_UPLINKS = "radio.rssi"
"""Heard with every real frame, so it stands for the device's uplinks."""
_SENT_ON_CHANGE = (Kind.STATE, Kind.EVENT)


class Figures:
    """Answers questions for figures over windows."""

    def __init__(self, store: SeriesStore, registry: Schedules, zone: tzinfo, clock: Clock) -> None:
        self._store = store
        self._registry = registry
        self._zone = zone
        self._clock = clock

    def ask(self, query: FigureQuery) -> list[FigureRow]:
        """One row for each group and window, ordered by group and time; windows of the future are left out.

        Raises:
            Unaskable, NotMeaningful, TooMuch: the question must be changed. Unavailable: the store is away.
        """
        quantity = vocabulary(query.quantity)
        function = function_of(query, quantity)
        now = self._clock.now()
        made = plan(query, function, self._zone, now)
        if made is None:
            return []
        if totals_fit(query, function, quantity, made):
            return rows_of_totals(self._store, query, function, quantity, made, now)
        which = _selection(query)
        groups = grouped(self._store.series(which), query)
        if not groups:
            return []
        refuse_adding_up(groups, function, quantity)
        return list(self._rows(_Question(query, quantity, function, made, now), groups, which))

    def _rows(
        self, question: "_Question", groups: Mapping[str, Sequence[Series]], which: Selection
    ) -> Iterator[FigureRow]:
        keep_values = question.function in PERCENTILES
        reader = Reader(self._store, self._registry, question.plan, question.now, keep_values=keep_values)
        reading = reader.read([each for group in groups.values() for each in group], which)
        witnesses = self._witnesses(question, groups, reading)
        for name, series in groups.items():
            group = Group(by_point(series), reading)
            for place, window in enumerate(question.plan.windows):
                yield question.row(name, group, place, witnesses.coverage(series, place, window, question.now))

    def _witnesses(self, question: "_Question", groups: Mapping[str, Sequence[Series]], reading: Reading) -> Witnesses:
        if question.quantity.kind not in _SENT_ON_CHANGE:
            return Witnesses(self._registry, reading, None)
        devices = {series.device for group in groups.values() for series in group}
        which = Selection(devices=devices, quantities=(_UPLINKS,))
        uplinks = {series.device: series for series in self._store.series(which)}
        reader = Reader(self._store, self._registry, question.plan, question.now)
        heard = reader.read(list(uplinks.values()), which) if uplinks else reading
        return Witnesses(self._registry, heard, uplinks)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked, worked out."""

    query: FigureQuery
    quantity: Quantity
    function: Function
    plan: Plan
    now: int

    def row(self, name: str, group: Group, place: int, coverage: Coverage) -> FigureRow:
        """The figure of one group in one window."""
        window = self.plan.windows[place]
        points = group.merged(place)
        known = [point for point in points if _is_known(point)]
        first, last = self._registers(points) if group.is_one_line else (None, None)
        return FigureRow(
            group=name,
            start=window.start,
            end=window.end,
            zone=self.plan.zone,
            value=self._value(group, place, points),
            unit=unit_of(self.function, self.quantity),
            points=len(known),
            n=count(points),
            coverage=coverage,
            provisional=window.end > self.now,
            first=first,
            last=last,
            rules=in_order(NO_RULES.union(*(point.rules for point in known))),
        )

    def _value(self, group: Group, place: int, points: Sequence[Slice]) -> float | None:
        if self.function in PERCENTILES:
            return group.percentile(place, self.function)
        by_readings = self.query.weight == "readings"
        return value_of(self.function, points, self.quantity, by_readings=by_readings)

    def _registers(self, points: Sequence[Slice]) -> tuple[float | None, float | None]:
        rollup = points[0].rollup
        if self.quantity.kind is not Kind.COUNTER or rollup is None:
            return None, None
        return rollup.first, rollup.last


def _is_known(point: Slice) -> bool:
    return point.rollup is not None or point.increase is not None or point.on_seconds is not None


def _selection(query: FigureQuery) -> Selection:
    return Selection(
        points=query.points,
        quantities=(query.quantity,),
        tenants=query.tenants,
        sites=query.sites,
        domains=query.domains,
        attributes=query.attributes,
    )
