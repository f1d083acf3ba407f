"""Figures over calendar windows, with the coverage behind each."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import shapes
from api.answers import answer
from api.asking import Attribute, Formatted, attributes_of, decode, encode
from api.desk import Desk, described
from api.problems import wrong
from api.readings import When
from api.times import Stamps, moment, zone_of
from queries.figures import FigureQuery, FigureRow

MOST: int = 10_000


class FiguresAsked(Formatted):
    """Which figures."""

    quantity: Annotated[str, Field(examples=["water.volume_total"])]
    start: Annotated[When, Field(alias="from", examples=["2026-01-01"])]
    end: Annotated[When, Field(alias="to", examples=["2027-01-01"])] = ""
    window: Annotated[
        Literal["15m", "1h", "1d", "1w", "1mo", "1q", "1y", "total"],
        Field(description="Calendar windows; whole ones, however from and to cut them. `total` is exactly from…to."),
    ] = "1d"
    tz: Annotated[str, Field(description="IANA time zone of the calendar; the region's without it.")] = ""
    fn: Annotated[
        str,
        Field(description="mean min max sum count increase (or consumption) share first last p50 p95"),
    ] = "mean"
    group_by: Annotated[str, Field(description="point, site, tenant, domain, none or an attribute's name")] = "point"
    point: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    attribute: Attribute = ()
    weight: Annotated[
        Literal["points", "readings"],
        Field(description="For the mean: every point weighs the same, or every reading does."),
    ] = "points"
    limit: Annotated[int, Field(ge=1, le=MOST, description="Figures on a page.")] = 1000
    cursor: Annotated[str, Field(description="The `next` of the page before.", max_length=200)] = ""


def router(desk: Desk) -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/v1", tags=["figures"])
    queries, stamps = desk.queries, desk.stamps
    responses = described(shapes.FigurePage, 503)

    @routes.get("/aggregates", response_model=shapes.FigurePage, responses=responses)
    def list_figures(request: Request, asked: Annotated[FiguresAsked, Query()]) -> Response:
        """One figure for each group and window, by group and time. Dates begin at midnight in the zone of `tz`."""
        query = _query(asked, desk)
        rows = queries.figures.ask(query)
        after = decode(asked.cursor, int)
        first = int(str(after[0])) if after else 0
        last = first + asked.limit
        zoned = Stamps(query.zone or queries.region.zone) if asked.tz else stamps
        items = [_figure(row, query, zoned) for row in rows[first:last]]
        following = encode(last) if len(rows) > last else None
        return answer(request, asked.format, shapes.FigurePage(items=items, next=following))

    return routes


def _query(asked: FiguresAsked, desk: Desk) -> FigureQuery:
    zone = zone_of(asked.tz, desk.queries.region.zone)
    end = moment(asked.end, zone, "to") if asked.end else desk.queries.clock.now()
    start = moment(asked.start, zone, "from")
    if start >= end:
        raise wrong("query parameter 'from'", "must come before 'to', which is now when it is left out")
    return FigureQuery(
        quantity=asked.quantity,
        start=start,
        end=end,
        window=asked.window,
        zone=zone,
        fn=asked.fn,
        group_by=asked.group_by,
        points=asked.point,
        sites=asked.site,
        tenants=asked.tenant,
        domains=asked.domain,
        attributes=attributes_of(asked.attribute),
        weight=asked.weight,
    )


def _figure(row: FigureRow, query: FigureQuery, stamps: Stamps) -> shapes.Figure:
    return shapes.Figure(
        group=row.group,
        start=stamps.text(row.start),
        end=stamps.text(row.end),
        value=row.value,
        unit=row.unit,
        quantity=query.quantity,
        fn=query.fn,
        points=row.points,
        readings=row.n,
        coverage=row.coverage.share,
        expected=row.coverage.expected,
        received=row.coverage.received,
        longest_gap_seconds=row.coverage.longest_gap_seconds,
        provisional=row.provisional,
        first=row.first,
        last=row.last,
        rules=[str(rule) for rule in row.rules],
    )
