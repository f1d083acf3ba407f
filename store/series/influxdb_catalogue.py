"""Which series there are, where each lies in InfluxDB, and which hours are dirty: in memory, and durable beside it.

A series belongs to one home at a time; homes it left stay known until nothing of it is left there. What must be durable
before InfluxDB is written to is durable when `save` returns; a crash in between costs a needless rollup only.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, MutableMapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from smartregion.clock import DAY, HOUR
from smartregion.errors import Refused
from smartregion.model import Record, Series
from store.series.influxdb_departures import Departures
from store.series.influxdb_dirty import Dirt, key_of
from store.series.influxdb_entry import Entry
from store.series.influxdb_file import CatalogueFile, Departure
from store.series.influxdb_lines import EARLIEST, LATEST, Home, Spot, home_of, spot_of
from store.series.protocol import DirtyHour, Moved, Selection
from store.series.selecting import NOTHING_FROZEN, chooser, differs

Batches = dict[str, dict[tuple[str, int], dict[str, float]]]
"""Tenant → prefix and time → field → value."""

_NO_DAYS: Final = (1 << 40, -(1 << 40))


class Moving(Exception):
    """A series is told to belong elsewhere: nobody else may write while that is noted."""


class Catalogue:
    """Any number of threads may ask; those that write do so one at a time."""

    def __init__(self, path: Path, first_mark: int) -> None:
        """Open the file. Raises Misconfigured, Unavailable."""
        self.file = CatalogueFile(path)
        self._lock = threading.RLock()
        self._entries: dict[Series, Entry] = {}
        self._by_number: list[Entry] = []
        self._of_point: dict[str, list[Entry]] = {}
        self._of_device: dict[str, list[Entry]] = {}
        self._unsaved: dict[int, Entry] = {}
        self._shared: dict[str, Spot] = {}
        for kept in self.file.load():
            spots = {rank: self._spot(kept.series, kept.homes[rank]) for rank in sorted(kept.homes, reverse=True)}
            self._add(Entry(kept.number, kept.series, spots, kept.low, kept.high))
        readings_from = self.file.readings_from()
        self.readings_from = NOTHING_FROZEN if readings_from is None else readings_from
        self._dirt = Dirt(self.file, self.readings_from, first_mark)
        self._departures = Departures(self.file, first_mark)

    def sort_in(
        self, records: Sequence[Record], refused: MutableMapping[int, str], *, settled: bool = False
    ) -> Batches:
        """What is to be written where; enters series, marks hours. `save` before anything is written.

        Records that are refused already are left out, those of names that can't stand in InfluxDB are added there;
        readings older than the retention are left out.

        Raises:
            Moving: a series belongs elsewhere by now, and it was not settled first.
        """
        batches: Batches = {}
        with self._lock:
            entries, oldest, mark = self._entries, self.readings_from, self._dirt.next_mark()
            soil = self._dirt.soil
            for place, (series, time, value) in enumerate(records):
                if place in refused:
                    continue
                entry = entries.get(series)
                if entry is None or entry.series is not series:
                    try:
                        entry = self._settled(series) if settled else self._enter(series, moving=False)
                    except Refused as why:
                        refused[place] = str(why)
                        continue
                if time < oldest:
                    continue
                hour = time // HOUR
                if hour != entry.hour:
                    self._reach(entry, hour)
                soil(entry.key, mark)
                lines = batches.get(entry.tenant)
                if lines is None:
                    lines = batches[entry.tenant] = {}
                fields = lines.get((entry.prefix, time))
                if fields is None:
                    lines[entry.prefix, time] = {entry.column: float(value)}
                else:
                    fields[entry.column] = float(value)
        return batches

    def enter(self, series: Series, start: int, end: int, *, settled: bool = False) -> Entry:
        """The entry of a series of which something in start..end is about to be written. Raises Refused, Moving."""
        with self._lock:
            entry = self._settled(series) if settled else self._enter(series, moving=False)
            self._widen(entry, start // DAY)
            self._widen(entry, (end - 1) // DAY)
            return entry

    def returning(self, some_series: Iterable[Series]) -> list[Entry]:
        """Those told to belong again to a home they have left and not yet moved out of; the last word counts."""
        found = []
        for series in _last_words(some_series):
            entry = self._entries.get(series)
            if entry is not None and any(spot.home == home_of(series) for spot in list(entry.homes.values())[1:]):
                found.append(entry)
        return found

    def settle(self, some_series: Iterable[Series]) -> None:
        """Note where these belong by now; of one series the last word counts, for all of a batch."""
        with self._lock:
            for series in _last_words(some_series):
                with suppress(Refused):  # its records are refused one by one
                    self._enter(series, moving=True)

    def save(self) -> None:
        """Make durable what is not yet. Raises Unavailable; then it is tried again next time."""
        with self._lock:
            fresh, keys = dict(self._unsaved), self._dirt.fresh
            if fresh or keys:
                self.file.put([entry.kept() for entry in fresh.values()], keys, self._departures.fresh)
                self._unsaved.clear()
                self._dirt.saved()
                self._departures.saved()

    def find(self, series: Series) -> Entry | None:
        """Its entry."""
        return self._entries.get(series)

    def find_all(self, some_series: Iterable[Series]) -> list[Entry]:
        """The entries of those that there are, each once."""
        entries = self._entries
        return [entries[series] for series in dict.fromkeys(some_series) if series in entries]

    def choose(self, which: Selection) -> list[Entry]:
        """The entries of the selection, in order of their numbers."""
        admits = chooser(which)
        with self._lock:
            near = self._near(which)
        return list(near) if admits is None else [entry for entry in near if admits(entry.series)]

    def unsettled(self) -> Iterator[Entry]:
        """Series that may have something left in a former home."""
        return (entry for entry in list(self._by_number) if len(entry.homes) > 1)

    def tenants(self) -> list[str]:
        """All tenants that hold or held a series."""
        return sorted({spot.home.tenant for entry in list(self._by_number) for spot in entry.homes.values()})

    def leave(self, entry: Entry, rank: int) -> None:
        """Nothing of the series is left in that home. Raises Unavailable."""
        with self._lock:
            self.save()
            self.file.leave(entry.number, rank)
            del entry.homes[rank]

    def dirty(self, limit: int) -> list[DirtyHour]:
        """Hours to sum up again, newest first. Raises Unavailable."""
        with self._lock:
            found = self._dirt.newest(limit)
            return [DirtyHour(self._by_number[number].series, hour, mark) for number, hour, mark in found]

    def soil(self, changed: Collection[tuple[Entry, int]]) -> list[int]:
        """Mark the hours of these times; gives their keys, for who makes them durable with something else."""
        with self._lock:
            mark = self._dirt.next_mark()
            keys = [key_of(entry.number, time // HOUR) for entry, time in changed]
            return [key for key in dict.fromkeys(keys) if self._dirt.soil(key, mark)]

    def clean(self, hours: Iterable[DirtyHour]) -> None:
        """Forget dirty hours, unless they were written to since. Raises Unavailable."""
        with self._lock:
            known = [(self._entries[each.series], each) for each in hours if each.series in self._entries]
            self._dirt.clean([(key_of(entry.number, each.hour // HOUR), each.mark) for entry, each in known])

    def moved(self) -> list[Moved]:
        """Series that left a tenant, until `settle_moved`."""
        with self._lock:
            return [
                Moved(self._by_number[each.number].series, each.tenant, mark) for each, mark in self._departures.all()
            ]

    def settle_moved(self, moved: Iterable[Moved]) -> None:
        """Forget these, unless they left again since. Raises Unavailable."""
        with self._lock:
            self._departures.settle(
                [(Departure(self._entries[each.series].number, each.tenant), each.mark) for each in moved]
            )

    def retain(self, readings_from: int) -> None:
        """Readings older than that do not count any more. Raises Unavailable."""
        with self._lock:
            start = max(self.readings_from, min(readings_from, LATEST), EARLIEST)
            self._dirt.retain(start)
            self.readings_from = start

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def _near(self, which: Selection) -> Collection[Entry]:
        for names, index in ((which.devices, self._of_device), (which.points, self._of_point)):
            if names:
                found = [entry for name in set(names) for entry in index.get(name, ())]
                return sorted(found, key=lambda entry: entry.number)
        return list(self._by_number)

    def _settled(self, series: Series) -> Entry:
        self._spot(series, home_of(series))  # refused even where a later word of the batch is right
        return self._entries.get(series) or self._enter(series, moving=True)

    def _enter(self, series: Series, *, moving: bool) -> Entry:
        entry = self._entries.get(series)
        if entry is None:
            entry = Entry(len(self._by_number), series, {0: self._spot(series, home_of(series))}, *_NO_DAYS)
            self._add(entry)
            self._unsaved[entry.number] = entry
        elif differs(series, entry.series):
            self._change(entry, series, moving=moving)
        return entry

    def _change(self, entry: Entry, series: Series, *, moving: bool) -> None:
        home = home_of(series)
        if home != entry.spot.home:
            spot = self._spot(series, home)
            if not moving:
                raise Moving
            if home.tenant != entry.tenant:
                self._departures.note(Departure(entry.number, entry.tenant))
            rank = next(iter(entry.homes)) + 1
            entry.homes = {rank: spot, **entry.homes}
        entry.series = series
        entry.settle()
        self._unsaved[entry.number] = entry

    def _spot(self, series: Series, home: Home) -> Spot:
        """The spot of a series; quantities that lie side by side share what they have in common."""
        spot = spot_of(series, home)
        like = self._shared.setdefault(spot.prefix, spot)
        return spot._replace(home=like.home, tags=like.tags) if like.home == home else spot

    def _reach(self, entry: Entry, hour: int) -> None:
        entry.hour, entry.key = hour, key_of(entry.number, hour)
        self._widen(entry, hour // 24)

    def _widen(self, entry: Entry, day: int) -> None:
        if not entry.low <= day <= entry.high:
            entry.low, entry.high = min(entry.low, day), max(entry.high, day)
            self._unsaved[entry.number] = entry

    def _add(self, entry: Entry) -> None:
        self._entries[entry.series] = entry
        self._by_number.append(entry)
        self._of_point.setdefault(entry.series.point, []).append(entry)
        self._of_device.setdefault(entry.series.device, []).append(entry)


def _last_words(some_series: Iterable[Series]) -> list[Series]:
    return list({series: series for series in some_series}.values())
