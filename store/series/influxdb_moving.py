"""Taking values out of where they lie: for good, or to where their series belongs by now.

InfluxDB deletes whole points by time and tags, never one field, and points of further tags along with them. So a step
reads all that its delete will hit, writes what is to lie elsewhere, notes durably what is to stay (an intent), deletes,
and writes that back. A step that was cut short is finished before anything else happens; moving goes on from what it
finds, so it may be cut short anywhere too.
"""

import json
import threading
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from smartregion.clock import DAY, SECOND, Clock
from smartregion.model import Attributes
from store.series.influxdb_address import writer_of
from store.series.influxdb_asking import RAW, Owner, Portion, Shelf, blocks
from store.series.influxdb_catalogue import Catalogue
from store.series.influxdb_columns import columns_of
from store.series.influxdb_entry import Entry
from store.series.influxdb_gate import Gate
from store.series.influxdb_http import Block, Server
from store.series.influxdb_lines import prefix_of
from store.series.influxdb_rollups import SHELVES
from store.series.influxdb_statements import Condition, Statement, quoted
from store.series.influxdb_writer import Writer

_FIXED: Final = frozenset({"point", "device", "site", "domain"})
_WINDOW: Final = 100 * DAY
_ALL_SHELVES: Final = (RAW, *SHELVES.values())

_Lines = dict[tuple[str, int], dict[str, float]]


class Intent(NamedTuple):
    """A delete, and what stood there and is to stay."""

    bucket: str
    measurement: str
    tags: Attributes
    start: int
    stop: int
    """Inclusive."""
    keeps: _Lines

    def packed(self) -> bytes:
        """As the catalogue keeps it."""
        keeps = [(*place, fields) for place, fields in self.keeps.items()]
        return zlib.compress(json.dumps([*self[:-1], keeps]).encode(), 1)

    @classmethod
    def unpacked(cls, content: bytes) -> "Intent":
        """The way back."""
        bucket, measurement, tags, start, stop, keeps = json.loads(zlib.decompress(content))
        pairs = tuple((name, value) for name, value in tags)
        return cls(bucket, measurement, pairs, start, stop, {(prefix, at): fields for prefix, at, fields in keeps})


@dataclass(slots=True)
class Heap:
    """Series that lie under the same four fixed tags of one measurement and tenant, to be taken out of there."""

    tenant: str
    measurement: str
    tags: Attributes
    owners: list[Owner] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Nothing of them lies before."""
        return min(owner.entry.start for owner in self.owners)

    @property
    def end(self) -> int:
        """Nothing of them lies then or later."""
        return max(owner.entry.end for owner in self.owners)

    def portion(self, shelf: Shelf) -> Portion:
        """To ask for them on a shelf."""
        portion = Portion(self.tenant + shelf.bucket, self.measurement + shelf.measurement)
        for owner in self.owners:
            portion.add(owner)
        return portion


def heaps(owners: Iterable[Owner]) -> list[Heap]:
    """These series by where they lie."""
    found: dict[tuple[str, str, Attributes], Heap] = {}
    for owner in owners:
        spot = owner.entry.homes[owner.rank]
        tags = tuple((name, value) for name, value in spot.tags if name in _FIXED)
        key = (spot.home.tenant, spot.measurement, tags)
        found.setdefault(key, Heap(*key)).owners.append(owner)
    return list(found.values())


class _Cell(NamedTuple):
    owner: Owner
    time: int
    column: str
    value: float


class Mover:
    """All methods raise Unavailable; who calls them is alone at the writing gate."""

    def __init__(self, server: Server, writer: Writer, catalogue: Catalogue, reading: Gate, clock: Clock) -> None:
        """`reading`: the gate of those who read; they wait while what is to stay is gone for a moment."""
        self._server = server
        self._writer = writer
        self._catalogue = catalogue
        self._reading = reading
        self._clock = clock
        self._finishing = threading.Lock()
        self.pending = bool(catalogue.file.intents())
        """Whether a step was cut short."""

    def finish(self) -> None:
        """Finish what was cut short."""
        with self._finishing:
            for number, content in self._catalogue.file.intents():
                self._run(number, Intent.unpacked(content))
            self.pending = False

    def remove(self, entries: Collection[Entry], start: int, end: int) -> None:
        """Forget the samples of these series in start..end, wherever they lie; their hours become dirty."""
        for heap in heaps(Owner(entry, rank) for entry in entries for rank in entry.homes):
            while (first := self._first(heap, RAW, max(start, heap.start), min(end, heap.end))) is not None:
                self._step(heap, RAW, first, min(end, first + _WINDOW), moving=False)

    def empty(self, entry: Entry) -> None:
        """Bring home all that the series left elsewhere."""
        self._empty([entry], lambda: False)

    def work(self, seconds: float, writing: Gate) -> None:
        """Bring home what all series left elsewhere, for so long; what is left is for the next time."""
        deadline = self._clock.now() + int(seconds * SECOND)
        for heap in heaps(_strays(self._catalogue.unsettled())):
            if self._clock.now() > deadline:
                return
            self._empty_heap(heap, writing, lambda: self._clock.now() > deadline)

    def _empty(self, entries: Collection[Entry], stopped: Callable[[], bool]) -> None:
        for heap in heaps(_strays(entries)):
            self._empty_heap(heap, Gate(), stopped)

    def _empty_heap(self, heap: Heap, gate: Gate, stopped: Callable[[], bool]) -> None:
        oldest = self._catalogue.readings_from
        for shelf in _ALL_SHELVES:
            start = max(heap.start, oldest) if shelf is RAW else heap.start
            while not stopped():
                with gate.alone():
                    first = self._first(heap, shelf, start, heap.end)
                    if first is None:
                        break
                    self._step(heap, shelf, first, first + _WINDOW, moving=True)
            else:
                return
        with gate.alone():
            for owner in heap.owners:
                self._catalogue.leave(owner.entry, owner.rank)

    def _first(self, heap: Heap, shelf: Shelf, start: int, end: int) -> int | None:
        """The oldest time at which something of the heap lies there."""
        if start >= end:
            return None
        portion = heap.portion(shelf)
        fields = [name if shelf is RAW else f"{name}_n" for name in portion.fields]
        condition = Condition.between(start, end)
        found = [
            row[0]
            for owners, block in blocks(self._server, portion, quoted(fields), condition, "ORDER BY time ASC LIMIT 1")
            for row in block.rows
            if _holds(owners, portion, row)
        ]
        return min(found, default=None)

    def _step(self, heap: Heap, shelf: Shelf, start: int, end: int, *, moving: bool) -> None:
        portion = heap.portion(shelf)
        leaving, keeps = self._sort(portion, heap.tags, shelf, start, end)
        if moving:
            moves = self._moves(leaving, shelf, start, end)
            for bucket, lines in moves.items():
                self._writer.put(bucket, lines, writer_of(bucket))
            for place, fields in moves.get(portion.bucket, {}).items():
                keeps.setdefault(place, {}).update(fields)
        times = [cell.time for cell in leaving]
        intent = Intent(portion.bucket, portion.measurement, heap.tags, min(times), max(times), keeps)
        dirty = [] if moving else self._catalogue.soil([(cell.owner.entry, cell.time) for cell in leaving])
        number = self._catalogue.file.begin(intent.packed(), dirty)
        done = False
        try:
            self._run(number, intent)
            done = True
        finally:
            self.pending = self.pending or not done

    def _sort(
        self, portion: Portion, tags: Attributes, shelf: Shelf, start: int, end: int
    ) -> tuple[list[_Cell], _Lines]:
        """What is to leave, and the rest of what the delete will hit."""
        leaving: list[_Cell] = []
        keeps: _Lines = {}
        for block in self._server.ask(portion.bucket, _everything(portion.measurement, tags, start, end)):
            owners = _by_column(portion.owners.get(block.tags, {}), shelf)
            prefix = prefix_of(portion.measurement, block.tags)
            for time, column, value in _cells(block):
                if column in owners:
                    leaving.append(_Cell(owners[column], time, column, value))
                else:
                    keeps.setdefault((prefix, time), {})[column] = value
        if leaving:
            first, last = min(cell.time for cell in leaving), max(cell.time for cell in leaving)
            keeps = {place: fields for place, fields in keeps.items() if first <= place[1] <= last}
        return leaving, keeps

    def _moves(self, leaving: list[_Cell], shelf: Shelf, start: int, end: int) -> dict[str, _Lines]:
        """Lines by bucket for what does not lie at home yet; what lies there is newer."""
        there = self._at_home({cell.owner.entry.number: cell.owner.entry for cell in leaving}, shelf, start, end)
        moves: dict[str, _Lines] = {}
        for owner, time, column, value in leaving:
            if (owner.entry.number, time) not in there:
                spot = owner.entry.spot
                measurement = spot.measurement + shelf.measurement
                place = (prefix_of(measurement, spot.tags), time)
                moves.setdefault(spot.home.tenant + shelf.bucket, {}).setdefault(place, {})[column] = value
        return moves

    def _at_home(self, entries: dict[int, Entry], shelf: Shelf, start: int, end: int) -> set[tuple[int, int]]:
        found: set[tuple[int, int]] = set()
        for heap in heaps(Owner(entry, next(iter(entry.homes))) for entry in entries.values()):
            portion = heap.portion(shelf)
            for block in self._server.ask(portion.bucket, _everything(portion.measurement, heap.tags, start, end)):
                owners = _by_column(portion.owners.get(block.tags, {}), shelf)
                found |= {(owners[name].entry.number, time) for time, name, _ in _cells(block) if name in owners}
        return found

    def _run(self, number: int, intent: Intent) -> None:
        if not intent.keeps:
            self._server.delete(*intent[:-1])
        else:
            with self._reading.alone():
                self._server.delete(*intent[:-1])
                self._writer.restore(intent.bucket, intent.keeps)
        self._catalogue.file.end(number)


def _strays(entries: Iterable[Entry]) -> Iterator[Owner]:
    return (Owner(entry, rank) for entry in entries for rank in list(entry.homes)[1:])


def _everything(measurement: str, tags: Attributes, start: int, end: int) -> Statement:
    return Statement.select(["*"], measurement, Condition.between(start, end).with_tags(tags))


def _by_column(owners: dict[str, Owner], shelf: Shelf) -> dict[str, Owner]:
    if shelf is RAW:
        return owners
    return {column: owner for name, owner in owners.items() for column in columns_of(name)}


def _cells(block: Block) -> Iterator[tuple[int, str, float]]:
    names = block.columns[1:]
    return (
        (row[0], name, value)
        for row in block.rows
        for name, value in zip(names, row[1:], strict=True)
        if value is not None
    )


def _holds(owners: dict[str, Owner], portion: Portion, row: Collection[object]) -> bool:
    values = list(row)[1:]
    return any(value is not None and name in owners for name, value in zip(portion.fields, values, strict=True))
