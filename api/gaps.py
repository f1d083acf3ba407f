"""What is missing of devices, why, and what became of it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import gap_shapes as shapes
from api.answers import answer
from api.asking import Cursor, Formatted, decode, encode
from api.desk import Desk, described
from api.times import moment
from smartregion.gaps import Gap, GapCause, GapState, Sought

States = Annotated[tuple[GapState, ...], Field(description="Repeat it for several.", examples=[["open"]])]


class GapsAsked(Formatted):
    """Which gaps."""

    application: str = ""
    device: str = ""
    state: States = ()
    cause: GapCause | None = None
    start: Annotated[str, Field(alias="from", description="Those that end after it.")] = ""
    end: Annotated[str, Field(alias="to", description="Those that begin before it.")] = ""


class GapPagesAsked(GapsAsked):
    """Which gaps, in pages."""

    limit: Annotated[int, Field(ge=1, le=1000, description="Items on a page.")] = 100
    cursor: Cursor = ""


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["ledger"])
    _add_list(routes, desk)
    _add_counts(routes, desk)
    return routes


def _add_list(routes: APIRouter, desk: Desk) -> None:
    responses = described(shapes.GapPage, 503)

    @routes.get("/gaps", response_model=shapes.GapPage, responses=responses)
    def list_gaps(request: Request, asked: Annotated[GapPagesAsked, Query()]) -> Response:
        """Which frames are missing, the likely reason, and how many of them have come since; the newest first."""
        after = decode(asked.cursor, int, str)
        beyond = (int(str(after[0])), str(after[1])) if after else None
        found = desk.queries.gaps.page(_sought(asked, desk), asked.limit + 1, beyond)
        shown = found[: asked.limit]
        following = encode(shown[-1].start, shown[-1].device) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.GapPage(items=[_gap(gap, desk) for gap in shown], next=following))


def _add_counts(routes: APIRouter, desk: Desk) -> None:
    responses = described(shapes.GapCountPage, 503)

    @routes.get("/gaps/counts", response_model=shapes.GapCountPage, responses=responses)
    def count_gaps(request: Request, asked: Annotated[GapsAsked, Query()]) -> Response:
        """How many gaps there are and frames missing in them, by application, cause and state."""
        found = desk.queries.gaps.counts(_sought(asked, desk))
        items = [shapes.GapCount(**each._asdict()) for each in found]
        return answer(request, asked.format, shapes.GapCountPage(items=items))


def _sought(asked: GapsAsked, desk: Desk) -> Sought:
    zone = desk.queries.region.zone
    start = moment(asked.start, zone, "from") if asked.start else None
    until = moment(asked.end, zone, "to") if asked.end else None
    return Sought(asked.application, asked.device, asked.state, asked.cause, start, until)


def _gap(gap: Gap, desk: Desk) -> shapes.Gap:
    return shapes.Gap(
        device=gap.device,
        application=gap.application,
        start=desk.stamps.text(gap.start),
        until=desk.stamps.maybe(gap.until),
        missing=gap.missing,
        repaired=gap.repaired,
        cause=gap.cause,
        state=gap.state,
        gaps=gap.parts,
        found=desk.stamps.text(gap.found),
    )
