"""How many uplinks were forwarded between two times, out of rows that are sorted by another time."""

import sqlite3
from collections import Counter
from typing import Final

from store.journal import book_schema as sql
from store.journal.keys import forwarded_ms, key_device, milliseconds_up, time_bound

_EDGE: Final = (sql.STRAY_MS + 1) * 1_000_000


def count_by_device(connection: sqlite3.Connection, start: int, end: int) -> Counter[bytes]:
    """Uplinks forwarded in [start, end) per device hash: rows far from both ends need no look at their lag."""
    low, high = milliseconds_up(start), milliseconds_up(end)
    if end - start > 2 * _EDGE:
        inner = connection.execute(sql.DEVICES_BETWEEN, _bounds(start + _EDGE, end - _EDGE))
        counts = Counter(device for (device,) in inner)
        edges = [(start - _EDGE, start + _EDGE), (end - _EDGE, end + _EDGE)]
    else:
        counts, edges = Counter(), [(start - _EDGE, end + _EDGE)]
    for edge in edges:
        _count_exactly(counts, connection.execute(sql.LAGS_BETWEEN, _bounds(*edge)), low, high)
    _count_exactly(counts, connection.execute(sql.STRAYS), low, high)
    return counts


def _count_exactly(counts: Counter[bytes], rows: sqlite3.Cursor, low: int, high: int) -> None:
    for key, lag in rows:
        if low <= forwarded_ms(key, lag) < high:
            counts[key_device(key)] += 1


def _bounds(start: int, end: int) -> tuple[bytes, bytes]:
    return time_bound(start), time_bound(end)
