"""Readings of a point, in pages."""

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import islice
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import shapes
from api.answers import answer
from api.asking import Attribute, Paged, attributes_of, decode, encode
from api.desk import Desk, described, unit_of
from api.problems import missing, wrong
from api.times import moment
from queries.bundle import Queries
from smartregion.clock import DAY
from smartregion.model import Attributes, Series
from smartregion.quantities import QUANTITIES
from store.series.protocol import Selection

When = Annotated[str, Field(description="A date (its first instant in the region's zone) or an RFC 3339 time.")]


class ReadingsAsked(Paged):
    """Which readings."""

    quantity: Annotated[str, Field(description="All of the point's without it.", examples=["water.volume_total"])] = ""
    start: Annotated[When, Field(alias="from", examples=["2026-11-01"])] = ""
    end: Annotated[When, Field(alias="to")] = ""
    attribute: Attribute = ()


class _Row(NamedTuple):
    """Sorts as readings are given: by time, then by what tells the series apart."""

    time: int
    quantity: str
    attributes: Attributes
    device: str
    value: float


def router(desk: Desk) -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/v1", tags=["readings"])
    queries, stamps = desk.queries, desk.stamps
    responses = described(shapes.ReadingPage, 404, 503)

    @routes.get("/points/{point}/readings", response_model=shapes.ReadingPage, responses=responses)
    def list_readings(request: Request, point: str, asked: Annotated[ReadingsAsked, Query()]) -> Response:
        """Readings with from ≤ time < to in order of time; the last day without `from`, until now without `to`."""
        if queries.registry.point(point) is None:
            raise missing("point", point, "/v1/points")
        if asked.quantity and asked.quantity not in QUANTITIES:
            raise wrong("query parameter 'quantity'", "is none of the vocabulary; /v1/quantities lists them all")
        start, end = span(asked.start, asked.end, queries)
        rows = _rows(queries, _selection(point, asked), start, end, asked)
        items = [
            shapes.Reading(
                time=stamps.text(row.time),
                value=row.value,
                unit=unit_of(row.quantity),
                quantity=row.quantity,
                device=row.device,
                attributes=dict(row.attributes),
            )
            for row in rows[: asked.limit]
        ]
        following = encode(*_place(rows[asked.limit - 1])) if len(rows) > asked.limit else None
        return answer(request, asked.format, shapes.ReadingPage(items=items, next=following))

    return routes


def span(start: str, end: str, queries: Queries) -> tuple[int, int]:
    """The time asked for; the last day before `end`, which is now when it is not told. Raises Refusal."""
    until = moment(end, queries.region.zone, "to") if end else queries.clock.now() + 1
    since = moment(start, queries.region.zone, "from") if start else until - DAY
    if since >= until:
        raise wrong("query parameter 'from'", "must come before 'to'")
    return since, until


def _selection(point: str, asked: ReadingsAsked) -> Selection:
    quantities = (asked.quantity,) if asked.quantity else ()
    return Selection(points=(point,), quantities=quantities, attributes=attributes_of(asked.attribute))


def _rows(queries: Queries, which: Selection, start: int, end: int, asked: ReadingsAsked) -> Sequence[_Row]:
    """One row more than asked for, where there are so many: it tells whether another page follows."""
    after = decode(asked.cursor, int, str, str, str)
    start = max(start, int(str(after[0]))) if after else start
    lines = merge(*(_line(queries, series, start, end, asked.limit) for series in queries.store.series(which)))
    rest = lines if after is None else (row for row in lines if list(_place(row)) > after)
    return list(islice(rest, asked.limit + 1))


def _line(queries: Queries, series: Series, start: int, end: int, limit: int) -> Iterator[_Row]:
    # One more for the page to follow, one more for the row that the cursor names.
    for sample in queries.store.read(series, start, end, limit=limit + 2):
        yield _Row(sample.time, series.quantity, series.attributes, series.device, sample.value)


def _place(row: _Row) -> tuple[int, str, str, str]:
    # Attributes as text that sorts as they do: no name or value holds a control character.
    attributes = "\x02".join(f"{name}\x01{value}" for name, value in row.attributes)
    return row.time, row.quantity, attributes, row.device
