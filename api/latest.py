"""The newest reading of every series: all at once, also for thousands of series, also for a map."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api import shapes
from api.answers import CSV, GEOJSON, JSON, columns, csv_text, media_type
from api.asking import FORMAT_WORDS, Asked, Attribute, attributes_of
from api.desk import Desk, described, unit_of, with_geojson
from api.problems import wrong
from api.times import Stamps
from queries.latest import Newest
from queries.points import PointRow
from smartregion.quantities import QUANTITIES
from store.series.protocol import Selection


class LatestAsked(Asked):
    """Which series; each parameter may come several times."""

    point: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    quantity: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    attribute: Attribute = ()
    format: Annotated[Literal["json", "csv", "geojson"] | None, Field(description=FORMAT_WORDS)] = None


class _Item(msgspec.Struct, gc=False):
    """`shapes.Newest`, written 20 times as fast."""

    point: str
    device: str
    quantity: str
    attributes: dict[str, str]
    tenant: str
    site: str
    domain: str
    time: str
    value: float
    unit: str


_encoder = msgspec.json.Encoder()


def router(desk: Desk) -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/v1", tags=["readings"])
    queries, stamps = desk.queries, desk.stamps

    @routes.get("/latest", response_model=shapes.NewestPage, responses=with_geojson(described(shapes.NewestPage)))
    def list_latest(request: Request, asked: Annotated[LatestAsked, Query()]) -> Response:
        """The newest reading of every series, on one page however many there are; as GeoJSON one feature a point."""
        found = queries.latest.select(_selection(asked))
        kind = media_type(request, asked.format)
        if kind == GEOJSON:
            rows = {each: queries.points.row(each) for each in {newest.series.point for newest in found}}
            return Response(_encoder.encode(_features(found, rows, stamps)), media_type=GEOJSON)
        items = [_item(each, stamps) for each in found]
        if kind == CSV:
            text = csv_text(columns(shapes.NewestPage), map(msgspec.structs.asdict, items))
            return Response(text, media_type=f"{CSV}; charset=utf-8; header=present")
        return Response(_encoder.encode({"items": items, "next": None}), media_type=JSON)

    return routes


def newest(each: Newest, stamps: Stamps) -> shapes.Newest:
    """A newest reading as the API gives it."""
    return shapes.Newest(**msgspec.structs.asdict(_item(each, stamps)))


def _item(each: Newest, stamps: Stamps) -> _Item:
    series, sample = each
    return _Item(
        series.point,
        series.device,
        series.quantity,
        dict(series.attributes),
        series.tenant,
        series.site,
        series.domain,
        stamps.text(sample.time),
        sample.value,
        unit_of(series.quantity),
    )


def _selection(asked: LatestAsked) -> Selection:
    for quantity in asked.quantity:
        if quantity not in QUANTITIES:
            words = f"{quantity[:40]!r} is none of the vocabulary; /v1/quantities lists them all"
            raise wrong("query parameter 'quantity'", words)
    return Selection(
        points=asked.point,
        devices=asked.device,
        quantities=asked.quantity,
        tenants=asked.tenant,
        sites=asked.site,
        domains=asked.domain,
        attributes=attributes_of(asked.attribute),
    )


def _features(found: Iterable[Newest], rows: dict[str, PointRow | None], stamps: Stamps) -> dict[str, Any]:
    features = [
        _feature(row, [_item(each, stamps) for each in own])
        for point, own in groupby(found, key=lambda each: each.series.point)
        if (row := rows[point]) is not None
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(row: PointRow, items: Sequence[_Item]) -> dict[str, Any]:
    place = row.place
    coordinates = [place.longitude, place.latitude] if place else None
    if place and coordinates and place.altitude is not None:
        coordinates.append(place.altitude)
    return {
        "type": "Feature",
        "id": row.point.id,
        "geometry": {"type": "Point", "coordinates": coordinates} if coordinates else None,
        "properties": {
            "name": row.point.name,
            "tenant": row.point.tenant,
            "domain": row.point.domain,
            "status": row.status,
            "latest": items,
        },
    }
