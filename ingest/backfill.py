"""Closing gaps: compare what the Storage Integration holds with what the book knows, and pull what differs.

Per application a mark says "complete until t"; only a finished comparison moves it.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

from ingest.collector import CHUNK_MESSAGES, Collector
from ingest.storage import PAGE, NoStorage, SlowDown, StackHttp
from ingest.wire import unwrap
from ingest.worker import Worker
from queries.progress import Progress
from smartregion.clock import DAY, SECOND, Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.model import Message
from smartregion.region import Application, Region
from store.journal.keys import device_hash
from store.journal.protocol import Book
from store.registry.protocol import Registry

EVERY_SECONDS = 300.0
AGAIN_SECONDS = 30.0
"""What was asked by hand and could not be done is tried again so soon."""
OVERLAP = 60 * SECOND
MILLISECOND = SECOND // 1000
# Above this share of an application's devices one pull of everything is cheaper than one for each.
MANY_DEVICES = 8
# The back-fill waits while the worker has more than this to do, so that live messages do not.
LEAD_CHUNKS = 4
TRIES = 5
WAITING = "waiting"
"""The state of a back-fill that could not be done for now."""


Window = tuple[int, int]


class Backfill:
    """Compares and pulls for all applications, day by day, the newest day first."""

    def __init__(
        self,
        region: Region,
        stacks: Mapping[str, StackHttp],
        book: Book,
        registry: Registry,
        collector: Collector,
        worker: Worker,
        clock: Clock,
        logger: Logger,
        *,
        by_itself: bool = True,
    ) -> None:
        """`by_itself`: follow the marks; else only do what is asked by hand."""
        self._by_itself = by_itself
        self._region = region
        self._stacks = stacks
        self._book = book
        self._registry = registry
        self._collector = collector
        self._worker = worker
        self._clock = clock
        self._logger = logger
        self._progress: dict[str, Progress] = {}
        self._by_hand: list[tuple[str, Window]] = []
        self._wanted = threading.Event()
        self._stop = threading.Event()
        self._told: dict[str, str] = {}

    def run(self) -> None:
        """Compare on start, whenever asked, and every five minutes, until stopped."""
        while not self._stop.is_set():
            asked = self._wanted.is_set()
            self._wanted.clear()
            self.round()
            if not self._stop.is_set():
                # The last seconds before a reconnect show in the storage only later: look once more.
                self._clock.wait(self._wanted, self._pause(asked=asked))

    def _pause(self, *, asked: bool) -> float:
        if self._by_hand:
            return AGAIN_SECONDS
        return self._longest_lag() if asked else EVERY_SECONDS

    def _longest_lag(self) -> float:
        lags = [each.storage_lag_s for each in self._region.applications]
        return min(EVERY_SECONDS, max(lags, default=EVERY_SECONDS) + 5)

    def ask(self, label: str = "", start: int = 0, end: int = 0) -> None:
        """Compare soon: everything (after a reconnect), or one application's window as well (by hand)."""
        if label:
            self._by_hand.append((label, (start, end)))
            self._progress[label] = Progress(label, "running", 0, 0, start, end)
        self._wanted.set()

    def stop(self) -> None:
        """Make `run` return soon; what was pulled by then is kept, the mark stays."""
        self._stop.set()
        self._wanted.set()

    def progress(self) -> list[Progress]:
        """How far each application's back-fill is."""
        return [self._progress[label] for label in sorted(self._progress)]

    def catching_up(self) -> bool:
        """Whether much is being fetched just now."""
        return any(each.state == "running" and each.total - each.done > PAGE for each in self.progress())

    def round(self) -> None:
        """Bring every application up to its server; then do what was asked by hand."""
        own = [each for each in self._region.applications if each.label in self._stacks and self._by_itself]
        marked = {each.label: self._window(each) for each in own}
        finished = self._compare_all(list(marked.items()))
        for label in finished:
            self._registry.set_complete_until(label, marked[label][1])
        by_hand, self._by_hand = self._by_hand, []
        finished = self._compare_all(by_hand)
        self._by_hand += [each for each in by_hand if each[0] not in finished and self._hopeful(each[0])]

    def _hopeful(self, label: str) -> bool:
        return self._progress[label].state == WAITING

    def _compare_all(self, windows: Sequence[tuple[str, Window]]) -> set[str]:
        """Compare windows of applications; gives those that came to their end."""
        going: set[str] = set()
        for label, window in windows:
            if self._attempt(label, partial(self._announce, label, window)):
                going.add(label)
        for label, day in _newest_day_first(windows):
            if label in going and not self._attempt(label, partial(self._compare, label, day)):
                going.discard(label)
        for label in going:
            self._note(label, state="complete")
        return going

    def _attempt(self, label: str, step: Callable[[], None]) -> bool:
        """Do a step; where the server asks for patience, wait and try again. False when it can't be done now."""
        for _ in range(TRIES):
            if self._stop.is_set():
                return False
            try:
                step()
            except SlowDown as error:
                self._clock.wait(self._stop, error.seconds)
            except (Unavailable, Misconfigured, NoStorage) as error:
                self._fail(label, error)
                return False
            else:
                self._told.pop(label, None)
                return True
        self._fail(label, Unavailable("the server keeps asking to slow down"))
        return False

    def _announce(self, label: str, window: Window) -> None:
        """Find out how much is missing in the whole window, for the progress bar."""
        _, missing = self._differences(label, window)
        self._progress[label] = Progress(label, "running", 0, sum(missing.values()), window[0], window[1])

    def _compare(self, label: str, window: Window) -> None:
        held, missing = self._differences(label, window)
        if not missing:
            return
        if held > PAGE and held > 2 * sum(missing.values()) and window[1] - window[0] > MILLISECOND:
            # Most of it is here: narrow the gap down before anything is pulled, the newer half first.
            middle = (window[0] + window[1]) // 2 // MILLISECOND * MILLISECOND
            self._compare(label, (middle, window[1]))
            self._compare(label, (window[0], middle))
            return
        devices = [""] if len(missing) > MANY_DEVICES else list(missing)
        fetched = sum(self._pull(label, window, device) for device in devices)
        self._logger.info("gap closed", application=label, missing=sum(missing.values()), fetched=fetched)

    def _differences(self, label: str, window: Window) -> tuple[int, dict[str, int]]:
        """How many uplinks the server holds, and per device_id how many of them the book does not."""
        self._let_worker_catch_up(0)
        held = self._stacks[label].count(*window)
        known = self._book.count_forwarded(label, *window, list(held))
        return sum(held.values()), _short(label, held, known)

    def _pull(self, label: str, window: Window, device: str) -> int:
        fetched = 0
        for lines in _in_batches(self._stacks[label].pull(*window, device)):
            now = self._clock.now()
            self._let_worker_catch_up(LEAD_CHUNKS)
            self._collector.keep([Message("backfill", label, "", now, unwrap(line)) for line in lines])
            fetched += len(lines)
            self._note(label, more=len(lines))
            if self._stop.is_set():
                raise Unavailable("stopped half-way; the next start goes on")
        return fetched

    def _let_worker_catch_up(self, chunks: int) -> None:
        while self._worker.behind() > chunks and not self._stop.is_set():
            self._stop.wait(0.02)

    def _window(self, application: Application) -> Window:
        """From the mark, a little earlier, until what the storage surely holds by now; whole milliseconds."""
        now = self._clock.now()
        mark = self._registry.complete_until(application.label)
        start = now - int(self._region.backfill_days * DAY) if mark is None else mark - OVERLAP
        end = now - int(application.storage_lag_s * SECOND)
        return start // MILLISECOND * MILLISECOND, max(start, end) // MILLISECOND * MILLISECOND

    def _note(self, label: str, *, state: str = "running", more: int = 0) -> None:
        progress = self._progress[label]
        done = progress.done + more
        self._progress[label] = replace(progress, state=state, done=done, total=max(done, progress.total))

    def _fail(self, label: str, error: Exception) -> None:
        """Say once what is wrong, and keep it for those who ask."""
        state = "no storage" if isinstance(error, NoStorage) else WAITING
        before = self._progress.get(label) or Progress(label, state, 0, 0, 0, 0)
        self._progress[label] = replace(before, state=state)
        if self._told.get(label) != str(error) and not self._stop.is_set():
            self._logger.warning("no back-fill for now", application=label, why=str(error))
        self._told[label] = str(error)


def _short(label: str, held: Mapping[str, int], known: Mapping[str, int]) -> dict[str, int]:
    """Devices with fewer uplinks here than there; those that share a hash in the book are counted together."""
    together: dict[bytes, list[str]] = {}
    for device_id in held:
        together.setdefault(device_hash(label, device_id), []).append(device_id)
    missing: dict[str, int] = {}
    for devices in together.values():
        short = sum(held[each] for each in devices) - known.get(devices[0], 0)
        if short > 0:
            missing.update(zip(devices, [short, *[0] * (len(devices) - 1)], strict=True))
    return missing


def _newest_day_first(windows: Sequence[tuple[str, Window]]) -> list[tuple[str, Window]]:
    """The windows cut into days, the newest first, so that today is complete before last month is looked at."""
    days = [
        (label, (max(start, end - (back + 1) * DAY), end - back * DAY))
        for label, (start, end) in windows
        for back in range(-(-(end - start) // DAY))
    ]
    return sorted(days, key=lambda each: -each[1][1])


def _in_batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, CHUNK_MESSAGES)):
        yield batch
