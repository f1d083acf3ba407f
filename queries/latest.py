"""The newest sample of every series, kept in memory: no store has to be asked for it."""

import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from smartregion.model import Attributes, Record, Sample, Series
from store.registry.protocol import Registry
from store.series.protocol import Selection, SeriesStore
from store.series.selecting import chooser


class Newest(NamedTuple):
    """The newest sample of a series."""

    series: Series
    sample: Sample


@dataclass(slots=True, eq=False)
class _Slot:
    record: Record
    """Replaced as a whole: a reader never sees one's time with another's value."""

    @property
    def newest(self) -> Newest:
        series, time, value = self.record
        return Newest(series, Sample(time, value))


class Latest:
    """Brought up to date by whoever settles records; asked from any thread."""

    def __init__(self, registry: Registry, store: SeriesStore) -> None:
        self._registry = registry
        self._store = store
        self._lock = threading.Lock()
        self._slots: dict[Series, _Slot] = {}
        self._of_point: dict[str, list[_Slot]] = {}
        self._of_device: dict[str, list[_Slot]] = {}
        self._saved: dict[Series, Sample] = {}
        self._caught_up = False
        # Slots in order of their series, so that asking for all of them hashes and sorts nothing.
        self._ordered: list[_Slot] | None = None

    def load(self) -> None:
        """Begin with what was saved. Raises Unavailable."""
        self._saved = self._registry.load_latest()
        self.update(Record(series, *sample) for series, sample in self._saved.items())

    def catch_up(self) -> None:
        """Ask the series store for what was written after the last save, as after a crash: slow. Raises Unavailable."""
        self.update(Record(series, *sample) for series, sample in self._store.latest())
        self._caught_up = True

    def update(self, records: Iterable[Record]) -> None:
        """Take in settled records in any order; an older one never replaces a newer one."""
        with self._lock:
            slots = self._slots
            for record in records:
                slot = slots.get(record.series)
                if slot is None:
                    self._add(_Slot(record))
                elif record.time >= slot.record.time:
                    slot.record = record

    def _add(self, slot: _Slot) -> None:
        series = slot.record.series
        self._slots[series] = slot
        self._of_point.setdefault(series.point, []).append(slot)
        self._of_device.setdefault(series.device, []).append(slot)
        self._ordered = None

    def save(self) -> None:
        """Save what has changed since the last time; catches up first when that is still to be done.

        Raises:
            Unavailable: a store is away.
        """
        if not self._caught_up:
            self.catch_up()
        newest = [slot.newest for slot in self._in_order()]
        changed = {series: sample for series, sample in newest if self._saved.get(series) != sample}
        self._registry.save_latest(changed)
        self._saved.update(changed)

    def forget(self, devices: Collection[str]) -> None:
        """Leave out all series of these devices."""
        with self._lock:
            for series in [series for series in self._slots if series.device in devices]:
                self._of_point[series.point].remove(self._slots.pop(series))
                self._saved.pop(series, None)
            for device in devices:
                self._of_device.pop(device, None)
            self._ordered = None

    def of_point(self, point: str) -> list[Newest]:
        """The point's series, by quantity, attributes, device."""
        return sorted((slot.newest for slot in tuple(self._of_point.get(point, ()))), key=_place)

    def select(self, which: Selection | None = None) -> list[Newest]:
        """Those of the selection (None: all), ordered by point, quantity, attributes, device."""
        if which is None or (admits := chooser(which)) is None:
            return [slot.newest for slot in self._in_order()]
        return [slot.newest for slot in self._candidates(which) if admits(slot.record.series)]

    def _candidates(self, which: Selection) -> Iterable[_Slot]:
        """The slots of the points or devices asked for, in order; else all of them."""
        if not which.points and not which.devices:
            return self._in_order()
        index, names = (self._of_point, which.points) if which.points else (self._of_device, which.devices)
        found = (slot for name in set(names) for slot in tuple(index.get(name, ())))
        return sorted(found, key=lambda slot: _place(slot.record))

    def _in_order(self) -> list[_Slot]:
        with self._lock:
            if self._ordered is None:
                self._ordered = sorted(self._slots.values(), key=lambda slot: _place(slot.record))
            return self._ordered


def _place(newest: Newest | Record) -> tuple[str, str, Attributes, str]:
    series = newest.series
    return (series.point, series.quantity, series.attributes, series.device)
