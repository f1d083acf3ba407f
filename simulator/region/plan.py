"""The plan of the county: who lives where, what is measured at which place, and by which device."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count, islice

from simulator.region.chance import key_of, spread
from simulator.region.layout import municipalities
from simulator.region.model import NO_STORY, Municipality, PlannedDevice, RegionPlan, Story
from simulator.region.names import QUARTERS, RIVER, STREETS, slug
from simulator.region.roles import ROLES
from simulator.region.templates import CORE, FURTHER, Post
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Assignment, Place, Point, Site

PRESENT = 1_795_305_600_000_000_000
"""2026-11-22, what a plan takes for today when it is not told."""

_SHARES = (0.30, 0.20, 0.16, 0.13, 0.115, 0.095)
_SPECIAL = 2
"""The meter that replaces another, and the device nobody knows."""
_LEAST = 20
_BUILT_IN = 400 * DAY
_MAKERS = {
    "milesight-iot": ("24E124", "24E124C0002A0001"),
    "dragino": ("A84041", "A840410000000101"),
    "decentlab": ("70B3D5", "70B3D57BA0000000"),
    "elsys": ("A81758", "A81758FFFE000000"),
    "axioma": ("70B3D5", "70B3D57050000001"),
    "emu": ("000D3A", "000D3AFFFE000000"),
    "bosch": ("0004A3", "70B3D52A4C600000"),
}
_NO_MAKER = ("70B3D5", "0000000000000000")


def plan(seed: int, devices: int = 300, now: int = PRESENT) -> RegionPlan:
    """A county of so many devices (20 to 10 000 and more), the same for the same seed, size and day of `now`.

    What happens once (meter swap, leak, rollover, a device that falls silent) lies in the fortnight before that day.
    Raises ValueError for fewer than 20 devices.
    """
    if devices < _LEAST:
        raise ValueError(f"a county needs at least {_LEAST} devices, not {devices}")
    six = municipalities(seed)
    anchor = now - now % DAY
    draft = _Draft(seed, anchor)
    for municipality, size in zip(six, _sizes(devices - _SPECIAL), strict=True):
        draft.fit_out(municipality, size)
    draft.tell_stories(six)
    return RegionPlan(
        *(seed, anchor, six, tuple(draft.sites), tuple(draft.points), tuple(draft.devices), tuple(draft.assignments))
    )


def _sizes(devices: int) -> list[int]:
    sizes = [int(devices * share) for share in _SHARES]
    sizes[0] += devices - sum(sizes)
    return sizes


class _Draft:
    """The plan while it is being made."""

    def __init__(self, seed: int, anchor: int) -> None:
        self._seed, self._anchor = seed, anchor
        self.sites: list[Site] = []
        self.points: list[Point] = []
        self.devices: list[PlannedDevice] = []
        self.assignments: list[Assignment] = []

    def fit_out(self, municipality: Municipality, size: int) -> None:
        """Build sites until the municipality has its devices."""
        for name, post in islice(_posts(self._seed, municipality.key), size):
            site = self._site(municipality, name)
            self._point(municipality, site, post)

    def tell_stories(self, six: tuple[Municipality, ...]) -> None:
        """Give single devices what happens once, and add the replacement and the stranger."""
        today = self._anchor
        self._tell("house_water", six[0], Story(leaks_from=today - 9 * DAY + 21 * HOUR))
        self._tell("plant_meter", six[0], Story(rolls_over_at=today - 5 * DAY + 13 * HOUR))
        self._tell("glass", six[2], Story(ends=today - 4 * DAY + 3 * HOUR))
        self._swap(six[1], today - 7 * DAY + 9 * HOUR)
        self.devices.append(replace(self._device(six[1], "stranger", "", six[1].place), dev_eui=""))

    def _site(self, municipality: Municipality, name: str) -> Site:
        identity = f"{municipality.key}-{slug(name)}"
        if not self.sites or self.sites[-1].id != identity:
            key = key_of(self._seed, "site", identity)
            place = _near(municipality.place, key, 0.031)
            self.sites.append(Site(identity, municipality.key, f"{name}, {municipality.name}", place))
        return self.sites[-1]

    def _point(self, municipality: Municipality, site: Site, post: Post) -> None:
        identity = f"{site.id}-{slug(post.name)}"
        place = _near(site.place or municipality.place, key_of(self._seed, "point", identity), 0.0003)
        self.points.append(Point(identity, municipality.key, post.name, site.id, post.domain, place))
        device = self._device(municipality, post.role, identity, place)
        self.devices.append(device)
        self.assignments.append(_assignment(device, self._anchor - _BUILT_IN))

    def _device(self, municipality: Municipality, role: str, point: str, place: Place) -> PlannedDevice:
        number = len(self.devices) + 1
        name, key = f"{ROLES[role].device}-{number:04d}", key_of(self._seed, "device", number)
        profile = ROLES[role].profile
        oui, join_eui = _MAKERS[profile.brand] if profile else _NO_MAKER
        eui = f"{oui}{key_of(key, 'eui') & 0xFF_FFFF_FFFF:010X}"
        return PlannedDevice(number, municipality, name, role, key, eui, join_eui, place, point, profile)

    def _find(self, role: str, municipality: Municipality) -> int | None:
        found = (i for i, one in enumerate(self.devices) if one.role == role and one.municipality is municipality)
        return next(found, None)

    def _tell(self, role: str, municipality: Municipality, story: Story) -> None:
        index = self._find(role, municipality)
        if index is not None:
            self.devices[index] = replace(self.devices[index], story=story)

    def _swap(self, municipality: Municipality, at: int) -> None:
        """Take the town hall's electricity meter out and put another in, at the same point."""
        index = self._find("office_meter", municipality)
        if index is None:
            raise ValueError("the county is too small for a meter swap")
        old = self.devices[index]
        new = self._device(municipality, old.role, old.point, old.place)
        self.devices[index] = replace(old, story=replace(NO_STORY, ends=at))
        self.devices.append(replace(new, story=Story(begins=at + 40 * MINUTE)))
        self.assignments[index] = replace(self.assignments[index], until=at)
        self.assignments.append(_assignment(new, at))


def _assignment(device: PlannedDevice, start: int) -> Assignment:
    identity = f"{device.application}.{device.device_id}"
    return Assignment(identity, device.point, start, parameters=ROLES[device.role].parameters)


def _near(place: Place, key: int, away: float) -> Place:
    latitude = round(place.latitude + spread(key, 0, -away, away), 6)
    longitude = round(place.longitude + spread(key, 1, -away, away) * 1.5, 6)
    return Place(latitude, longitude, round((place.altitude or 0) + spread(key, 2, -15, 15)))


def _posts(seed: int, municipality: str) -> Iterator[tuple[str, Post]]:
    """All that may be fitted out, without end: the core, the rest, and both again in the next quarter."""
    built: Counter[str] = Counter()
    for turn in count():
        for template in chain(CORE, FURTHER):
            pattern = template.again if turn and template.again else template.name
            name = _name(pattern, built[pattern], key_of(seed, "names", municipality, pattern))
            built[pattern] += 1
            for post in template.posts:
                yield name, post


def _name(pattern: str, nth: int, shift: int) -> str:
    """The pattern with a quarter or street of its own; where all are used up, with a number."""
    if "{number}" in pattern:
        return pattern.format(street=STREETS[(nth + shift) % len(STREETS)], number=3 * nth + 2)
    pool = STREETS if "{street}" in pattern else QUARTERS
    more, place = nth // len(pool), pool[(nth + shift) % len(pool)]
    return pattern.format(quarter=place, street=place, river=RIVER) + (f" {more + 1}" if more else "")
