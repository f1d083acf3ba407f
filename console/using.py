"""What was consumed or counted: by municipality and by point, for the days the pages speak of."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from console.spans import Span, Spans
from queries.bundle import Queries
from queries.figures import FigureQuery, FigureRow
from smartregion.clock import DAY

NIGHT_HOURS = 2


class Figure(NamedTuple):
    """A value in the quantity's canonical unit, with its coverage; None is unknown."""

    value: float | None = None
    received: int = 0
    expected: int | None = None

    @property
    def coverage(self) -> float | None:
        """Share of the expected readings that are there."""
        return min(self.received / self.expected, 1.0) if self.expected else None


class Days(NamedTuple):
    """Today so far, yesterday, this month so far."""

    today: Figure = Figure()
    yesterday: Figure = Figure()
    month: Figure = Figure()


def by_tenant(queries: Queries, quantity: str) -> dict[str, Days]:
    """Consumption of each municipality that has such a point. Raises Unavailable."""
    return _days(queries, quantity, "tenant", ())


def by_point(queries: Queries, quantity: str, points: Sequence[str]) -> dict[str, Days]:
    """Consumption of each of these points. Raises Unavailable."""
    return _days(queries, quantity, "point", tuple(points)) if points else {}


def at_night(queries: Queries, quantity: str, points: Sequence[str], days_before: int) -> dict[str, list[float]]:
    """Consumption hour by hour of the last night, or of one so many days before, by point. Raises Unavailable.

    Only nights whose every hour has a reading of its own: between readings far apart a register is a guess.
    """
    if not points:
        return {}
    now = queries.clock.now() - days_before * DAY
    night = Spans(now, queries.region.zone).night()
    found: dict[str, list[float]] = {}
    for row in queries.figures.ask(_query(quantity, "point", night, "1h", tuple(points))):
        if row.n and row.value is not None:
            found.setdefault(row.group, []).append(row.value)
    return {point: hours for point, hours in found.items() if len(hours) >= NIGHT_HOURS}


def total(figures: Iterable[Figure]) -> Figure:
    """Several figures added up; those without a known interval do not weigh in the coverage."""
    known = list(figures)
    values = [figure.value for figure in known if figure.value is not None]
    expected = [figure for figure in known if figure.expected is not None]
    return Figure(
        sum(values) if values else None,
        sum(figure.received for figure in expected),
        sum(figure.expected or 0 for figure in expected) if expected else None,
    )


def _days(queries: Queries, quantity: str, group_by: str, points: tuple[str, ...]) -> dict[str, Days]:
    spans = Spans(queries.clock.now(), queries.region.zone)
    month, today = spans.month(), spans.today()
    both = Span(spans.yesterday().start, today.end)
    days = _figures(queries.figures.ask(_query(quantity, group_by, both, "1d", points)))
    months = _figures(queries.figures.ask(_query(quantity, group_by, month, "1mo", points)))
    return {
        name: Days(
            days.get((name, today.start), Figure()),
            days.get((name, both.start), Figure()),
            months.get((name, month.start), Figure()),
        )
        for name in sorted({name for name, _ in [*days, *months]})
    }


def _query(quantity: str, group_by: str, span: Span, window: str, points: tuple[str, ...]) -> FigureQuery:
    return FigureQuery(
        quantity=quantity,
        start=span.start,
        end=max(span.end, span.start + 1),
        window=window,
        fn="increase",
        group_by=group_by,
        points=points,
    )


def _figures(rows: Iterable[FigureRow]) -> Mapping[tuple[str, int], Figure]:
    return {(row.group, row.start): Figure(row.value, row.coverage.received, row.coverage.expected) for row in rows}
