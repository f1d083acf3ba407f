"""What the registry promises: tenants, applications, sites, points, devices and assignments."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from smartregion.alarms import Alarm, Sought
from smartregion.model import Assignment, Device, Place, Point, Profile, Sample, Series, Site, Tenant

if TYPE_CHECKING:
    from store.registry.gaps import GapStore


class Sighting(NamedTuple):
    """A frame as the registry sees it: enough to know a device, or to make it known."""

    application: str
    device_id: str
    received_at: int
    dev_eui: str | None = None
    profile: Profile | None = None
    place: Place | None = None


class Interval(NamedTuple):
    """From `start` on a device is expected to send every `seconds`; `source` is configured or learned."""

    start: int
    seconds: float
    source: str


class AlarmsKept(Protocol):
    """Alarms as they are kept; every method raises Unavailable."""

    def active(self) -> list[Alarm]:
        """Those that last, in the order in which they were raised."""
        ...

    def page(self, sought: Sought, limit: int, before: int | None = None) -> list[Alarm]:
        """Alarms, the one raised last first, of ids below that."""
        ...


class Registry(Protocol):
    """One process writes; every change others must notice raises `version`. Safe to use from several threads."""

    @property
    def version(self) -> int:
        """Rises whenever a device, point, site or assignment changes (not with last_seen)."""
        ...

    @property
    def gaps(self) -> "GapStore":
        """What is missing of devices, kept in the same database."""
        ...

    def sight(self, sightings: Sequence[Sighting]) -> None:
        """Note frames in one transaction. A device never seen before becomes a device and a point of its own id
        in the default tenant and domain of its application. Place and profile are filled in, never overwritten when
        a person set them; last_seen only rises. Raises Unavailable.
        """
        ...

    def tenants(self) -> list[Tenant]: ...
    def sites(self) -> list[Site]: ...
    def site(self, site: str) -> Site | None: ...
    def points(self) -> list[Point]: ...
    def point(self, point: str) -> Point | None: ...
    def devices(self) -> list[Device]: ...
    def device(self, device: str) -> Device | None: ...
    def own_point(self, device: str) -> str | None:
        """The point that takes what no assignment selects."""
        ...

    def assignments(self, device: str = "", point: str = "") -> list[Assignment]:
        """Assignments of a device, of a point, or all, ordered by start."""
        ...

    def save_site(self, site: Site) -> None: ...
    def save_point(self, point: Point) -> None: ...
    def save_device(self, device: Device) -> None: ...
    def assign(self, assignment: Assignment) -> Assignment:
        """Add an assignment. Raises Misconfigured when it overlaps one of the same selection, naming both."""
        ...

    def end_assignment(self, assignment: int, until: int) -> None: ...
    def intervals(self, device: str) -> list[Interval]:
        """In order of start; where both are known for a time, configured stands before learned."""
        ...

    def set_interval(self, device: str, interval: Interval) -> None: ...
    def complete_until(self, application: str) -> int | None:
        """The back-fill mark: nothing before it is missing. None before the first comparison."""
        ...

    def set_complete_until(self, application: str, time: int) -> None: ...
    def save_latest(self, latest: Mapping[Series, Sample]) -> None: ...
    def load_latest(self) -> dict[Series, Sample]: ...
    def forget_devices(self, devices: Collection[str]) -> None: ...
    def check(self) -> None:
        """Ask the database something, for readiness. Raises Unavailable."""
        ...

    def close(self) -> None: ...
