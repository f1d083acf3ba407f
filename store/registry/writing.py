"""Writes into the registry's tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from smartregion.errors import Misconfigured
from smartregion.model import Device
from smartregion.region import Region
from store.registry import rows, tables
from store.registry.known import Known
from store.registry.protocol import Interval
from store.registry.sighting import Plan


def demand(holds: bool, words: str) -> None:  # noqa: FBT001 — reads as "demand that …"
    """Raise Misconfigured with these words unless it holds."""
    if not holds:
        raise Misconfigured(words)


def put(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows or, where the primary key is there, replace the columns given. All rows have the same columns."""
    if not values:
        return
    keys = [column.name for column in table.primary_key]
    changed = [name for name in values[0] if name not in keys]
    insert = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    statement = insert(table)
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_={name: statement.excluded[name] for name in changed}),
        [dict(each) for each in values],
    )


def take_over(connection: Connection, region: Region) -> None:
    """Tenants and applications of the region file; those no longer in it stay, inactive."""
    connection.execute(update(tables.TENANTS).values(active=False))
    connection.execute(update(tables.APPLICATIONS).values(active=False))
    put(connection, tables.TENANTS, [rows.tenant_values(entry.tenant) for entry in region.tenants])
    put(
        connection,
        tables.APPLICATIONS,
        [
            {"name": each.label, "tenant": each.tenant, "domain": each.domain, "active": True}
            for each in region.applications
        ],
    )


def put_plan(connection: Connection, plan: Plan, known: Known) -> None:
    """Devices and points that are new or changed."""
    points = [rows.point_values(point, place_by_person=False) for point in plan.points]
    points += [rows.point_values(point, place_by_person=False) for _, point in plan.new]
    put(connection, tables.POINTS, points)
    devices = [rows.device_values(device, point.id, profile_by_person=False) for device, point in plan.new]
    for device in plan.devices:
        track = known.tracks[device.id]
        devices.append(rows.device_values(device, track.own_point, profile_by_person=track.profile_by_person))
    put(connection, tables.DEVICES, devices)


def put_device(connection: Connection, device: Device, own_point: str, *, profile_by_person: bool) -> None:
    """A device, its times apart."""
    put(connection, tables.DEVICES, [rows.device_values(device, own_point, profile_by_person=profile_by_person)])


def put_times(connection: Connection, devices: Sequence[Device]) -> None:
    """When devices were seen first and last."""
    if devices:
        table = tables.DEVICES
        statement = update(table).where(table.c.id == bindparam("device"))
        connection.execute(
            statement.values(first_seen=bindparam("first"), last_seen=bindparam("last")),
            [{"device": each.id, "first": each.first_seen, "last": each.last_seen} for each in devices],
        )


def put_intervals(connection: Connection, intervals: Sequence[tuple[str, Interval]]) -> None:
    """Intervals of devices."""
    values = [{"device": device, **interval._asdict()} for device, interval in intervals]
    put(connection, tables.INTERVALS, values)


def forget(connection: Connection, devices: Sequence[str], points: Sequence[str]) -> None:
    """All rows that speak of these devices, and these points."""
    for table in (tables.ASSIGNMENTS, tables.INTERVALS, tables.LATEST):
        connection.execute(delete(table).where(table.c.device.in_(devices)))
    connection.execute(delete(tables.DEVICES).where(tables.DEVICES.c.id.in_(devices)))
    connection.execute(delete(tables.POINTS).where(tables.POINTS.c.id.in_(points)))
