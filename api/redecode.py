"""Archived messages through today's decoders: begin, look, stop. Only over the service's own socket file."""

from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.exceptions import HTTPException

from api.admin import Body
from api.answers import JSON, as_json
from api.asking import Asked
from api.desk import Desk
from api.examples import TIME
from api.guard import ADMIN
from api.problems import documented
from api.shapes import Shape, Time
from api.times import moment
from queries.redecoding import Difference, Example, RedecodeOrder, RedecodeProgress
from smartregion.errors import Misconfigured


class Redecoding(Protocol):
    """What runs archived messages through the decoders again."""

    def start(self, order: RedecodeOrder) -> None:
        """Begin, or go on where the same order was stopped. Raises Misconfigured while a run is under way."""
        ...

    def progress(self) -> RedecodeProgress | None:
        """The last run; None when there was none."""
        ...

    def stop(self) -> None:
        """End the run."""
        ...


class RedecodeBody(Body):
    """Which messages to decode again."""

    application: Annotated[str, Field(examples=["county-water"])]
    start: Annotated[str, Field(alias="from", examples=["2026-11-01"])]
    until: Annotated[str, Field(alias="to", description="Until now without it.")] = ""
    devices: Annotated[list[str], Field(description="Device ids without the application; all without it.")] = Field(
        default_factory=list
    )
    apply: Annotated[bool, Field(description="Write and delete; without it only compare.")] = False


class DifferenceExample(Shape):
    """One reading that differs."""

    kind: Annotated[str, Field(description="appear, change or vanish")]
    point: str
    device: str
    attributes: dict[str, str]
    time: Time
    before: float | None
    after: float | None


class RedecodeDifference(Shape):
    """How the readings of one quantity, by one decoder, differ from those stored."""

    decoder: str
    quantity: str
    same: int
    appear: int
    change: int
    vanish: int
    examples: list[DifferenceExample]


class RedecodeFailure(Shape):
    """Frames that today's decoders do not read; they keep the readings they have."""

    cause: str
    messages: int
    device: Annotated[str, Field(description="One of them.")]
    detail: str


class Redecode(Shape):
    """A run of archived messages through today's decoders."""

    application: str
    start: Annotated[Time, Field(alias="from")]
    until: Annotated[Time, Field(alias="to")]
    devices: list[str]
    apply: bool
    state: Annotated[str, Field(description="running, complete, failed or stopped")]
    why: str
    total: Annotated[int, Field(description="Messages to read.")]
    done: int
    frames: Annotated[int, Field(description="Uplinks of the range among those read.")]
    settled: Annotated[int, Field(description="Messages that leave quarantine, or would.")]
    unexplained: Annotated[int, Field(description="Stored readings that no message explains; they stay.")]
    refused: Annotated[int, Field(description="Readings that the series store will not take.")]
    differences: list[RedecodeDifference]
    failures: list[RedecodeFailure]


EXAMPLE: Final[dict[str, Any]] = {
    "application": "county-water",
    "from": "2026-11-01T00:00:00+01:00",
    "to": TIME,
    "devices": [],
    "apply": False,
    "state": "complete",
    "why": "",
    "total": 21120,
    "done": 21120,
    "frames": 21000,
    "settled": 12,
    "unexplained": 0,
    "refused": 0,
    "differences": [
        {
            "decoder": "axioma/qalcosonic-w1 1",
            "quantity": "water.volume_total",
            "same": 20988,
            "appear": 12,
            "change": 0,
            "vanish": 0,
            "examples": [
                {
                    "kind": "appear",
                    "point": "town-hall-water",
                    "device": "county-water.w1-0042",
                    "attributes": {},
                    "time": TIME,
                    "before": None,
                    "after": 1284350.0,
                }
            ],
        }
    ],
    "failures": [{"cause": "no decoder", "messages": 3, "device": "x-1", "detail": "no decoder for acme/x"}],
}


def router(desk: Desk, redecoding: Redecoding) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix=f"{ADMIN}/redecode", tags=["admin"])
    zone = desk.queries.region.zone

    @routes.post("", status_code=202, response_model=Redecode, responses=_answers(403, status=202))
    def start_redecode(body: RedecodeBody, _asked: Annotated[Asked, Query()]) -> Response:
        """Begin to compare archived messages, decoded by today's decoders, with what is stored; or go on with that."""
        until = moment(body.until, zone, "to") if body.until else desk.queries.clock.now()
        _check(desk, body.application)
        redecoding.start(
            RedecodeOrder(
                application=body.application,
                start=moment(body.start, zone, "from"),
                end=until,
                devices=tuple(sorted(set(body.devices))),
                until_now=not body.until,
                apply=body.apply,
            )
        )
        return Response(_shown(desk, redecoding).model_dump_json(by_alias=True), 202, media_type=JSON)

    @routes.get("", response_model=Redecode, responses=_answers(403, 404))
    def show_redecode(_asked: Annotated[Asked, Query()]) -> Response:
        """How far the last run has come, and what it found."""
        return as_json(_shown(desk, redecoding))

    @routes.post("/stop", response_model=Redecode, responses=_answers(403, 404))
    def stop_redecode(_asked: Annotated[Asked, Query()]) -> Response:
        """End the run after the batch in hand; the same order later goes on there."""
        redecoding.stop()
        return as_json(_shown(desk, redecoding))

    return routes


def _check(desk: Desk, application: str) -> None:
    known = desk.queries.region.by_label
    if application not in known:
        raise Misconfigured(f"no application {application!r}; there are: {', '.join(known) or 'none'}")


def _shown(desk: Desk, redecoding: Redecoding) -> Redecode:
    found = redecoding.progress()
    if found is None:
        raise HTTPException(404, "no run of redecode")
    order, text = found.order, desk.stamps.text
    return Redecode(
        application=order.application,
        start=text(order.start),
        until=text(order.end),
        devices=list(order.devices),
        apply=order.apply,
        state=found.state,
        why=found.why,
        total=found.total,
        done=found.done,
        frames=found.frames,
        settled=found.settled,
        unexplained=found.unexplained,
        refused=found.refused,
        differences=[_difference(desk, each) for each in found.differences],
        failures=[
            RedecodeFailure(cause=each.cause, messages=each.messages, device=each.device, detail=each.detail)
            for each in found.failures
        ],
    )


def _difference(desk: Desk, each: Difference) -> RedecodeDifference:
    return RedecodeDifference(
        decoder=each.decoder,
        quantity=each.quantity,
        same=each.same,
        appear=each.appear,
        change=each.change,
        vanish=each.vanish,
        examples=[_example(desk, one) for one in each.examples],
    )


def _example(desk: Desk, each: Example) -> DifferenceExample:
    return DifferenceExample(
        kind=each.kind,
        point=each.point,
        device=each.device,
        attributes=dict(each.attributes),
        time=desk.stamps.text(each.time),
        before=each.before,
        after=each.after,
    )


def _answers(*errors: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    told = {"description": Redecode.__doc__ or "", "content": {JSON: {"example": EXAMPLE}}}
    return {status: told, **documented(422, *errors)}
