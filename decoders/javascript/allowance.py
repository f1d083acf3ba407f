"""How much time a codec may waste."""

import threading
from typing import Final

from smartregion.clock import SECOND, Clock

BURST: Final = 2.0
"""Seconds that may be wasted at once: twenty frames that run into the time limit, or two whose process is killed."""
SHARE: Final = 0.1
"""Seconds of waste that each second gives back."""


class Allowance:
    """Counts by codec what failures cost. Safe for several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wasted: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def left(self, codec: str) -> bool:
        """Whether the codec may run."""
        return codec not in self._wasted or self._owed(codec) < BURST

    def take(self, codec: str, seconds: float) -> None:
        """A failure has cost so many seconds."""
        with self._lock:
            self._wasted[codec] = (self._owed(codec) + seconds, self._clock.now())

    def _owed(self, codec: str) -> float:
        wasted, since = self._wasted.get(codec, (0.0, 0))
        return max(0.0, wasted - SHARE * (self._clock.now() - since) / SECOND)
