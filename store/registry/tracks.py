"""What the registry keeps in memory of each device, so that a known frame costs no query."""

from dataclasses import replace

from smartregion.model import Device, Place, Profile
from store.registry.intervals import Learner, in_force
from store.registry.protocol import Interval, Sighting


class Track:
    """One device: what is stored of it, and what its frames have told since."""

    __slots__ = (
        "_device",
        "dev_eui",
        "first",
        "intervals",
        "learner",
        "own_point",
        "place",
        "place_by_person",
        "profile",
        "profile_by_person",
        "unsaved",
    )

    def __init__(
        self,
        device: Device,
        own_point: str,
        intervals: tuple[Interval, ...] = (),
        *,
        place: Place | None = None,
        place_by_person: bool = False,
        profile_by_person: bool = False,
    ) -> None:
        self._device = device
        self.own_point = own_point
        self.intervals = intervals
        """All of them, configured and learned."""
        learned = [each for each in intervals if each.source == "learned"]
        self.learner = Learner(device.last_seen, max(learned).seconds if learned else None)
        self.first = device.first_seen
        self.dev_eui, self.profile, self.place = device.dev_eui, device.profile, place
        """As the newest frame told them (or as stored), to notice a change cheaply."""
        self.place_by_person = place_by_person
        self.profile_by_person = profile_by_person
        self.unsaved = False
        """Whether first_seen or last_seen are ahead of the database."""

    def differs(self, dev_eui: str | None, profile: Profile | None, place: Place | None) -> bool:
        """Whether a frame tells something else than those before."""
        return (
            (dev_eui is not None and dev_eui != self.dev_eui)
            or (profile is not None and profile != self.profile)
            or (place is not None and place != self.place)
        )

    def note(self, received_at: int) -> float | None:
        """Note a frame's time; gives the interval in seconds when it was learned by this frame."""
        learner = self.learner
        if learner.newest is None or received_at > learner.newest:
            self.unsaved = True
        if self.first is None or received_at < self.first:
            self.first = received_at
            self.unsaved = True
        return learner.feed(received_at)

    def admits(self, sighting: Sighting) -> bool:
        """Whether the frame is not older than the newest one; an older one must not change what a newer one told."""
        return self.learner.newest is None or sighting.received_at >= self.learner.newest

    def remember(self, sighting: Sighting) -> None:
        """Take over what a frame told, so that the next one that tells the same costs nothing."""
        if self.admits(sighting):
            self.dev_eui = sighting.dev_eui or self.dev_eui
            self.profile = sighting.profile or self.profile
            self.place = sighting.place or self.place

    @property
    def device(self) -> Device:
        """The device as of its last frame."""
        device = self._device
        if device.last_seen != self.learner.newest or device.first_seen != self.first:
            device = replace(device, first_seen=self.first, last_seen=self.learner.newest)
            self._device = device
        return device

    def change(self, device: Device) -> None:
        """Put another description of the same device in place; times and interval stay those of the track."""
        seconds = self._device.interval
        self._device = replace(device, interval=seconds, first_seen=self.first, last_seen=self.learner.newest)
        self.dev_eui, self.profile = device.dev_eui, device.profile

    def add(self, interval: Interval) -> None:
        """Put an interval in; one of the same source and start is replaced."""
        kept = [each for each in self.intervals if (each.source, each.start) != (interval.source, interval.start)]
        self.intervals = tuple(sorted([*kept, interval]))
        self._device = replace(self._device, interval=in_force(self.intervals)[-1].seconds)
