"""Which hours are dirty. An hour of a series is one number, so that the newest stand together at the end of the file.

The file holds that an hour is dirty; when it was last written to (its mark) is in memory alone: after a restart nobody
holds an older one. Of very many dirty hours (a long back-fill) memory forgets the marks of the oldest; such an hour
counts as written to at that moment, so at worst it is summed up twice.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from smartregion.clock import HOUR
from store.series.influxdb_file import CatalogueFile

MAX_MARKS: Final = 400_000
_NUMBER: Final = (1 << 32) - 1


def key_of(number: int, hour: int) -> int:
    """Series number and hours since 1970 as one number, ordered by hour."""
    return (hour << 32) + number


def first_key(readings_from: int) -> int:
    """The lowest key of an hour that does not begin before."""
    return key_of(0, -(-readings_from // HOUR))


class Dirt:
    """Dirty hours and their marks."""

    def __init__(self, file: CatalogueFile, readings_from: int, first_mark: int) -> None:
        self._file = file
        self._marks: dict[int, int] = {}
        self._mark = self._floor = first_mark
        self._first = first_key(readings_from)
        self.fresh: list[int] = []
        """Not yet in the file."""

    def next_mark(self) -> int:
        """For the next batch."""
        if len(self._marks) > MAX_MARKS:
            self._forget_oldest()
        self._mark += 1
        return self._mark

    def soil(self, key: int, mark: int) -> bool:
        """The hour is written to; false when it is frozen."""
        if key not in self._marks:
            if key < self._first:
                return False
            self.fresh.append(key)
        self._marks[key] = mark
        return True

    def saved(self) -> None:
        """What was fresh is in the file."""
        self.fresh = []

    def newest(self, limit: int) -> list[tuple[int, int, int]]:
        """Number of the series, start of the hour, mark. Raises Unavailable."""
        keys = self._file.dirty(limit)
        return [(key & _NUMBER, (key >> 32) * HOUR, self._marks.get(key, self._floor)) for key in keys]

    def clean(self, hours: Sequence[tuple[int, int]]) -> None:
        """Forget those not written to since. Raises Unavailable."""
        done = [key for key, mark in hours if self._marks.get(key, self._floor) <= mark]
        if done:
            self._file.clean(done)
            self._drop(done)

    def retain(self, readings_from: int) -> None:
        """Hours that begin before are frozen. Raises Unavailable."""
        first = first_key(readings_from)
        self._file.retain(readings_from, first)
        self._first = first
        self._drop([key for key in self._marks if key < first])
        self.fresh = [key for key in self.fresh if key >= first]

    def _drop(self, keys: Iterable[int]) -> None:
        for key in keys:
            self._marks.pop(key, None)

    def _forget_oldest(self) -> None:
        unsaved = set(self.fresh)
        ordered = sorted(self._marks)
        self._drop(key for key in ordered[: len(ordered) // 2] if key not in unsaved)
        self._floor = self._mark
