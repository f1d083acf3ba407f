"""Series and their numbers: all of them in memory, each new or changed one as a row in the file."""

import json
import threading
from collections.abc import Iterable, Sequence
from itertools import repeat
from operator import is_

from smartregion.model import Series
from store.series.duckdb_file import Cursor
from store.series.protocol import Selection
from store.series.selecting import chooser, differs, ordered


class Names:
    """Gives each series its number, from 0 on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids: dict[Series, int] = {}
        self._series: list[Series] = []
        self._unsaved: dict[int, Series] = {}
        self._left: dict[int, list[str]] = {}
        self._version = 0
        # What never changes about a number, to look at few of many when few are asked for.
        self._of_device: dict[str, list[int]] = {}
        self._of_point: dict[str, list[int]] = {}

    def load(self, cursor: Cursor) -> None:
        """Begin again with what the file holds."""
        rows = cursor.execute(
            "SELECT id, point, device, quantity, attributes, tenant, site, domain, modulus, version"
            " FROM series ORDER BY version"
        ).fetchall()
        found = {row[0]: _series(row) for row in rows}
        with self._lock:
            self._series = [found[number] for number in range(len(found))]
            self._ids = {series: number for number, series in enumerate(self._series)}
            self._of_device, self._of_point = {}, {}
            for number, series in enumerate(self._series):
                self._index(number, series)
            self._version = rows[-1][-1] if rows else 0
            self._unsaved.clear()
            self._left.clear()

    def numbers(self, some_series: Sequence[Series]) -> list[int]:
        """The numbers of series that are about to be written, in the same order; unknown ones get one."""
        with self._lock:
            numbers = list(map(self._ids.get, some_series, repeat(-1)))
            # mostly all of them are the very objects that came before
            if -1 not in numbers and all(map(is_, map(self._series.__getitem__, numbers), some_series)):
                return numbers
            return [self._number(series) for series in some_series]

    def save(self, cursor: Cursor) -> list[tuple[int, Series]]:
        """Write what is new within the cursor's transaction; `saved` is to be told once that is on disk."""
        with self._lock:
            fresh = list(self._unsaved.items())
            if fresh:
                rows = [_row(number, series, self._version + 1) for number, series in fresh]
                self._version += 1
                with cursor.appender("series") as appender:
                    appender.append_rows(rows)
                if self._left:
                    left = [(number, each, self._version) for number, tenants in self._left.items() for each in tenants]
                    cursor.executemany("INSERT INTO moved VALUES (?, ?, ?)", left)
            return fresh

    def saved(self, fresh: Iterable[tuple[int, Series]]) -> None:
        """These are in the file for good."""
        with self._lock:
            for number, series in fresh:
                # another thread may have learned something newer meanwhile
                if self._unsaved.get(number) is series:
                    del self._unsaved[number]
                    self._left.pop(number, None)

    def find(self, some_series: Iterable[Series]) -> list[int]:
        """The numbers of those series that there are."""
        ids = self._ids
        return [ids[series] for series in some_series if series in ids]

    def all(self, which: Selection) -> list[Series]:
        """The series of the selection in order."""
        series = self._series
        return ordered(series[number] for number in self.choose(which))

    def choose(self, which: Selection) -> Sequence[int]:
        """The numbers of the series of the selection."""
        admits = chooser(which)
        if admits is None:
            return range(len(self._series))
        series = self._series
        return [number for number in self._near(which) if admits(series[number])]

    def _near(self, which: Selection) -> Iterable[int]:
        """The numbers among which those of the selection are, in order."""
        for names, index in ((which.devices, self._of_device), (which.points, self._of_point)):
            if names:
                return sorted(number for name in set(names) for number in index.get(name, ()))
        return range(len(self._series))

    def _index(self, number: int, series: Series) -> None:
        self._of_device.setdefault(series.device, []).append(number)
        self._of_point.setdefault(series.point, []).append(number)

    def series(self, number: int) -> Series:
        """The series with that number."""
        return self._series[number]

    def __len__(self) -> int:
        return len(self._series)

    def _number(self, series: Series) -> int:
        number = self._ids.get(series)
        if number is None:
            number = self._ids[series] = len(self._series)
            self._series.append(series)
            self._index(number, series)
            self._unsaved[number] = series
        elif self._series[number] is not series and differs(series, self._series[number]):
            if series.tenant != self._series[number].tenant:
                self._left.setdefault(number, []).append(self._series[number].tenant)
            self._series[number] = self._unsaved[number] = series
        return number


def moved(cursor: Cursor) -> list[tuple[int, str, int]]:
    """Number of the series, the tenant it left, and when (as a version)."""
    return cursor.execute("SELECT series_id, tenant, max(version) FROM moved GROUP BY ALL").fetchall()


def settle_moved(cursor: Cursor, several: Iterable[tuple[int, str, int]]) -> None:
    """Forget these, unless they happened again since."""
    for row in several:
        cursor.execute("DELETE FROM moved WHERE series_id = ? AND tenant = ? AND version <= ?", row)


def prune(cursor: Cursor) -> None:
    """Forget where series belonged before."""
    cursor.execute("DELETE FROM series WHERE (id, version) NOT IN (SELECT id, max(version) FROM series GROUP BY id)")


def _row(number: int, series: Series, version: int) -> tuple[object, ...]:
    attributes = json.dumps(series.attributes, ensure_ascii=False)
    place = (series.tenant, series.site, series.domain, series.modulus)
    return (number, series.point, series.device, series.quantity, attributes, *place, version)


def _series(row: tuple[int, str, str, str, str, str, str, str, float | None, int]) -> Series:
    _, point, device, quantity, attributes, tenant, site, domain, modulus, _ = row
    pairs = tuple((name, value) for name, value in json.loads(attributes))
    return Series(point, device, quantity, pairs, tenant, site, domain, modulus)
