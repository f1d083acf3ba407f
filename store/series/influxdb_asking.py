"""From series to questions and back: which bucket and measurement to ask for which of them, and whose each row is."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from smartregion.clock import DAY
from smartregion.model import Attributes
from store.series.influxdb_entry import Entry, spots_in
from store.series.influxdb_http import Block, Server
from store.series.influxdb_statements import Condition, Statement

MAX_POINTS: Final = 200
"""Of one question that names its points."""
REACHES: Final = (2 * DAY, 32 * DAY, 400 * DAY)
"""How far to look for a neighbour, step by step; then as far as there is anything. An unbounded look costs seconds."""


class Shelf(NamedTuple):
    """Where readings or rollups of a level lie: what is added to the names of bucket and measurement."""

    bucket: str
    measurement: str


RAW: Final = Shelf("", "")


class Owner(NamedTuple):
    """Whose a value is."""

    entry: Entry
    rank: int
    """Of the home it lies in: the highest is the present one."""


@dataclass(slots=True)
class Portion:
    """What one question answers: series of one tenant and measurement."""

    bucket: str
    measurement: str
    fields: dict[str, None] = field(default_factory=dict)
    points: dict[str, None] = field(default_factory=dict)
    owners: dict[Attributes, dict[str, Owner]] = field(default_factory=dict)

    def add(self, owner: Owner) -> None:
        """One more series."""
        spot = owner.entry.homes[owner.rank]
        self.fields[spot.field] = None
        self.points[dict(spot.tags).get("point", "")] = None
        self.owners.setdefault(spot.tags, {})[spot.field] = owner

    def narrowed(self, condition: Condition) -> Condition:
        """The condition for these points; all points when they are too many to name."""
        if len(self.points) > MAX_POINTS or "" in self.points:
            return condition
        return condition.with_one_of("point", tuple(self.points))


def portions(entries: Iterable[Entry], shelf: Shelf, *, by_field: bool = False) -> list[Portion]:
    """The questions to ask about these series: one for each tenant and measurement (and field), whatever their number.

    Some hundred points are named in a question; for more than that the whole measurement is asked.
    """
    found: dict[tuple[str, ...], Portion] = {}
    for entry, rank, spot in spots_in(entries):
        key = (spot.home.tenant, spot.measurement, spot.field if by_field else "")
        portion = found.get(key)
        if portion is None:
            bucket, measurement = spot.home.tenant + shelf.bucket, spot.measurement + shelf.measurement
            portion = found[key] = Portion(bucket, measurement)
        portion.add(Owner(entry, rank))
    return list(found.values())


def nearest_portions(stretch: "Stretch", shelf: Shelf, unsure: set[int]) -> Iterator[tuple[Portion, bool]]:
    """The questions for what is nearest: first for the last row of all fields at once, which mostly has them all; then,
    field by field (true), for series in several homes and for those that are `unsure`: not in that row.
    """
    plain = [entry for entry in stretch.entries if len(entry.homes) == 1]
    unsure.update(entry.number for entry in stretch.entries)
    for portion in portions(plain, shelf):
        if len(portion.fields) > 1:
            unsure.difference_update(owner.entry.number for line in portion.owners.values() for owner in line.values())
            yield portion, False
    for portion in portions([entry for entry in stretch.entries if entry.number in unsure], shelf, by_field=True):
        yield portion, True


def blocks(
    server: Server, portion: Portion, what: Sequence[str], condition: Condition, tail: str = ""
) -> Iterator[tuple[dict[str, Owner], Block]]:
    """The rows of each of the portion's series of the server's, with the owners of their fields."""
    statement = Statement.select(what, portion.measurement, portion.narrowed(condition), tail)
    for block in server.ask(portion.bucket, statement):
        owners = portion.owners.get(block.tags)
        if owners is not None:
            yield owners, block


class Stretch(NamedTuple):
    """Series to look for between two times."""

    entries: list[Entry]
    start: int
    end: int

    def unseen(self, found: Collection[int], *, newest: bool) -> list[Entry]:
        """Those not found that may still lie further back, or on."""
        return [
            entry
            for entry in self.entries
            if entry.number not in found and (entry.start < self.start if newest else self.end < entry.end)
        ]


def behind(entries: Collection[Entry], end: int, reach: int | None) -> Iterator[Stretch]:
    """Where to look for what is nearest before `end`: back from there, or from where a series that is silent ended."""
    waiting = sorted(entries, key=lambda entry: entry.end)
    while waiting:
        anchor = min(end, waiting[-1].end)
        start = min(entry.start for entry in waiting) if reach is None else anchor - reach
        near = [waiting.pop()]
        while waiting and min(end, waiting[-1].end) > start:
            near.append(waiting.pop())
        yield Stretch(near, start, anchor)


def ahead(entries: Collection[Entry], start: int, reach: int | None) -> Iterator[Stretch]:
    """Where to look for what is nearest at or after `start`."""
    waiting = sorted(entries, key=lambda entry: -entry.start)
    while waiting:
        anchor = max(start, waiting[-1].start)
        end = max(entry.end for entry in waiting) if reach is None else anchor + reach
        near = [waiting.pop()]
        while waiting and max(start, waiting[-1].start) < end:
            near.append(waiting.pop())
        yield Stretch(near, anchor, end)
