"""Points, sites, municipalities and devices."""

from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import shapes
from api.answers import answer, as_json
from api.asking import Asked, Formatted, Paged, decode, encode
from api.desk import Desk, described
from api.latest import newest
from api.problems import missing, wrong
from api.times import Stamps, moment
from queries.messages import RawMessage
from queries.points import Box, PointFilter, PointRow, Status
from smartregion import model
from smartregion.quantities import QUANTITIES

Text = Annotated[str, Field(description="Part of an id or name; letters' case does not count.", max_length=200)]
StatusName = Literal["", "active", "silent", "new", "retired"]


class PointsAsked(Paged):
    """Which points."""

    tenant: str = ""
    domain: str = ""
    site: str = ""
    quantity: Annotated[str, Field(description="Points that have sent it.")] = ""
    text: Text = ""
    bbox: Annotated[str, Field(description="west,south,east,north in degrees", examples=["9.9,50.0,10.4,50.3"])] = ""
    status: StatusName = ""


class DevicesAsked(Paged):
    """Which devices."""

    application: str = ""
    text: Text = ""
    status: StatusName = ""


class MessagesAsked(Paged):
    """Which messages."""

    limit: Annotated[int, Field(ge=1, le=100, description="Messages on a page.")] = 20
    before: Annotated[str, Field(description="Date or time to go back from; the newest ones without it.")] = ""


def router(desk: Desk) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/v1", tags=["points"])
    _add_points(routes, desk)
    _add_messages(routes, desk)
    _add_devices(routes, desk)
    _add_places(routes, desk)
    return routes


def _add_points(routes: APIRouter, desk: Desk) -> None:
    queries, stamps = desk.queries, desk.stamps

    @routes.get("/points", response_model=shapes.PointPage, responses=described(shapes.PointPage))
    def list_points(request: Request, asked: Annotated[PointsAsked, Query()]) -> Response:
        """Points by id, narrowed down by what is asked for."""
        after = decode(asked.cursor, str)
        found = list(islice(queries.points.find(_filter(asked), str(after[0]) if after else ""), asked.limit + 1))
        items = [_point(row, stamps) for row in found[: asked.limit]]
        following = encode(items[-1].id) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.PointPage(items=items, next=following))

    @routes.get("/points/{point}", response_model=shapes.PointDetail, responses=described(shapes.PointDetail, 404))
    def get_point(point: str, _asked: Annotated[Asked, Query()]) -> Response:
        """One point with its devices, assignments and newest readings."""
        found = queries.points.one(point)
        if found is None:
            raise missing("point", point, "/v1/points")
        return as_json(
            shapes.PointDetail(
                **_point(found.row, stamps).model_dump(),
                served_by=[_device(device, desk) for device in found.row.devices],
                assignments=[assignment(each, stamps) for each in found.assignments],
                latest=[newest(each, stamps) for each in found.latest],
            )
        )


def _add_messages(routes: APIRouter, desk: Desk) -> None:
    queries, stamps = desk.queries, desk.stamps
    responses = described(shapes.RawMessagePage, 404, 503)

    @routes.get("/points/{point}/messages", response_model=shapes.RawMessagePage, responses=responses)
    def list_messages(request: Request, point: str, asked: Annotated[MessagesAsked, Query()]) -> Response:
        """Messages of the point's devices as received, newest first; at most seven days back from `before`."""
        if queries.registry.point(point) is None:
            raise missing("point", point, "/v1/points")
        after = decode(asked.cursor, int)
        before = moment(asked.before, queries.region.zone, "before") if asked.before else None
        found = queries.messages.of_point(point, int(str(after[0])) if after else before, asked.limit)
        items = [_message(each, stamps) for each in found]
        following = encode(found[-1].time) if len(found) == asked.limit else None
        return answer(request, asked.format, shapes.RawMessagePage(items=items, next=following))


def _add_devices(routes: APIRouter, desk: Desk) -> None:
    registry = desk.queries.registry

    @routes.get("/devices", response_model=shapes.DevicePage, responses=described(shapes.DevicePage))
    def list_devices(request: Request, asked: Annotated[DevicesAsked, Query()]) -> Response:
        """Devices by id, narrowed down by what is asked for."""
        after = decode(asked.cursor, str)
        wanted = asked.text.casefold()
        found = (
            each
            for each in registry.devices()
            if (after is None or each.id > str(after[0]))
            and asked.application in ("", each.application)
            and wanted in each.id.casefold()
            and asked.status in ("", desk.device_status(each))
        )
        page = list(islice(found, asked.limit + 1))
        items = [_device(each, desk) for each in page[: asked.limit]]
        following = encode(items[-1].id) if len(page) > asked.limit else None
        return answer(request, asked.format, shapes.DevicePage(items=items, next=following))


def _add_places(routes: APIRouter, desk: Desk) -> None:
    registry = desk.queries.registry

    @routes.get("/tenants", response_model=shapes.TenantPage, responses=described(shapes.TenantPage))
    def list_tenants(request: Request, asked: Annotated[Formatted, Query()]) -> Response:
        """The municipalities of the region."""
        items = [
            shapes.Tenant(key=each.key, name=each.name, ags=each.ags, **_degrees(each.place))
            for each in registry.tenants()
        ]
        return answer(request, asked.format, shapes.TenantPage(items=items))

    @routes.get("/sites", response_model=shapes.SitePage, responses=described(shapes.SitePage))
    def list_sites(request: Request, asked: Annotated[Paged, Query()]) -> Response:
        """Sites by id."""
        after = decode(asked.cursor, str)
        found = [each for each in registry.sites() if after is None or each.id > str(after[0])][: asked.limit + 1]
        items = [
            shapes.Site(id=each.id, tenant=each.tenant, name=each.name, **_metres(each.place))
            for each in found[: asked.limit]
        ]
        following = encode(items[-1].id) if len(found) > asked.limit else None
        return answer(request, asked.format, shapes.SitePage(items=items, next=following))


def _filter(asked: PointsAsked) -> PointFilter:
    if asked.quantity and asked.quantity not in QUANTITIES:
        raise wrong("query parameter 'quantity'", "is none of the vocabulary; /v1/quantities lists them all")
    return PointFilter(
        tenant=asked.tenant,
        domain=asked.domain,
        site=asked.site,
        quantity=asked.quantity,
        text=asked.text,
        box=_box(asked.bbox) if asked.bbox else None,
        status=Status(asked.status) if asked.status else None,
    )


def _box(text: str) -> Box:
    try:
        box = Box(*(float(part) for part in text.split(",")))
    except (ValueError, TypeError):
        box = None
    if box is None or not (-90 <= box.south <= box.north <= 90 and abs(box.west) <= 180 and abs(box.east) <= 180):
        raise wrong("query parameter 'bbox'", "must be west,south,east,north in degrees, such as 9.9,50.0,10.4,50.3")
    return box


def _degrees(place: model.Place | None) -> dict[str, float | None]:
    return {"latitude": place.latitude if place else None, "longitude": place.longitude if place else None}


def _metres(place: model.Place | None) -> dict[str, float | None]:
    return {**_degrees(place), "altitude": place.altitude if place else None}


def _point(row: PointRow, stamps: Stamps) -> shapes.Point:
    point = row.point
    return shapes.Point(
        id=point.id,
        name=point.name,
        tenant=point.tenant,
        domain=point.domain,
        site=point.site or None,
        site_name=row.site.name if row.site else None,
        **_metres(row.place),
        status=row.status,
        last_seen=stamps.maybe(row.last_seen),
        devices=[device.id for device in row.devices],
    )


def _message(each: RawMessage, stamps: Stamps) -> shapes.RawMessage:
    return shapes.RawMessage(
        key=each.key.hex(),
        device=each.device,
        time=stamps.text(each.time),
        state=each.state,
        cause=each.cause,
        decoder=each.decoder,
        source=each.source,
        topic=each.topic,
        arrived_at=stamps.maybe(each.arrived_at),
        text=each.text,
    )


def _device(device: model.Device, desk: Desk) -> shapes.Device:
    profile = device.profile
    return shapes.Device(
        id=device.id,
        application=device.application,
        device_id=device.device_id,
        dev_eui=device.dev_eui,
        brand=profile.brand if profile else None,
        model=profile.model if profile else None,
        firmware=profile.firmware if profile else None,
        hardware=profile.hardware if profile else None,
        first_seen=desk.stamps.maybe(device.first_seen),
        last_seen=desk.stamps.maybe(device.last_seen),
        interval_seconds=device.interval,
        status=desk.device_status(device),
        point=desk.queries.registry.own_point(device.id),
    )


def assignment(each: model.Assignment, stamps: Stamps) -> shapes.Assignment:
    """An assignment as the API gives it."""
    return shapes.Assignment(
        id=each.id,
        device=each.device,
        point=each.point,
        start=stamps.text(each.start),
        until=stamps.maybe(each.until),
        quantities=list(each.quantities),
        attributes=dict(each.attributes),
        parameters=dict(each.parameters),
    )
