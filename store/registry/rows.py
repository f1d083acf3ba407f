"""Rows of the tables to the words of the model, and back."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from smartregion.model import Assignment, Attributes, Device, Place, Point, Profile, Sample, Series, Site, Tenant

Values = Mapping[str, Any]


def place_of(row: Row[Any]) -> Place | None:
    """The place in a row, None where it has none."""
    if row.latitude is None or row.longitude is None:
        return None
    return Place(row.latitude, row.longitude, row.altitude)


def place_values(place: Place | None) -> Values:
    """Columns of a place."""
    if place is None:
        return {"latitude": None, "longitude": None, "altitude": None}
    return {"latitude": place.latitude, "longitude": place.longitude, "altitude": place.altitude}


def tenant_of(row: Row[Any]) -> Tenant:
    """A municipality."""
    return Tenant(row.key, row.name, row.ags, place_of(row))


def tenant_values(tenant: Tenant) -> Values:
    """Columns of a municipality that is in the region file."""
    return {"key": tenant.key, "name": tenant.name, "ags": tenant.ags, **place_values(tenant.place), "active": True}


def site_of(row: Row[Any]) -> Site:
    """A site."""
    return Site(row.id, row.tenant, row.name, place_of(row))


def site_values(site: Site) -> Values:
    """Columns of a site."""
    return {"id": site.id, "tenant": site.tenant, "name": site.name, **place_values(site.place)}


def point_of(row: Row[Any]) -> Point:
    """A point."""
    return Point(row.id, row.tenant, row.name, row.site or "", row.domain, place_of(row))


def point_values(point: Point, *, place_by_person: bool) -> Values:
    """Columns of a point."""
    return {
        "id": point.id,
        "tenant": point.tenant,
        "name": point.name,
        "site": point.site or None,
        "domain": point.domain,
        **place_values(point.place),
        "place_by_person": place_by_person,
    }


def device_of(row: Row[Any], interval: float | None) -> Device:
    """A device; its interval comes from another table."""
    profile = Profile(row.brand, row.model, row.firmware, row.hardware) if row.brand is not None else None
    return Device(row.id, row.application, row.device_id, row.dev_eui, profile, row.first_seen, row.last_seen, interval)


def device_values(device: Device, own_point: str, *, profile_by_person: bool) -> Values:
    """Columns of a device, without the times of its frames."""
    profile = device.profile
    return {
        "id": device.id,
        "application": device.application,
        "device_id": device.device_id,
        "own_point": own_point,
        "dev_eui": device.dev_eui,
        "brand": profile.brand if profile else None,
        "model": profile.model if profile else None,
        "firmware": profile.firmware if profile else "",
        "hardware": profile.hardware if profile else "",
        "profile_by_person": profile_by_person,
    }


def assignment_of(row: Row[Any]) -> Assignment:
    """An assignment."""
    return Assignment(
        row.device,
        row.point,
        row.start,
        row.until,
        tuple(row.quantities),
        tuple(sorted(row.attributes.items())),
        row.parameters,
        row.id,
    )


def assignment_values(assignment: Assignment) -> Values:
    """Columns of an assignment; the id is given by the database."""
    return {
        "device": assignment.device,
        "point": assignment.point,
        "start": assignment.start,
        "until": assignment.until,
        "quantities": list(assignment.quantities),
        "attributes": dict(assignment.attributes),
        "parameters": dict(assignment.parameters),
    }


def latest_of(row: Row[Any]) -> tuple[Series, Sample]:
    """The newest sample of a series."""
    attributes: Attributes = tuple((name, value) for name, value in json.loads(row.attributes))
    series = Series(row.point, row.device, row.quantity, attributes, row.tenant, row.site, row.domain, row.modulus)
    return series, Sample(row.time, row.value)


def latest_values(series: Series, sample: Sample) -> Values:
    """Columns of a series' newest sample."""
    return {
        "point": series.point,
        "device": series.device,
        "quantity": series.quantity,
        "attributes": json.dumps(series.attributes, ensure_ascii=False),
        "tenant": series.tenant,
        "site": series.site,
        "domain": series.domain,
        "modulus": series.modulus,
        "time": sample.time,
        "value": sample.value,
    }
