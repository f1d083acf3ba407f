"""Which frames of a device are missing, told from its frame counter. Pure.

A device counts its frames; each join begins a new session whose counter starts at 0. Frames of one session that follow
each other without a gap are a *run*; between two runs lies a *hole*. The same frames give the same holes in whatever
order they arrive; only where a counter begins anew without a join, and its frames arrive before the older ones, may
some count as going on with those (nobody can tell them apart then).

Sources: LoRaWAN 1.0.4 §4.3.1.5; The Things Stack gives the counter as it keeps it, 32 bits or 16 for older devices.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from smartregion.clock import SECOND

ROUND = 1 << 16
"""A counter of 16 bits begins again here."""
NEAR = 4096
"""A step back that is so short a step forward in 16 bits has gone once round; any other is a counter begun anew."""
FIRST = 1
"""Some devices begin a session with frame 1."""
REPEATED = 60 * SECOND
"""The same count so soon is the same frame sent again; later it is one of a counter begun anew."""
MOST_RUNS = 256
KEPT_RUNS = 2
"""As many runs stay when all before a time is settled: a device may fall back to the session before."""


class Frame(NamedTuple):
    """What a frame tells of its place among the device's frames."""

    time: int
    session: str
    f_cnt: int


class Hole(NamedTuple):
    """Frames missing between two frames that are there."""

    start: int
    """Time of the frame before."""
    end: int
    """Time of the frame after."""
    missing: int


class Run:
    """Frames of one session without a gap, from count `first` at `since` to count `last` at `until`."""

    __slots__ = ("first", "last", "session", "since", "until")

    def __init__(self, session: str, first: int, since: int, last: int, until: int) -> None:
        self.session = session
        self.first = first
        self.since = since
        self.last = last
        self.until = until

    def goes_on(self, f_cnt: int, time: int) -> bool:
        """Whether a later frame goes on without a gap: the next count, 0 after 65535, or the same one once more."""
        step = f_cnt - self.last
        if step == 0:
            # A counter that never counts stays at 0.
            return f_cnt == 0 or time - self.until <= REPEATED
        return step == 1 or (f_cnt == 0 and self.last == ROUND - 1)

    def holds(self, f_cnt: int) -> bool:
        """Whether a count lies between its first and its last one."""
        around = self.last < self.first
        return (f_cnt >= self.first or f_cnt <= self.last) if around else self.first <= f_cnt <= self.last

    def split(self, time: int) -> "Run":
        """Cut off what comes after a time, as if the frames were sent at even distances, and give it."""
        if self.last == self.first:
            rest = Run(self.session, self.first, self.until, self.last, self.until)
            self.until = self.since
            return rest
        around = self.last < self.first
        steps = self.last - self.first + (ROUND if around else 0)
        distance = (self.until - self.since) // max(steps, 1)
        kept = min((time - self.since) // max(distance, 1), max(steps - 1, 0))
        cut = max(self.until - (steps - kept - 1) * distance, time + 1)
        last, first = self.first + kept, self.first + kept + 1
        rest = Run(self.session, first % ROUND if around else first, cut, self.last, max(self.until, cut))
        self.last, self.until = last % ROUND if around else last, min(self.since + kept * distance, time)
        return rest


def between(before: int, after: int) -> int:
    """How many frames lie between two counts of one session, the second one sent later."""
    if after >= before:
        return max(after - before - 1, 0)
    around = (after - before) % ROUND
    if before < ROUND and around <= NEAR:
        return around - 1
    return from_start(after)


def from_start(count: int) -> int:
    """How many frames lie before that count in a counter that has begun anew."""
    return count if count > FIRST else 0


class Heard:
    """The frames of one device as runs, ordered by their first frame.

    What lies before `floor` is settled: its runs are forgotten.
    """

    __slots__ = ("floor", "newest", "runs")

    def __init__(self, runs: Iterable[Run], floor: int) -> None:
        """At least one run."""
        self.runs = list(runs)
        self.floor = floor
        self.newest = self.runs[-1]
        """The run that begins last: nearly every frame belongs to it."""

    @classmethod
    def begin(cls, frame: Frame, floor: int) -> "Heard":
        """A device heard for the first time."""
        time, session, f_cnt = frame
        return cls([Run(session, f_cnt, time, f_cnt, time)], floor)

    @property
    def last(self) -> int:
        """Time of the newest frame."""
        return max(run.until for run in self.runs)

    def add(self, frame: Frame) -> bool:
        """Take a frame in; gives whether that changed any hole. A frame before `floor` changes none."""
        time, session, f_cnt = frame
        newest = self.newest
        if session == newest.session and time >= newest.until and newest.goes_on(f_cnt, time):
            newest.last, newest.until = f_cnt, time
            return False
        return time >= self.floor and self._put(time, session, f_cnt)

    def _put(self, time: int, session: str, f_cnt: int) -> bool:
        at = bisect_right(self.runs, time, key=_since)
        before = next((run for run in reversed(self.runs[:at]) if run.session == session), None)
        after = next((run for run in islice(self.runs, at, None) if run.session == session), None)
        if before is not None and time <= before.until:
            if before.holds(f_cnt):
                return False
            after = before.split(time)
            self._insert(after)
        self._join(Run(session, f_cnt, time, f_cnt, time), before, after)
        self._bound()
        self.newest = self.runs[-1]
        return True

    def _join(self, run: Run, before: Run | None, after: Run | None) -> None:
        """Put a run in; one with its neighbours of the same session where they go on without a gap."""
        for older, newer in ((before, run), (run, after)):
            if older is None or newer is None or not older.goes_on(newer.first, newer.since):
                continue
            if older is before:
                self.runs.remove(older)
            else:
                self.runs.remove(newer)
            run.first, run.since, run.last, run.until = older.first, older.since, newer.last, newer.until
        self._insert(run)

    def _insert(self, run: Run) -> None:
        self.runs.insert(bisect_right(self.runs, run.since, key=_since), run)

    def _bound(self) -> None:
        if len(self.runs) > MOST_RUNS:
            del self.runs[0]
            self.floor = max(self.floor, self.runs[0].since)

    def settle(self, until: int) -> None:
        """Forget the runs whose holes all lie before a time; frames of before are no longer looked at."""
        done = bisect_right(self.runs, until, key=_since) - 1
        done = max(0, min(done, len(self.runs) - KEPT_RUNS))
        if done:
            del self.runs[:done]
            self.floor = max(self.floor, self.runs[0].since)

    def holes(self) -> list[Hole]:
        """The holes between the runs, the oldest first."""
        return [hole for hole in _between_runs(self.runs) if hole.missing > 0]


def _since(run: Run) -> int:
    return run.since


def _between_runs(runs: Sequence[Run]) -> Iterator[Hole]:
    of_session: dict[str, Run] = {}
    previous: Run | None = None
    for run in runs:
        before = of_session.get(run.session)
        if before is not None:
            yield _hole(before.until, run.since, between(before.last, run.first))
        elif previous is not None:
            yield _hole(previous.until, run.since, from_start(run.first))
        of_session[run.session] = previous = run


def _hole(start: int, end: int, missing: int) -> Hole:
    # No device sends more than a frame a second: such a counter has jumped (some do when they restart).
    return Hole(start, end, missing if missing * SECOND <= end - start else 0)


def holes(frames: Iterable[Frame]) -> list[Hole]:
    """The holes in frames of one device that are given in the order in which they were sent."""
    heard: Heard | None = None
    for frame in frames:
        if heard is None:
            heard = Heard.begin(frame, frame.time)
        else:
            heard.add(frame)
    return heard.holes() if heard else []
