"""The words of the simulated county."""

from dataclasses import dataclass
from functools import cached_property

from simulator.region.chance import key_of, spread
from simulator.uplinks import Reception
from smartregion.model import Assignment, Place, Point, Profile, Site

Outline = tuple[tuple[float, float], ...]
"""Border as (longitude, latitude) pairs, first and last alike, as in GeoJSON."""


@dataclass(frozen=True, slots=True)
class Municipality:
    """One of the six, with its application on The Things Stack and its gateways."""

    key: str
    name: str
    ags: str
    place: Place
    outline: Outline
    application: str
    gateways: tuple[Reception, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """What is special about a device; times in nanoseconds since 1970."""

    leaks_from: int | None = None
    rolls_over_at: int | None = None
    begins: int | None = None
    """Built in at this time; its counters start at zero."""
    ends: int | None = None
    """Taken out, or silent for good, from this time on."""


NO_STORY = Story()


@dataclass(frozen=True, slots=True)
class PlannedDevice:
    """One device and all that makes it itself."""

    number: int
    municipality: Municipality
    device_id: str
    role: str
    """Key of `roles.ROLES`: what it is and what it measures."""
    key: int
    """Where its chance comes from."""
    dev_eui: str
    join_eui: str
    place: Place
    point: str
    profile: Profile | None
    story: Story = NO_STORY

    @property
    def application(self) -> str:
        """The application it belongs to."""
        return self.municipality.application

    def trait(self, name: str, low: float, high: float) -> float:
        """A fixed property of this device, drawn once for ever."""
        return spread(key_of(self.key, name), 0, low, high)


@dataclass(frozen=True)
class RegionPlan:
    """The whole county, before anything is measured."""

    seed: int
    anchor: int
    """The day that "today" was when the plan was made: what happens once (swap, leak …) happens around it."""
    municipalities: tuple[Municipality, ...]
    sites: tuple[Site, ...]
    points: tuple[Point, ...]
    devices: tuple[PlannedDevice, ...]
    assignments: tuple[Assignment, ...]

    @cached_property
    def by_application(self) -> dict[str, tuple[PlannedDevice, ...]]:
        """Devices of each application."""
        found: dict[str, list[PlannedDevice]] = {one.application: [] for one in self.municipalities}
        for device in self.devices:
            found[device.application].append(device)
        return {application: tuple(devices) for application, devices in found.items()}
