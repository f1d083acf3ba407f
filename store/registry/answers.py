"""The registry's answers, all from memory, without a lock."""

from typing import TypeVar

from smartregion.model import Assignment, Device, Point, Site, Tenant
from store.registry.intervals import in_force
from store.registry.known import Known
from store.registry.protocol import Interval

T = TypeVar("T")


class Answers:
    """The asking half of a registry."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def tenants(self) -> list[Tenant]:
        """The municipalities of the region file, by key."""
        return _in_order(self._known.tenants)

    def sites(self) -> list[Site]:
        """All sites by id."""
        return _in_order(self._known.sites)

    def site(self, site: str) -> Site | None:
        """The site of that id."""
        return self._known.sites.get(site)

    def points(self) -> list[Point]:
        """All points by id."""
        return _in_order(self._known.points)

    def point(self, point: str) -> Point | None:
        """The point of that id."""
        return self._known.points.get(point)

    def devices(self) -> list[Device]:
        """All devices by id."""
        return [track.device for track in _in_order(self._known.tracks)]

    def device(self, device: str) -> Device | None:
        """The device of that id (`application.device_id`), as of its last frame."""
        track = self._known.tracks.get(device)
        return track.device if track else None

    def own_point(self, device: str) -> str | None:
        """The point that takes what no assignment selects."""
        track = self._known.tracks.get(device)
        return track.own_point if track else None

    def assignments(self, device: str = "", point: str = "") -> list[Assignment]:
        """Assignments of a device, of a point, of both, or all, ordered by start."""
        if device:
            found = self._known.of_device.get(device, ())
            return [each for each in found if point in ("", each.point)]
        return list(self._known.of_point.get(point, ())) if point else self._known.all_assignments()

    def intervals(self, device: str) -> list[Interval]:
        """Those in force, in order of start, each until the next; what is learned yields to what is configured."""
        track = self._known.tracks.get(device)
        return in_force(track.intervals) if track else []

    def complete_until(self, application: str) -> int | None:
        """The back-fill mark: nothing before it is missing."""
        return self._known.marks.get(application)


def _in_order(known: dict[str, T]) -> list[T]:
    """The values by key. The copy is one step; making pairs is not, and another thread may add an entry meanwhile."""
    return [value for _, value in sorted(known.copy().items())]
