"""What a batch of frames changes in the registry: new devices, and what frames tell anew of known ones. Pure."""

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from smartregion.errors import UnknownApplication
from smartregion.model import Device, Point
from store.registry.known import Known
from store.registry.protocol import Sighting
from store.registry.tracks import Track


@dataclass(slots=True)
class Plan:
    """What to write, then to put in place."""

    new: list[tuple[Device, Point]] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.devices or self.points)


def plan(known: Known, sightings: Sequence[Sighting]) -> Plan:
    """See what is new in frames of unknown devices, and of known ones that tell something else than before.

    Raises:
        UnknownApplication: of a new device.
    """
    found = Plan()
    taken: set[str] = set()
    for device, sighting in _merged(sightings).items():
        track = known.tracks.get(device)
        if track is None:
            new = first_seen(known, sighting, taken)
            taken.add(new[1].id)
            found.new.append(new)
        else:
            _told(known, track, sighting, found)
    return found


def _merged(sightings: Iterable[Sighting]) -> dict[str, Sighting]:
    """One sighting per device: the newest, with what it does not tell taken from those before it."""
    merged: dict[str, Sighting] = {}
    for each in sorted(sightings, key=lambda sighting: sighting.received_at):
        device = f"{each.application}.{each.device_id}"
        older = merged.get(device, each)
        merged[device] = each._replace(
            dev_eui=each.dev_eui or older.dev_eui,
            profile=each.profile or older.profile,
            place=each.place or older.place,
        )
    return merged


def first_seen(known: Known, sighting: Sighting, taken: set[str]) -> tuple[Device, Point]:
    """A device never seen before, and the point of its own id."""
    application, device_id = sighting.application, sighting.device_id
    defaults = known.applications.get(application)
    if defaults is None:
        raise UnknownApplication(f"application {application!r} of device {device_id!r} is not in the region file")
    device = Device(f"{application}.{device_id}", application, device_id, sighting.dev_eui, sighting.profile)
    point = Point(
        _free(application, device_id, (known.points, taken)),
        defaults.tenant,
        device_id,
        domain=defaults.domain,
        place=sighting.place,
    )
    return device, point


def _free(application: str, device_id: str, taken: Sequence[Container[str]]) -> str:
    longer = slug(f"{application}-{device_id}")
    candidates = chain((slug(device_id), longer), (f"{longer}-{number}" for number in count(2)))
    return next(each for each in candidates if not any(each in some for some in taken))


def slug(text: str) -> str:
    """Small letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "point"


def _told(known: Known, track: Track, sighting: Sighting, found: Plan) -> None:
    """What a person set stays; an older frame only fills in what is missing."""
    device, point = track.device, known.points[track.own_point]
    newer = track.admits(sighting)
    dev_eui, profile, place = device.dev_eui, device.profile, point.place
    if sighting.dev_eui and (newer or dev_eui is None):
        dev_eui = sighting.dev_eui
    if sighting.profile and not track.profile_by_person and (newer or profile is None):
        profile = sighting.profile
    if sighting.place and not track.place_by_person and (newer or place is None):
        place = sighting.place
    if (dev_eui, profile) != (device.dev_eui, device.profile):
        found.devices.append(replace(device, dev_eui=dev_eui, profile=profile))
    if place != point.place:
        found.points.append(replace(point, place=place))
