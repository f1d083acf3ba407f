"""Points with what serves them: found by filters, or one with all that is known of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import dropwhile
from typing import NamedTuple

from queries.latest import Latest, Newest
from queries.silence import is_silent
from smartregion.clock import Clock
from smartregion.model import Assignment, Device, Place, Point, Site
from store.registry.protocol import Registry


class Status(StrEnum):
    """Whether a point is heard of."""

    ACTIVE = "active"
    SILENT = "silent"
    """Nothing for three intervals of its device."""
    NEW = "new"
    """Never heard."""
    RETIRED = "retired"
    """Served by no device any more: its own served another point last, and was taken out of service there."""


class Box(NamedTuple):
    """Degrees; west may be above east where the box crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, place: Place | None) -> bool:
        """Whether the place lies inside or on the border."""
        if place is None or not self.south <= place.latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= place.longitude <= self.east
        return place.longitude >= self.west or place.longitude <= self.east


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFilter:
    """Which points; what is empty does not narrow down."""

    tenant: str = ""
    domain: str = ""
    site: str = ""
    quantity: str = ""
    """Points that have sent it."""
    text: str = ""
    """In id, name or site's name; letters' case does not count."""
    box: Box | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point in a list."""

    point: Point
    site: Site | None
    place: Place | None
    """Its own, else its site's."""
    devices: tuple[Device, ...]
    """Those that serve it now."""
    last_seen: int | None
    status: Status


@dataclass(frozen=True, slots=True)
class PointDetail:
    """All of one point."""

    row: PointRow
    assignments: tuple[Assignment, ...]
    latest: tuple[Newest, ...]
    """One for each series the point has, also of devices that served it before."""


class Points:
    """Asks the registry, and the latest values for what a point has sent."""

    def __init__(self, registry: Registry, latest: Latest, clock: Clock) -> None:
        self._registry = registry
        self._latest = latest
        self._clock = clock
        self._owners: dict[str, list[str]] = {}
        self._version = -1

    def find(self, which: PointFilter, after: str = "") -> Iterator[PointRow]:
        """Points of the filter with an id above `after`, ordered by id; worked out as they are taken."""
        now = self._clock.now()
        for point in dropwhile(lambda each: each.id <= after, self._registry.points()):
            if self._admits(which, point):
                row = self._row(point, now)
                if (which.box is None or which.box.holds(row.place)) and which.status in (None, row.status):
                    yield row

    def one(self, point: str) -> PointDetail | None:
        """All of one point, None when there is none of that id."""
        found = self._registry.point(point)
        if found is None:
            return None
        assignments = tuple(self._registry.assignments(point=point))
        latest = tuple(self._latest.of_point(point))
        return PointDetail(self._row(found, self._clock.now()), assignments, latest)

    def row(self, point: str) -> PointRow | None:
        """A point as in the list, None when there is none of that id."""
        found = self._registry.point(point)
        return self._row(found, self._clock.now()) if found else None

    def serving(self, point: str) -> tuple[Device, ...]:
        """The devices that serve a point now, its own among them unless that serves another with everything."""
        now = self._clock.now()
        names = [each.device for each in self._registry.assignments(point=point) if each.covers(now)]
        names += [device for device in self._owned().get(point, ()) if not self._is_away(device, point, now)]
        devices = (self._registry.device(name) for name in dict.fromkeys(names))
        return tuple(device for device in devices if device is not None)

    def _is_away(self, device: str, own: str, now: int) -> bool:
        """Whether a device serves another point with everything, or did so until the last that was heard of it."""
        elsewhere = [
            each
            for each in self._registry.assignments(device=device)
            if each.point != own and not each.quantities and not each.attributes
        ]
        return any(each.covers(now) or self._ended_there(each) for each in elsewhere)

    def _ended_there(self, assignment: Assignment) -> bool:
        device = self._registry.device(assignment.device)
        heard = device.last_seen if device is not None else None
        return assignment.until is not None and heard is not None and heard < assignment.until

    def _owned(self) -> dict[str, list[str]]:
        version = self._registry.version
        if version != self._version:
            owners: dict[str, list[str]] = {}
            for device in self._registry.devices():
                owners.setdefault(self._registry.own_point(device.id) or "", []).append(device.id)
            self._owners, self._version = owners, version
        return self._owners

    def _admits(self, which: PointFilter, point: Point) -> bool:
        return (
            which.tenant in ("", point.tenant)
            and which.domain in ("", point.domain)
            and which.site in ("", point.site)
            and (not which.text or which.text.casefold() in self._words(point))
            and (not which.quantity or self._has(point, which.quantity))
        )

    def _words(self, point: Point) -> str:
        site = self._registry.site(point.site)
        return "\n".join((point.id, point.name, site.name if site else "")).casefold()

    def _has(self, point: Point, quantity: str) -> bool:
        return any(each.series.quantity == quantity for each in self._latest.of_point(point.id))

    def _row(self, point: Point, now: int) -> PointRow:
        site = self._registry.site(point.site) if point.site else None
        devices = self.serving(point.id)
        last_seen = max((device.last_seen for device in devices if device.last_seen is not None), default=None)
        heard = [device for device in devices if device.last_seen is not None]
        if not heard:
            status = Status.RETIRED if not devices and self._owned().get(point.id) else Status.NEW
        else:
            status = Status.SILENT if all(is_silent(device, now) for device in heard) else Status.ACTIVE
        return PointRow(point, site, point.place or (site.place if site else None), devices, last_seen, status)
