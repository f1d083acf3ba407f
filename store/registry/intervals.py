"""Learns how often a device sends, from the times of its frames. Pure."""

from collections import deque
from collections.abc import Iterable

from store.registry.protocol import Interval

CONFIGURED = "configured"
LEARNED = "learned"

_SECOND = 1_000_000_000
_WINDOW = 9
_ENOUGH = 5
# Distances within a tenth of the median speak for it; a device that sends on events only never agrees with itself.
_TOLERANCE = 0.1
_MAJORITY = 0.6


class Learner:
    """Keeps the last few distances between neighbouring frames of one device.

    Back-fill brings old days after new ones: frames older than the newest one known only help while nothing is
    learned yet, and only forward steps among them count. What is learned is changed by newer frames alone.
    """

    __slots__ = ("_distances", "_run", "newest", "seconds")

    def __init__(self, newest: int | None = None, seconds: float | None = None) -> None:
        self.newest = newest
        """Time of the newest frame, nanoseconds."""
        self.seconds = seconds
        """The interval learned so far."""
        self._run: int | None = None
        self._distances: deque[int] = deque(maxlen=_WINDOW)

    def feed(self, time: int) -> float | None:
        """Take in the time of a frame; gives the interval in seconds when it is new or has changed."""
        before, newest = self.newest, self.newest
        if newest is None or time > newest:
            self.newest = time
        elif self.seconds is not None:
            return None
        else:
            before, self._run = self._run, time
        if before is None or time <= before:
            return None
        return self._judge(time - before)

    def _judge(self, distance: int) -> float | None:
        distances = self._distances
        distances.append(distance)
        known = self.seconds
        if known is not None and abs(distance - known * _SECOND) <= _TOLERANCE * known * _SECOND:
            return None
        if len(distances) < _ENOUGH:
            return None
        found = agreed(distances)
        if found is None or (known is not None and abs(found - known) <= _TOLERANCE * known):
            return None
        self.seconds = found
        return found


def agreed(distances: Iterable[int]) -> float | None:
    """The rounded median of some distances (nanoseconds) in seconds, None when too few of them are near it."""
    ordered = sorted(distances)
    median = ordered[(len(ordered) - 1) // 2]
    near = sum(1 for each in ordered if abs(each - median) <= _TOLERANCE * median)
    return rounded(median / _SECOND) if near >= _MAJORITY * len(ordered) else None


def rounded(seconds: float) -> float:
    """To whole minutes when that changes it by at most a fiftieth, else to whole seconds, never below one."""
    minutes = round(seconds / 60) * 60.0
    if minutes and abs(minutes - seconds) <= seconds / 50:
        return minutes
    return max(float(round(seconds)), 1.0)


def in_force(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals that hold, in order of start: from the first configured one on, nothing learned counts.

    Each holds until the next one starts.
    """
    configured = sorted(each for each in intervals if each.source == CONFIGURED)
    learned = sorted(each for each in intervals if each.source != CONFIGURED)
    first = configured[0].start if configured else None
    return [each for each in learned if first is None or each.start < first] + configured
