"""From when to when each series has rows, in memory: most searches for a neighbour end here."""

import threading
from collections.abc import Iterable

from store.series.duckdb_file import Cursor
from store.series.duckdb_schema import Shelf


class Spans:
    """Of each series at least the span that its rows lie in; deleting rows does not narrow it."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._oldest: dict[int, int] = {}
        self._newest: dict[int, int] = {}

    def load(self, cursor: Cursor) -> None:
        """Begin again with what the file holds."""
        rows = cursor.execute(
            self._shelf.sql(
                "SELECT series_id, min(oldest), max(newest) FROM ("
                "SELECT series_id, oldest, newest FROM span WHERE shelf = '$settled' UNION ALL"
                " SELECT series_id, min($time), max($time) FROM $hot GROUP BY series_id) GROUP BY series_id"
            )
        ).fetchall()
        with self._lock:
            self._oldest = {number: oldest for number, oldest, _ in rows}
            self._newest = {number: newest for number, _, newest in rows}

    def widen(self, rows: Iterable[tuple[int, int]]) -> None:
        """Rows of (series number, time) were added."""
        with self._lock:
            oldest, newest = self._oldest, self._newest
            for number, time in rows:
                if number not in oldest:
                    oldest[number] = newest[number] = time
                elif time > newest[number]:
                    newest[number] = time
                elif time < oldest[number]:
                    oldest[number] = time

    def cut(self, start: int) -> None:
        """Rows before `start` were deleted."""
        with self._lock:
            for number in [number for number, newest in self._newest.items() if newest < start]:
                del self._oldest[number], self._newest[number]
            for number, oldest in self._oldest.items():
                if oldest < start:
                    self._oldest[number] = start

    def of(self, number: int) -> tuple[int, int] | None:
        """Oldest and newest time that the series may have rows at; None without any."""
        with self._lock:
            return (self._oldest[number], self._newest[number]) if number in self._oldest else None

    def before(self, numbers: Iterable[int], bound: int) -> dict[int, tuple[int, int]]:
        """Of those that may have rows before `bound`: the span of these rows."""
        with self._lock:
            return {
                number: (self._oldest[number], min(self._newest[number], bound - 1))
                for number in numbers
                if self._oldest.get(number, bound) < bound
            }

    def after(self, numbers: Iterable[int], bound: int) -> dict[int, tuple[int, int]]:
        """Of those that may have rows at or after `bound`: the span of these rows."""
        with self._lock:
            return {
                number: (max(self._oldest[number], bound), self._newest[number])
                for number in numbers
                if self._newest.get(number, bound - 1) >= bound
            }

    def numbers(self) -> list[int]:
        """Every series with rows."""
        with self._lock:
            return list(self._newest)
