"""Figures of whole municipalities from their totals: a county's year in milliseconds."""

from collections.abc import Sequence

from aggregates.coverage import Coverage
from aggregates.windows import Window
from queries.figures_plan import Plan
from queries.figures_words import FigureQuery, FigureRow, Function, unit_of
from smartregion.clock import SECOND
from smartregion.model import Level, Total
from smartregion.quantities import Kind, Quantity
from store.series.protocol import SeriesStore

_KINDS = (Kind.GAUGE, Kind.COUNTER, Kind.DELTA)
_FUNCTIONS = {
    Function.MEAN,
    Function.MINIMUM,
    Function.MAXIMUM,
    Function.SUM,
    Function.COUNT,
    Function.INCREASE,
}
_LEVELS = (Level.DAY, Level.MONTH)


def totals_fit(query: FigureQuery, function: Function, quantity: Quantity, plan: Plan) -> bool:
    """Whether totals answer the question: by tenant, nothing narrower asked for, whole days or months.

    A mean in which each point weighs the same, or a sum of means, can't be told from several totals.
    """
    narrowed = query.points or query.sites or query.domains or query.attributes
    if query.group_by != "tenant" or narrowed or quantity.kind not in _KINDS or function not in _FUNCTIONS:
        return False
    if len(plan.segments) != 1 or plan.segments[0].level not in _LEVELS:
        return False
    if function in (Function.SUM, Function.INCREASE):
        if not quantity.additive:
            return False
        return quantity.kind is not Kind.GAUGE or _one_each(plan)
    return function is not Function.MEAN or query.weight == "readings" or _one_each(plan)


def rows_of_totals(
    store: SeriesStore, query: FigureQuery, function: Function, quantity: Quantity, plan: Plan, now: int
) -> list[FigureRow]:
    """One row for each tenant that has totals in that time, and each window."""
    level = plan.segments[0].level or Level.DAY
    found = store.totals(level, query.tenants, quantity.name, plan.start, plan.end)
    return [
        _row(tenant, window, _inside(totals, window), (query, function, quantity), plan, now)
        for tenant, totals in sorted(found.items())
        for window in plan.windows
    ]


def _one_each(plan: Plan) -> bool:
    # Days and months as they are stored; a week, quarter or year is made of several.
    longest = max(window.end - window.start for window in plan.windows)
    level = plan.segments[0].level
    return longest <= (25 if level is Level.DAY else 25 * 31) * 3600 * SECOND


def _inside(totals: Sequence[Total], window: Window) -> list[Total]:
    return [total for total in totals if window.start <= total.start < window.end]


def _row(
    tenant: str,
    window: Window,
    totals: Sequence[Total],
    asked: tuple[FigureQuery, Function, Quantity],
    plan: Plan,
    now: int,
) -> FigureRow:
    query, function, quantity = asked
    return FigureRow(
        group=tenant,
        start=window.start,
        end=window.end,
        zone=plan.zone,
        value=_value(function, quantity, totals, by_readings=query.weight == "readings"),
        unit=unit_of(function, quantity),
        points=max((total.points for total in totals), default=0),
        n=sum(total.n for total in totals),
        coverage=_coverage(totals, window, now),
        provisional=window.end > now,
    )


def _value(function: Function, quantity: Quantity, totals: Sequence[Total], *, by_readings: bool) -> float | None:
    if function is Function.INCREASE or (function is Function.SUM and quantity.kind is not Kind.GAUGE):
        known = [total.increase for total in totals if total.increase is not None]
        return sum(known) if known else None
    read = [total for total in totals if total.n]
    if function is Function.COUNT:
        return sum(total.n for total in read)
    if not read:
        return None
    if function is Function.MINIMUM:
        return min(total.minimum for total in read)
    if function is Function.MAXIMUM:
        return max(total.maximum for total in read)
    if function is Function.SUM:
        return sum(total.means for total in read)
    return _mean(read, by_readings=by_readings)


def _mean(totals: Sequence[Total], *, by_readings: bool) -> float:
    if by_readings:
        return sum(total.total for total in totals) / sum(total.n for total in totals)
    return sum(total.means for total in totals) / sum(total.points for total in totals)


def _coverage(totals: Sequence[Total], window: Window, now: int) -> Coverage:
    gap = max((total.gap for total in totals), default=min(window.end, now) - window.start) / SECOND
    known = [total for total in totals if total.expected is not None]
    if not known:
        return Coverage(sum(total.n for total in totals), None, None, gap)
    expected = int(sum(_due(total, now) for total in known) + 0.5)
    received = min(sum(total.slots or 0 for total in known), expected)
    return Coverage(received, expected, received / expected if expected else None, gap)


def _due(total: Total, now: int) -> float:
    # A total tells what is expected until its end; of a running one only the part until now is due.
    passed = min(max(now - total.start, 0), total.end - total.start)
    return (total.expected or 0) * passed / (total.end - total.start)
