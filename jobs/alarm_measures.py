"""How everything stands that an operator may have to be told of. Each part measures one kind of thing."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol

from queries.alarm_rules import Measure, Name
from queries.alarm_words import DISK, WRITING
from queries.latest import Newest
from queries.silence import MISSED, patience
from smartregion.alarms import AlarmKind
from smartregion.clock import DAY, HOUR, SECOND, Clock
from smartregion.gaps import GapCause, GapCount, GapState, Sought
from smartregion.model import Device
from store.journal.protocol import LedgerRow

OLDEST_BATTERY = 30 * DAY
# Bytes free on the disk of the data folder: below the first it is as good as full, above the second there is plenty.
SCARCE, PLENTY = 200_000_000, 2_000_000_000
LOST = (GapState.LOST, GapState.OUTSIDE)


class Part(Protocol):
    """Measures something."""

    def measure(self, active: Collection[Name]) -> Iterable[Measure]:
        """How it stands. `active`: names of the alarms that last. Raises Unavailable: it can't be told now."""
        ...


class Silence:
    """Devices that have not been heard for some of their intervals."""

    def __init__(
        self,
        devices: Callable[[], Iterable[Device]],
        hearing_since: Callable[[str], int | None],
        clock: Clock,
    ) -> None:
        """`hearing_since`: since when an application can be heard; None: it can't, so that silence says nothing."""
        self._devices = devices
        self._hearing_since = hearing_since
        self._clock = clock

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:
        """Intervals without a frame, of each device that was ever heard."""
        now, since = self._clock.now(), dict[str, int | None]()
        for device in self._devices():
            if device.last_seen is None:
                continue
            if device.application not in since:
                since[device.application] = self._hearing_since(device.application)
            began = since[device.application]
            if began is None:
                continue
            known = (AlarmKind.SILENT, device.id) in active
            quiet = now - (device.last_seen if known else max(device.last_seen, began))
            yield Measure(AlarmKind.SILENT, device.id, quiet / SECOND * MISSED / patience(device))


class Battery:
    """Batteries that tell how full they are."""

    def __init__(self, newest: Callable[[str], Iterable[Newest]], clock: Clock) -> None:
        """`newest`: newest readings of a quantity."""
        self._newest = newest
        self._clock = clock

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:  # noqa: ARG002 — as of every part
        """Percent, of each device that tells; a device that only says "low" is at nothing."""
        oldest = self._clock.now() - OLDEST_BATTERY
        found: dict[str, float] = {}
        for quantity in ("device.battery_percent", "device.battery_low"):
            for series, sample in self._newest(quantity):
                if sample.time >= oldest:
                    percent = sample.value if quantity.endswith("percent") else (0.0 if sample.value else 100.0)
                    found[series.device] = min(percent, found.get(series.device, 100.0))
        for device, percent in found.items():
            yield Measure(AlarmKind.BATTERY, device, percent)


class Quarantine:
    """What comes into quarantine."""

    def __init__(self, rows: Callable[[], Iterable[LedgerRow]], clock: Clock) -> None:
        self._rows = rows
        self._clock = clock
        self._before: deque[tuple[int, Counter[str]]] = deque()

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:
        """Messages within the last hour, by application."""
        now, held = self._clock.now(), Counter[str]()
        for row in self._rows():
            held[row.application] += row.quarantined
        self._before.append((now, held))
        while self._before[0][0] < now - HOUR:
            self._before.popleft()
        _, then = self._before[0]
        over = {subject for kind, subject in active if kind is AlarmKind.QUARANTINE}
        for application in held.keys() | over:
            grown = max(held[application] - then[application], 0)
            yield Measure(AlarmKind.QUARANTINE, application, grown)


class Lost:
    """Frames that nobody can bring back, although The Things Stack had them."""

    def __init__(self, counts: Callable[[Sought], Iterable[GapCount]], clock: Clock) -> None:
        self._counts = counts
        self._clock = clock

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:
        """Frames of the last day, by application."""
        lost = Counter({subject: 0 for kind, subject in active if kind is AlarmKind.GAP})
        for each in self._counts(Sought(states=LOST, start=self._clock.now() - DAY)):
            if each.cause not in (GapCause.RADIO, GapCause.SILENT):
                lost[each.application] += each.missing - each.repaired
        for application, frames in lost.items():
            yield Measure(AlarmKind.GAP, application, frames)


class Parts:
    """What answers only yes or no: connections, store, journal; and the clocks."""

    def __init__(
        self,
        links: Callable[[], Mapping[str, bool]],
        store_answers: Callable[[], bool],
        held: Callable[[], Collection[str]],
        skew: Callable[[], float | None],
    ) -> None:
        """`links`: whether the connection of each application stands, those that are still being made left out.
        `held`: parts of the store that take nothing.
        """
        self._links = links
        self._store_answers = store_answers
        self._held = held
        self._skew = skew

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:
        """1 for each that is away, else 0; and seconds."""
        for application, stands in self._links().items():
            yield Measure(AlarmKind.CONNECTION, application, 0.0 if stands else 1.0)
        yield Measure(AlarmKind.STORE, "", 0.0 if self._store_answers() else 1.0)
        held = set(self._held())
        known = {subject for kind, subject in active if kind is AlarmKind.STORE and subject}
        for part in held | known:
            yield Measure(AlarmKind.STORE, part, float(part in held))
        seconds = self._skew()
        if seconds is not None:
            yield Measure(AlarmKind.CLOCK, "", seconds)


class Journal:
    """How full the journal is, and the disk under it."""

    def __init__(
        self, size: Callable[[], int], bound: int, free: Callable[[], int], can_write: Callable[[], bool]
    ) -> None:
        """Bytes of the log and its bound; bytes that are free on its disk."""
        self._size = size
        self._bound = bound
        self._free = free
        self._can_write = can_write

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:  # noqa: ARG002 — as of every part
        """Percent."""
        yield Measure(AlarmKind.JOURNAL, WRITING, 0.0 if self._can_write() else 100.0)
        scarce = 100.0 if (free := self._free()) < SCARCE else 0.0 if free > PLENTY else 85.0
        yield Measure(AlarmKind.JOURNAL, DISK, scarce)
        yield Measure(AlarmKind.JOURNAL, "", 100.0 * self._size() / self._bound)


class Balance:
    """The ledger, as its check has found it."""

    def __init__(self, failing: Callable[[], Collection[str]]) -> None:
        """`failing`: applications and days that do not balance."""
        self._failing = failing

    def measure(self, active: Collection[Name]) -> Iterator[Measure]:
        """1 for each that does not balance, 0 for what balances again."""
        failing = set(self._failing())
        for subject in failing | {subject for kind, subject in active if kind is AlarmKind.LEDGER}:
            yield Measure(AlarmKind.LEDGER, subject, float(subject in failing))
