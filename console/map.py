"""What the map draws: outlines of the municipalities and the points that have a place."""

from collections.abc import Sequence
from typing import Any

from console.fleet import Row
from console.reader import Reader
from queries.points import Status
from smartregion.region import TenantEntry


def map_data(rows: Sequence[Row], tenants: Sequence[TenantEntry], reader: Reader) -> dict[str, Any]:
    """As JSON: `outlines` and `points`, every place as [latitude, longitude]."""
    return {
        "outlines": [_outline(tenant) for tenant in tenants],
        "points": [_point(row, reader) for row in placed(rows)],
    }


def placed(rows: Sequence[Row]) -> list[Row]:
    """Those with a place; 0/0 is where devices are that were never given one."""
    return [row for row in rows if row.place is not None and (row.place.latitude, row.place.longitude) != (0.0, 0.0)]


def _outline(tenant: TenantEntry) -> dict[str, Any]:
    known = tenant.latitude is not None and tenant.longitude is not None
    return {
        "name": tenant.name,
        "border": [[latitude, longitude] for longitude, latitude in tenant.outline],
        "center": [tenant.latitude, tenant.longitude] if known else None,
    }


def _point(row: Row, reader: Reader) -> dict[str, Any]:
    place, value = row.place, row.headline
    return {
        "id": row.id,
        "name": row.name,
        "tenant": row.where,
        "domain": row.domain,
        "silent": row.status is Status.SILENT,
        "at": [place.latitude, place.longitude] if place else None,
        "value": None
        if value is None
        else {
            "key": value.key,
            "label": reader.label(value.quantity),
            "value": value.value,
            "time": value.time // 1_000_000,
            "symbol": value.symbol,
            "factor": value.factor,
            "digits": value.digits,
            "kind": value.kind,
        },
    }
