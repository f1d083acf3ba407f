"""The newest sample of every series, kept in memory: no store has to be asked for it."""

import threading
from collections.abc import Collection, Iterable
from typing import NamedTuple

from smartregion.model import Record, Sample, Series
from store.registry.protocol import Registry
from store.series.protocol import Selection, SeriesStore
from store.series.selecting import chooser, ordered


class Newest(NamedTuple):
    """The newest sample of a series."""

    series: Series
    sample: Sample


class Latest:
    """Brought up to date by whoever settles records; asked from any thread."""

    def __init__(self, registry: Registry, store: SeriesStore) -> None:
        self._registry = registry
        self._store = store
        self._lock = threading.Lock()
        self._newest: dict[Series, Newest] = {}
        self._saved: dict[Series, Sample] = {}
        self._of_point: dict[str, list[Series]] = {}
        self._ordered: list[Series] | None = None

    def load(self) -> None:
        """Begin with what was saved; where nothing was, with what the series store holds. Raises Unavailable."""
        self._saved = self._registry.load_latest()
        self.update(Record(series, *sample) for series, sample in self._saved.items())
        if not self._saved:
            self.catch_up()

    def catch_up(self) -> None:
        """Ask the series store for what was written after the last save, as after a crash: slow. Raises Unavailable."""
        self.update(Record(series, *sample) for series, sample in self._store.latest())

    def update(self, records: Iterable[Record]) -> None:
        """Take in settled records in any order; an older one never replaces a newer one."""
        newest = self._newest
        with self._lock:
            for series, time, value in records:
                before = newest.get(series)
                if before is None:
                    self._of_point.setdefault(series.point, []).append(series)
                    self._ordered = None
                elif time < before.sample.time:
                    continue
                newest[series] = Newest(series, Sample(time, value))

    def save(self) -> None:
        """Save what has changed since the last time. Raises Unavailable."""
        saved = self._saved
        with self._lock:
            changed = {series: sample for series, sample in self._newest.values() if saved.get(series) != sample}
        self._registry.save_latest(changed)
        saved.update(changed)

    def forget(self, devices: Collection[str]) -> None:
        """Leave out all series of these devices."""
        with self._lock:
            for series in [series for series in self._newest if series.device in devices]:
                del self._newest[series]
                self._saved.pop(series, None)
                self._of_point[series.point].remove(series)
            self._ordered = None

    def of_point(self, point: str) -> list[Newest]:
        """The point's series, by quantity and attributes."""
        return [self._newest[series] for series in ordered(tuple(self._of_point.get(point, ())))]

    def select(self, which: Selection | None = None) -> list[Newest]:
        """Those of the selection (None: all), ordered by point, quantity, attributes, device."""
        newest = self._newest
        found = [newest[series] for series in self._in_order() if series in newest]
        admits = chooser(which) if which is not None else None
        return found if admits is None else [each for each in found if admits(each.series)]

    def _in_order(self) -> list[Series]:
        with self._lock:
            if self._ordered is None:
                self._ordered = ordered(self._newest)
            return self._ordered
