"""How much of what should have been sent is there. It stands beside every figure.

`expected` counts the sending slots of a time, each by the interval that was valid then, while the device served the
point. Without an interval nothing is known and the share is None, never 1.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import NamedTuple, Protocol

from aggregates.windows import Window
from smartregion.clock import SECOND
from smartregion.model import Assignment, Rollup, Series
from smartregion.timestamps import EARLIEST, LATEST

_STAYS_WITH_THE_DEVICE = ("device.", "radio.")


class Validity(Protocol):
    """From `start` (nanoseconds) on, a frame is expected every `seconds`; holds until the next one starts."""

    @property
    def start(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class Schedules(Protocol):
    """What coverage needs of the registry."""

    def intervals(self, device: str) -> Sequence[Validity]:
        """The device's intervals in order of start."""
        ...

    def assignments(self, device: str = "", point: str = "") -> Sequence[Assignment]:
        """Assignments of a device, of a point, or all."""
        ...


class Coverage(NamedTuple):
    """Expected slots that hold a reading, and how many were expected; the share is None when that is unknown."""

    received: int
    expected: int | None
    share: float | None
    longest_gap_seconds: float | None
    """The longest time without a reading, the window's edges (at most now) included; None without any series."""


class Evidence(NamedTuple):
    """What one series adds to a coverage. Evidence of several series adds up."""

    n: int
    slots: int | None
    expected: float | None
    gap: int
    """Nanoseconds."""


def coverage(evidence: Iterable[Evidence]) -> Coverage:
    """The coverage of several series together; a series whose interval is unknown does not weigh in its share."""
    all_of_it = list(evidence)
    gap = max((each.gap for each in all_of_it), default=None)
    seconds = None if gap is None else gap / SECOND
    known = [each for each in all_of_it if each.expected is not None]
    if not known:
        return Coverage(sum(each.n for each in all_of_it), None, None, seconds)
    received = sum(each.slots or 0 for each in known)
    exact = sum(each.expected or 0.0 for each in known)
    # A window shorter than the interval expects a frame only when it got one.
    expected = max(int(exact + 0.5), 1 if received and exact else 0)
    received = min(received, expected)
    return Coverage(received, expected, received / expected if expected else None, seconds)


def evidence(rollup: Rollup | None, window: Window, expected: float | None, now: int) -> Evidence:
    """What one series shows in one window."""
    until = min(window.end, now)
    if rollup is None:
        return Evidence(0, 0, expected, max(until - window.start, 0))
    gap = max(rollup.gap, rollup.first_time - window.start, until - rollup.last_time)
    # Summed up before the interval was known: then as many as came, at most as many as expected.
    slots = rollup.slots if rollup.slots is not None or expected is None else min(rollup.n, ceil(expected))
    return Evidence(rollup.n, slots, expected, gap)


def expected_slots(intervals: Sequence[Validity], served: Sequence[Window], start: int, end: int) -> float | None:
    """Slots expected in [start, end) while the point was served; None where no interval was valid.

    `intervals` in order of start.
    """
    ends = [*(following.start for following in intervals[1:]), LATEST]
    slots = None
    for interval, until in zip(intervals, ends, strict=False):
        for stretch in served:
            begin, stop = max(start, interval.start, stretch.start), min(end, until, stretch.end)
            if begin < stop:
                slots = (slots or 0.0) + (stop - begin) / (interval.seconds * SECOND)
    return slots


def interval_at(intervals: Sequence[Validity], time: int) -> float | None:
    """The interval valid at that time, in seconds."""
    valid = None
    for interval in intervals:
        if interval.start > time:
            break
        valid = interval.seconds
    return valid


def serving(series: Series, assignments: Sequence[Assignment]) -> list[Window]:
    """When the series' device served its point, given the device's assignments.

    Without an assignment that would take the series elsewhere a device serves its own point all the time.
    """
    if series.quantity.startswith(_STAYS_WITH_THE_DEVICE):
        return [Window(EARLIEST, LATEST)]
    taking = [each for each in assignments if each.selects(series.quantity, series.attributes)]
    here = [each for each in taking if each.point == series.point]
    if not taking:
        # What parameters derive (a fill level from a distance) goes with what was selected.
        here = [each for each in assignments if each.point == series.point]
    if here:
        return [Window(each.start, LATEST if each.until is None else each.until) for each in here]
    return _outside(taking)


def served_in(served: Sequence[Window], window: Window) -> Window:
    """The part of a window, first to last, in which a point was served; nothing is missing before or after it."""
    parts = [
        Window(max(each.start, window.start), min(each.end, window.end))
        for each in served
        if each.start < window.end and window.start < each.end
    ]
    return Window(parts[0].start, parts[-1].end) if parts else Window(window.start, window.start)


def _outside(assignments: Sequence[Assignment]) -> list[Window]:
    free, begin = [], EARLIEST
    for each in sorted(assignments, key=lambda each: each.start):
        if begin < each.start:
            free.append(Window(begin, each.start))
        begin = max(begin, LATEST if each.until is None else each.until)
    return [*free, Window(begin, LATEST)] if begin < LATEST else free
