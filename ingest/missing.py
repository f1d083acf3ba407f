"""What the quarantine holds for want of a decoder: the to-do list of whoever adds decoders."""

from collections.abc import Iterator
from typing import NamedTuple

from ingest import wire
from ingest.decoding import profile_of
from smartregion.errors import Cause, Unusable
from smartregion.model import Profile, Uplink
from smartregion.region import Region
from store.journal.protocol import Book, Quarantined
from store.registry.protocol import Registry

PAGE = 500


class Missing(NamedTuple):
    """Devices of one profile that send on one port, and are not understood."""

    profile: str
    """`brand/model`; empty where not even that is known."""
    port: int
    devices: tuple[str, ...]
    messages: int
    decoded: bool
    """Whether The Things Stack decodes them, so that a mapping of fields would be enough."""
    first_seen: int
    last_seen: int


def missing(book: Book, region: Region, registry: Registry | None) -> list[Missing]:
    """By brand, model and port, those with the most messages first. Raises Unavailable."""
    found: dict[tuple[str, int], list[Uplink]] = {}
    for entry in _quarantined(book):
        uplink = _uplink(entry)
        if uplink is not None:
            application = region.by_label.get(entry.application)
            profile = profile_of(uplink, application, registry) if application else uplink.profile
            found.setdefault((_name(profile), uplink.f_port), []).append(uplink)
    rows = [_row(profile, port, uplinks) for (profile, port), uplinks in found.items()]
    return sorted(rows, key=lambda row: (-row.messages, row.profile, row.port))


def _quarantined(book: Book) -> Iterator[Quarantined]:
    after = b""
    while page := book.quarantined(PAGE, after):
        yield from (each for each in page if each.cause == Cause.NO_DECODER.value)
        after = page[-1].key


def _uplink(entry: Quarantined) -> Uplink | None:
    try:
        parsed = wire.parse(entry.message.payload)
    except Unusable:
        return None
    return parsed._replace(application=entry.application) if isinstance(parsed, Uplink) else None


def _name(profile: Profile | None) -> str:
    return profile.name if profile else ""


def _row(profile: str, port: int, uplinks: list[Uplink]) -> Missing:
    times = [each.received_at for each in uplinks]
    devices = tuple(sorted({each.device for each in uplinks}))
    return Missing(profile, port, devices, len(uplinks), any(each.decoded for each in uplinks), min(times), max(times))
