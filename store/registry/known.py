"""All that the registry knows, in memory: every question is answered from here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import Connection, select

from smartregion.model import Assignment, Point, Site, Tenant
from store.registry import rows, tables
from store.registry.intervals import in_force
from store.registry.protocol import Interval
from store.registry.tracks import Track


class Defaults(NamedTuple):
    """What a new device's point gets from its application."""

    tenant: str
    domain: str


@dataclass(slots=True)
class Known:
    """Dictionaries that are replaced entry by entry, so readers need no lock."""

    tenants: dict[str, Tenant] = field(default_factory=dict)
    """Those of the region file."""
    applications: dict[str, Defaults] = field(default_factory=dict)
    """Those of the region file."""
    marks: dict[str, int] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    points: dict[str, Point] = field(default_factory=dict)
    tracks: dict[str, Track] = field(default_factory=dict)
    of_device: dict[str, tuple[Assignment, ...]] = field(default_factory=dict)
    of_point: dict[str, tuple[Assignment, ...]] = field(default_factory=dict)

    def put(self, assignment: Assignment) -> None:
        """Put an assignment in; one of the same id is replaced."""
        for index, key in ((self.of_device, assignment.device), (self.of_point, assignment.point)):
            kept = (each for each in index.get(key, ()) if each.id != assignment.id)
            index[key] = _ordered([*kept, assignment])

    def find(self, assignment: int) -> Assignment | None:
        """The assignment of that id."""
        return next((each for all_ in self.of_device.values() for each in all_ if each.id == assignment), None)

    def all_assignments(self) -> list[Assignment]:
        """Every assignment, ordered by start."""
        return list(_ordered(each for all_ in list(self.of_device.values()) for each in all_))

    def lonely(self, devices: Collection[str]) -> list[str]:
        """Own points of these devices that nothing else uses."""
        gone = set(devices)
        used = {track.own_point for device, track in self.tracks.items() if device not in gone}
        used |= {point for point, served in self.of_point.items() if any(each.device not in gone for each in served)}
        return sorted({self.tracks[device].own_point for device in gone} - used)

    def forget(self, devices: Collection[str], points: Collection[str]) -> None:
        """Forget devices with their assignments, and points."""
        for device in devices:
            del self.tracks[device]
            for assignment in self.of_device.pop(device, ()):
                rest = tuple(each for each in self.of_point[assignment.point] if each.device != device)
                self.of_point[assignment.point] = rest
        for point in points:
            del self.points[point]


def load(connection: Connection) -> Known:
    """Read everything."""
    known = Known()
    for row in connection.execute(select(tables.TENANTS).where(tables.TENANTS.c.active)):
        known.tenants[row.key] = rows.tenant_of(row)
    for row in connection.execute(select(tables.APPLICATIONS)):
        if row.active:
            known.applications[row.name] = Defaults(row.tenant, row.domain)
        if row.complete_until is not None:
            known.marks[row.name] = row.complete_until
    known.sites = {row.id: rows.site_of(row) for row in connection.execute(select(tables.SITES))}
    _load_devices(connection, known)
    for row in connection.execute(select(tables.ASSIGNMENTS)):
        known.put(rows.assignment_of(row))
    return known


def _load_devices(connection: Connection, known: Known) -> None:
    by_person = set()
    for row in connection.execute(select(tables.POINTS)):
        known.points[row.id] = rows.point_of(row)
        if row.place_by_person:
            by_person.add(row.id)
    intervals: dict[str, list[Interval]] = {}
    for row in connection.execute(select(tables.INTERVALS).order_by(tables.INTERVALS.c.start)):
        intervals.setdefault(row.device, []).append(Interval(row.start, row.seconds, row.source))
    for row in connection.execute(select(tables.DEVICES)):
        found = tuple(intervals.get(row.id, ()))
        known.tracks[row.id] = Track(
            rows.device_of(row, in_force(found)[-1].seconds if found else None),
            row.own_point,
            found,
            place=known.points[row.own_point].place,
            place_by_person=row.own_point in by_person,
            profile_by_person=row.profile_by_person,
        )


def _ordered(assignments: Iterable[Assignment]) -> tuple[Assignment, ...]:
    return tuple(sorted(assignments, key=lambda each: (each.start, each.id or 0)))
