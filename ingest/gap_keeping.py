"""Keeps the gaps of all devices: finds them, follows their repair, says when nothing more will come.

What only costs time is done here, beside the worker; the worker only follows the counters (`ingest.hearing`).
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from aggregates.frames import Hole
from aggregates.gaps import SLACK, close, explain, fold, outage_of, reconcile, repair
from ingest.hearing import SLICE, Hearing
from ingest.outages import Outages
from ingest.silences import Silences
from queries.progress import Progress
from smartregion import timestamps
from smartregion.clock import DAY, Clock
from smartregion.gaps import Gap, GapCause, GapState, Outage
from smartregion.region import Region
from store.registry.gaps import GapStore

KEPT = 400 * DAY
MOST = 100_000
RUNNING = "running"


class Compared(NamedTuple):
    """A finished comparison with an application's server."""

    application: str
    start: int
    end: int
    position: int
    """All that it brought is in the log up to here."""


class GapKeeper:
    """One thread calls `sweep`; the back-fill tells what it has compared."""

    def __init__(
        self,
        region: Region,
        store: GapStore,
        hearing: Hearing,
        outages: Outages,
        silences: Silences,
        clock: Clock,
        appended: Callable[[], int],
        progress: Callable[[], Sequence[Progress]],
    ) -> None:
        """`appended`: the highest position that is durable. `progress`: of the back-fills."""
        self._region = region
        self._store = store
        self._hearing = hearing
        self._outages = outages
        self._silences = silences
        self._clock = clock
        self._appended = appended
        self._progress = progress
        self._lock = threading.Lock()
        self._compared: list[Compared] = []
        self._outside: dict[str, int] = {}
        self._without: set[str] = set()
        self._changed: set[str] = set()
        self._late: list[tuple[str, int]] = []
        self._fetched: list[tuple[str, int]] = []

    def compared(self, application: str, start: int, end: int) -> None:
        """What is still missing of an application between these times, its server does not hold either."""
        with self._lock:
            self._compared.append(Compared(application, start, end, self._appended()))
            self._without.discard(application)

    def outside(self, application: str, before: int) -> None:
        """The server keeps nothing that is older than this."""
        with self._lock:
            self._outside[application] = before

    def without_storage(self, application: str) -> None:
        """The server keeps nothing at all: what is missing is lost."""
        with self._lock:
            self._without.add(application)

    def sweep(self) -> None:
        """Bring the gaps in step with what was heard. Raises Unavailable; what was noticed is not forgotten then."""
        self._outages.beat()
        # Asked before what was heard is taken: a comparison is at its end only when all that it brought is in.
        ready = self._ready()
        noticed = self._hearing.noticed()
        self._changed |= noticed.changed | self._silences.ended(self._hearing)
        self._late += noticed.late
        self._fetched += noticed.fetched
        self._follow(self._filled_until(ready))
        self._credit()
        self._repair()
        for each in ready:
            self._finish(each)
        self._give_up()
        self._silences.look()

    def save(self) -> None:
        """Keep the counters. Raises Unavailable."""
        self._hearing.save(self._store)

    def prune(self) -> None:
        """Forget what is old, or too much. Raises Unavailable."""
        self._store.prune(self._clock.now() - KEPT, MOST)

    def _ready(self) -> list[Compared]:
        """Comparisons all of whose frames have been heard."""
        position = self._hearing.position
        with self._lock:
            return [each for each in self._compared if each.position <= position]

    def _filled_until(self, ready: Collection[Compared]) -> dict[str, int]:
        """Applications whose frames are still coming in, and until what time: no gap is told of there yet."""
        with self._lock:
            coming = [(each.application, each.end) for each in self._compared if each not in ready]
        coming += [(each.application, each.until) for each in self._progress() if each.state == RUNNING]
        return {name: max(end for other, end in coming if other == name) for name, _ in coming}

    def _follow(self, filled: Mapping[str, int]) -> None:
        """Follow the holes of all devices that have changed."""
        put_off: set[str] = set()
        while some := set(islice(self._changed, SLICE)):
            put_off |= self._follow_some(some, filled)
            self._changed -= some
        self._changed = put_off

    def _follow_some(self, devices: Collection[str], filled: Mapping[str, int]) -> set[str]:
        known, standing = self._store.of_devices(devices), self._hearing.standing(devices)
        put: list[Gap] = []
        new: list[tuple[str, Hole]] = []
        put_off: set[str] = set()
        for device, (holes, floor, last) in standing.items():
            change = reconcile(known.get(device, []), holes, floor, last)
            put += change.put
            edge = filled.get(application_of(device))
            new += [(device, hole) for hole in change.new if edge is None or hole.start >= edge]
            if edge is not None and any(hole.start < edge for hole in change.new):
                put_off.add(device)
        self._store.put([*put, *self._found(new)])
        return put_off

    def _found(self, holes: Sequence[tuple[str, Hole]]) -> list[Gap]:
        if not holes:
            return []
        outages = self._outages.since(min(hole.start for _, hole in holes))
        now = self._clock.now()
        return [
            Gap(device, name, start, end, missing, cause=explain(name, start, end, outages), found=now)
            for device, (start, end, missing) in holes
            for name in (application_of(device),)
        ]

    def _credit(self) -> None:
        """Frames of an outage that came by back-fill before anybody missed them: a gap, found and repaired."""
        if self._fetched:
            outages = self._outages.since(min(time for _, time in self._fetched) - SLACK)
            missed = [
                (device, time, outage)
                for device, time in self._fetched
                if (outage := outage_of(application_of(device), time, outages)) is not None
            ]
            for at in range(0, len(missed), SLICE):
                self._credit_some(missed[at : at + SLICE])
            self._fetched = []

    def _credit_some(self, missed: Sequence[tuple[str, int, Outage]]) -> None:
        earliest = min(min(time, outage.start) for _, time, outage in missed)
        known = self._store.of_devices({device for device, _, _ in missed}, earliest)
        gaps = {(gap.device, gap.start): gap for gaps in known.values() for gap in gaps}
        put: dict[tuple[str, int], Gap] = {}
        for device, time, outage in missed:
            if any(holds(gap, time) and gap.start != outage.start for gap in known.get(device, ())):
                continue
            key = (device, outage.start)
            gap = put.get(key) or gaps.get(key) or self._credited(device, outage)
            until = max(gap.until or time, time)
            put[key] = replace(gap, until=until, missing=gap.missing + 1, repaired=gap.repaired + 1)
        self._store.put(list(put.values()))

    def _credited(self, device: str, outage: Outage) -> Gap:
        name, cause = application_of(device), GapCause.CUT if outage.application else GapCause.DOWN
        until = outage.start if outage.until is None else outage.until
        return Gap(device, name, outage.start, until, 0, 0, cause, GapState.REPAIRED, found=self._clock.now())

    def _repair(self) -> None:
        """Frames that came when nobody waited for them any longer."""
        if self._late:
            known = self._store.of_devices({device for device, _ in self._late})
            repaired: Counter[Gap] = Counter()
            for device, time in self._late:
                repaired.update([gap for gap in known.get(device, ()) if holds(gap, time)][:1])
            self._store.put([repair(gap, frames) for gap, frames in repaired.items()])
            self._late = []

    def _finish(self, compared: Compared) -> None:
        """What is missing now will stay missing."""
        name, start, end, _ = compared
        gaps = [gap for gap in self._store.open_ones(name, until=end) if gap.start >= start]
        if gaps:
            self._store.put([close(gap, compared=True) for gap in gaps])
        self._hearing.settle(name, end)
        if gaps:
            self._fold(gaps)
        with self._lock:
            self._compared.remove(compared)

    def _fold(self, gaps: Iterable[Gap]) -> None:
        zone = self._region.zone
        by_device: dict[str, int] = defaultdict(lambda: timestamps.LATEST)
        for gap in gaps:
            by_device[gap.device] = min(by_device[gap.device], gap.start)
        standing = self._hearing.standing(by_device)
        radio = self._store.radio(list(by_device), min(by_device.values()) - DAY)
        # What is still followed is not folded: frames that come late are counted gap by gap.
        settled = [gap for gap in radio if gap.device in standing and (gap.until or 0) <= standing[gap.device].floor]
        folded = list(fold(settled, lambda time: timestamps.to_datetime(time, zone).date()))
        self._store.put([whole for whole, _ in folded])
        self._store.remove([gap for _, parts in folded for gap in parts[1:]])

    def _give_up(self) -> None:
        with self._lock:
            outside, self._outside, without = self._outside, {}, set(self._without)
        for name, before in outside.items():
            gaps = self._store.open_ones(name, start=before)
            self._store.put([replace(gap, state=GapState.OUTSIDE) for gap in gaps])
        for name in without:
            gaps = [gap for gap in self._store.open_ones(name) if gap.until is not None]
            self._store.put([close(gap, compared=False) for gap in gaps])
            self._hearing.settle(name, self._clock.now())


def application_of(device: str) -> str:
    """The application in a device's id."""
    return device.partition(".")[0]


def holds(gap: Gap, time: int) -> bool:
    """Whether a frame of that time belongs into a gap."""
    return gap.start < time and gap.until is not None and time <= gap.until
