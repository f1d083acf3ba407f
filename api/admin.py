"""What changes things. Only the service's own socket file, or the process itself, reaches these routes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from api import shapes
from api.answers import as_json
from api.asking import Asked
from api.desk import Desk, described
from api.guard import ADMIN
from api.points import assignment
from api.problems import Refusal
from api.times import moment
from decoders import parameters
from smartregion.errors import Misconfigured
from smartregion.model import Assignment
from smartregion.quantities import QUANTITIES

MOST_BYTES: Final = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Doors:
    """What the API needs of other rooms, handed in."""

    take_in: Callable[[bytes, tuple[int, int] | None], int]
    """Make the lines of a recording durable and say how many; a span narrows the frame times that are accepted.
    Raises Unavailable.
    """
    backfill: Callable[[str, int, int | None], None]
    """Begin a back-fill of an application from..until. Raises Misconfigured when there is no such application."""


class MessagesAsked(Asked):
    """Which frame times are accepted; those of ten years without it."""

    since: str = ""
    until: str = ""


class Body(BaseModel):
    """The base of what is sent: nothing else may be in it."""

    model_config = ConfigDict(extra="forbid")


class BackfillBody(Body):
    """Which messages to fetch again."""

    application: Annotated[str, Field(examples=["county-water"])]
    start: Annotated[str, Field(alias="from", examples=["2026-11-01"])]
    until: Annotated[str, Field(alias="to", description="Until now without it.")] = ""


class AssignmentBody(Body):
    """Which device serves which point."""

    device: Annotated[str, Field(examples=["county-water.w1-0042"])]
    point: Annotated[str, Field(examples=["town-hall-water"])]
    start: Annotated[str, Field(alias="from", examples=["2026-10-01"])]
    until: str = ""
    quantities: Annotated[tuple[str, ...], Field(description="All of them without it.")] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    parameters: Annotated[
        dict[str, float | str],
        Field(
            description="What the place makes of readings; docs/parameters.md lists them.",
            examples=[{"empty_distance": 1.85, "full_distance": 0.35, "volume_l": 3000}],
        ),
    ] = Field(default_factory=dict)


class EndBody(Body):
    """When an assignment ends."""

    until: Annotated[str, Field(examples=["2026-12-01"])]


_LINES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string"},
                "example": '{"topic": "v3/county-water@county/devices/w1-0042/up", "payload": "{…}"}\n',
            }
        },
    }
}


def router(desk: Desk, doors: Doors) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix=ADMIN, tags=["admin"])
    _add_messages(routes, desk, doors)
    _add_backfill(routes, desk, doors)
    _add_assignments(routes, desk)
    return routes


def _add_messages(routes: APIRouter, desk: Desk, doors: Doors) -> None:
    answers = described(shapes.Appended, 403, 503, status=202)

    @routes.post("/messages", status_code=202, response_model=shapes.Appended, responses=answers, openapi_extra=_LINES)
    async def append_messages(request: Request, asked: Annotated[MessagesAsked, Query()]) -> Response:
        """Take in recorded messages, one a line; durable when this answers. What a line is worth the ledger tells."""
        span = _span(asked, desk)
        count = await run_in_threadpool(doors.take_in, await _body(request), span)
        return Response(shapes.Appended(received=count).model_dump_json(), 202, media_type="application/json")


def _span(asked: MessagesAsked, desk: Desk) -> tuple[int, int] | None:
    if not asked.since and not asked.until:
        return None
    zone, now = desk.queries.region.zone, desk.queries.clock.now()
    since = moment(asked.since, zone, "since") if asked.since else 0
    return since, moment(asked.until, zone, "until") if asked.until else now


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise Refusal(413, f"The body is above {MOST_BYTES} bytes; send the lines in several requests.")
    return bytes(body)


def _add_backfill(routes: APIRouter, desk: Desk, doors: Doors) -> None:
    zone = desk.queries.region.zone
    answers = described(shapes.Started, 403, 503, status=202)

    @routes.post("/backfill", status_code=202, response_model=shapes.Started, responses=answers)
    def start_backfill(body: BackfillBody, _asked: Annotated[Asked, Query()]) -> Response:
        """Compare with the Storage Integration and fetch what is missing; /v1/backfill shows how far it has come."""
        start = moment(body.start, zone, "from")
        until = moment(body.until, zone, "to") if body.until else None
        doors.backfill(body.application, start, until)
        started = shapes.Started(
            application=body.application, start=desk.stamps.text(start), until=desk.stamps.maybe(until)
        )
        return Response(started.model_dump_json(by_alias=True), 202, media_type="application/json")


def _add_assignments(routes: APIRouter, desk: Desk) -> None:
    registry, zone = desk.queries.registry, desk.queries.region.zone
    answers = described(shapes.Assignment, 403, 503, status=201)

    @routes.post("/assignments", status_code=201, response_model=shapes.Assignment, responses=answers)
    def assign(body: AssignmentBody, _asked: Annotated[Asked, Query()]) -> Response:
        """Let a device serve a point from some time on; readings from then on go there."""
        unknown = [quantity for quantity in body.quantities if quantity not in QUANTITIES]
        if unknown:
            raise Misconfigured(f"{', '.join(unknown)}: not in the vocabulary; /v1/quantities lists it")
        parameters.check(body.parameters)
        added = registry.assign(
            Assignment(
                device=body.device,
                point=body.point,
                start=moment(body.start, zone, "from"),
                until=moment(body.until, zone, "until") if body.until else None,
                quantities=tuple(sorted(set(body.quantities))),
                attributes=tuple(sorted(body.attributes.items())),
                parameters=body.parameters,
            )
        )
        return Response(
            assignment(added, desk.stamps).model_dump_json(by_alias=True), 201, media_type="application/json"
        )

    ended = described(shapes.Assignment, 403, 503)

    @routes.post("/assignments/{number}/end", response_model=shapes.Assignment, responses=ended)
    def end(number: int, body: EndBody, _asked: Annotated[Asked, Query()]) -> Response:
        """Let an assignment end."""
        registry.end_assignment(number, moment(body.until, zone, "until"))
        found = next(each for each in registry.assignments() if each.id == number)
        return as_json(assignment(found, desk.stamps))
