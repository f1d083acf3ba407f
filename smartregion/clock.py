"""The one source of "now" and of waiting, handed to everything that needs it.

Times are integers: nanoseconds since 1970-01-01T00:00:00Z, as far as 64 bits reach (1677 to 2262).
"""

import threading
import time
from typing import Protocol

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until `event` is set, at most `seconds` of this clock; true when it was set."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return time.time_ns()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait on the computer's own time."""
        return event.wait(seconds)


class FastClock:
    """A clock that runs `speed` times as fast as the computer's, both agreeing at `origin` (for the demo)."""

    def __init__(self, speed: float, origin: int) -> None:
        self._speed = speed
        self._origin = origin

    def now(self) -> int:
        """Nanoseconds since 1970 of the sped-up time."""
        return self._origin + int((time.time_ns() - self._origin) * self._speed)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait the sped-up seconds, never less than a millisecond of real time."""
        return event.wait(max(seconds / self._speed, 0.001))


class ManualClock:
    """A clock that stands still until it is moved (for tests)."""

    def __init__(self, now: int = 0) -> None:
        self._now = now

    def now(self) -> int:
        """The time it was set to."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._now += int(seconds * SECOND)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Move on by the time asked for, without waiting."""
        if not event.is_set():
            self.advance(seconds)
        return event.is_set()
