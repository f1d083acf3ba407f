"""What the Storage Integration has to tell: a protocol, and the history that records all that was published."""

import bisect
import itertools
import threading
from collections import Counter, deque
from collections.abc import Iterator
from typing import NamedTuple, Protocol, runtime_checkable

from simulator.uplinks import Frame
from smartregion.clock import SECOND, Clock

Window = tuple[int, int]


class Recorded(NamedTuple):
    """A message as it was published. `received_at` is the top-level time of its JSON."""

    received_at: int
    device_id: str
    payload: bytes


Row = Frame | Recorded


class History(Protocol):
    """Uplinks of the past.

    Times mean the top-level `received_at` (of a frame: `handled_at`); `after` is included, `before` is not.
    """

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """How many uplinks each device of the application has in the window; devices without any are left out."""
        ...

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        """The uplinks of the window by time, computed as they are asked for.

        `order` is `received_at` or `-received_at` (newest first).
        """
        ...


@runtime_checkable
class Recorder(Protocol):
    """A history that also takes in what is published now."""

    def record(self, application: str, row: Recorded) -> None:
        """Keep an uplink."""
        ...


class RecordedHistory:
    """Keeps every published uplink in memory; rows become visible `lag` seconds after they were published."""

    def __init__(self, clock: Clock, lag: float = 0.0) -> None:
        self._clock = clock
        self._lag = int(lag * SECOND)
        self._rows: dict[str, list[Recorded]] = {}
        self._fresh: deque[tuple[int, str, Recorded]] = deque()
        self._lock = threading.Lock()

    def record(self, application: str, row: Recorded) -> None:
        """Keep an uplink; it shows when the lag has passed."""
        self._fresh.append((self._clock.now() + self._lag, application, row))

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """How many uplinks each device has in the window."""
        counts = Counter(row.device_id for row in self._window(application, after, before))
        return dict(counts) if device is None else {device: counts[device]} if counts[device] else {}

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        """The uplinks of the window by time."""
        rows = self._window(application, after, before)
        if order.startswith("-"):
            rows.reverse()
        return (row for row in rows if device is None or row.device_id == device)

    def _window(self, application: str, after: int, before: int) -> list[Recorded]:
        with self._lock:
            self._settle()
            rows = self._rows.get(application, [])
            start = bisect.bisect_left(rows, after, key=_time)
            return rows[start : bisect.bisect_left(rows, before, key=_time)]

    def _settle(self) -> None:
        now = self._clock.now()
        touched = set()
        while self._fresh and self._fresh[0][0] <= now:
            _, application, row = self._fresh.popleft()
            self._rows.setdefault(application, []).append(row)
            touched.add(application)
        for application in touched:
            self._rows[application].sort(key=_time)


def _time(row: Recorded) -> int:
    return row.received_at


class LaggingHistory:
    """Another history whose last `lag` seconds do not show yet, as they would in a storage written in batches."""

    def __init__(self, history: History, clock: Clock, lag: float) -> None:
        self._history = history
        self._clock = clock
        self._lag = int(lag * SECOND)

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """How many uplinks each device has in the visible part of the window."""
        return self._history.count(application, device, after, self._visible(before))

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        """The uplinks of the visible part of the window."""
        return self._history.frames(application, device, after, self._visible(before), order)

    def _visible(self, before: int) -> int:
        return min(before, self._clock.now() - self._lag)


class SplitHistory:
    """A computed past up to a time, and what is published from then on."""

    def __init__(self, past: History, until: int, recorded: RecordedHistory) -> None:
        self._past = past
        self._until = until
        self._recorded = recorded

    def record(self, application: str, row: Recorded) -> None:
        """Keep a published uplink, unless the computed past already speaks of it."""
        if row.received_at >= self._until:
            self._recorded.record(application, row)

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """How many uplinks each device has in the window, past and recorded together."""
        past, recorded = self._windows(after, before)
        counts = Counter(self._past.count(application, device, *past))
        return dict(counts + Counter(self._recorded.count(application, device, *recorded)))

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        """The uplinks of the window, past and recorded in one order."""
        past, recorded = self._windows(after, before)
        parts = [
            self._past.frames(application, device, *past, order),
            self._recorded.frames(application, device, *recorded, order),
        ]
        return itertools.chain.from_iterable(reversed(parts) if order.startswith("-") else parts)

    def _windows(self, after: int, before: int) -> tuple[Window, Window]:
        past = (min(after, self._until), min(before, self._until))
        return past, (max(after, self._until), max(before, self._until))
