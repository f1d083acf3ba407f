"""What is, and was, wrong."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import alarm_shapes as shapes
from api.answers import answer
from api.asking import Paged, decode, encode
from api.desk import Desk, described
from queries.alarm_words import words
from queries.alarms import unit_of
from smartregion.alarms import Alarm, AlarmKind, Sought


class AlarmsAsked(Paged):
    """Which alarms."""

    state: Annotated[Literal["active", "over"] | None, Field(description="Both without it.")] = None
    kind: AlarmKind | None = None
    subject: str = ""


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["state"])

    @routes.get("/alarms", response_model=shapes.AlarmPage, responses=described(shapes.AlarmPage, 503))
    def list_alarms(request: Request, asked: Annotated[AlarmsAsked, Query()]) -> Response:
        """Silent devices, low batteries, lost connections and whatever else a person should look at."""
        after = decode(asked.cursor, int)
        before = int(str(after[0])) if after else None
        active = None if asked.state is None else asked.state == "active"
        sought = Sought(active, asked.kind, asked.subject)
        found = desk.queries.alarms.page(sought, asked.limit + 1, before)
        items = [_shown(desk, alarm) for alarm in found[: asked.limit]]
        following = encode(items[-1].id) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.AlarmPage(items=items, next=following))

    return routes


def _shown(desk: Desk, alarm: Alarm) -> shapes.Alarm:
    return shapes.Alarm(
        id=alarm.id,
        kind=alarm.kind,
        subject=alarm.subject,
        begin=desk.stamps.text(alarm.begin),
        end=desk.stamps.maybe(alarm.end),
        value=alarm.value,
        unit=unit_of(alarm.kind),
        text_de=words(alarm, "de"),
        text_en=words(alarm, "en"),
    )
