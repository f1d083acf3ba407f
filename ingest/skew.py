"""How far the clock of The Things Stack and ours are apart, told by live messages."""

import threading
from collections.abc import Callable

from ingest.pipeline import Settled
from smartregion.clock import MINUTE, SECOND, Clock

LIVE = frozenset({"mqtt", "webhook"})
WINDOW = 5 * MINUTE


class Skew:
    """Follows the shortest way of a message from there to here: what is left of it is no delay but the clocks."""

    def __init__(self, clock: Clock, newest: Callable[[], int]) -> None:
        """`newest`: the highest position of the log; frames of older chunks have waited here."""
        self._clock = clock
        self._newest = newest
        self._lock = threading.Lock()
        self._windows: dict[int, int] = {}

    def settled(self, settled: Settled) -> None:
        """Take in the frames of a chunk."""
        if settled.position != self._newest():
            return
        now = self._clock.now()
        lags = [now - uplink.forwarded_at for uplink, source in settled.heard if source in LIVE]
        if not lags:
            return
        window = now // WINDOW
        with self._lock:
            self._windows = {number: lag for number, lag in self._windows.items() if number >= window - 1}
            self._windows[window] = min(min(lags), self._windows.get(window, min(lags)))

    def seconds(self) -> float | None:
        """Seconds between the clocks, whichever is ahead; None when no message came lately."""
        window = self._clock.now() // WINDOW
        with self._lock:
            lags = [lag for number, lag in self._windows.items() if number >= window - 1]
        return abs(min(lags)) / SECOND if lags else None
