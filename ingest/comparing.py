"""Compares what a server holds of a time span with what the book knows, and pulls what differs."""

import threading
from collections.abc import Callable, Iterator, Mapping

from ingest.collector import CHUNK_MESSAGES, Collector
from ingest.storage import PAGE, NoStorage, SlowDown, StackHttp
from ingest.wire import unwrap
from ingest.worker import Worker
from smartregion.clock import SECOND, Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.model import Message
from store.journal.keys import device_hash
from store.journal.protocol import Book

MILLISECOND = SECOND // 1000
# Above this share of an application's devices one pull of everything is cheaper than one for each.
MANY_DEVICES = 8
# The back-fill waits while the worker has more than this to do, so that live messages do not.
LEAD_CHUNKS = 4
# Longer a server is not waited for: meanwhile others have their turn.
LONGEST_WAIT = 30.0
TRIES = 5
LOOK_SECONDS = 0.02

Window = tuple[int, int]


class Comparing:
    """Works on one application and span at a time; live messages go first."""

    def __init__(
        self,
        stacks: Mapping[str, StackHttp],
        book: Book,
        collector: Collector,
        worker: Worker,
        clock: Clock,
        logger: Logger,
        stop: threading.Event,
    ) -> None:
        """`stop`: set when no more is to be done."""
        self._stacks = stacks
        self._book = book
        self._collector = collector
        self._worker = worker
        self._clock = clock
        self._logger = logger
        self._stop = stop

    def differences(self, label: str, window: Window) -> tuple[int, dict[str, int]]:
        """How many uplinks the server holds, and per device_id how many of them the book does not.

        Raises:
            NoStorage, SlowDown, Unavailable, Misconfigured.
        """
        self._wait_for_what_is_appended()
        stack = self._stacks[label]
        held = self._patiently(lambda: stack.count(*window))
        known = self._book.count_forwarded(label, *window, list(held))
        return sum(held.values()), _short(label, held, known)

    def close(self, label: str, window: Window, fetched: Callable[[int], None]) -> None:
        """Pull what the book does not know; `fetched` is told of each batch.

        Raises:
            NoStorage, SlowDown, Unavailable, Misconfigured: also half-way; what was pulled by then is kept.
        """
        held, missing = self.differences(label, window)
        if not missing:
            return
        if held > PAGE and held > 2 * sum(missing.values()) and window[1] - window[0] > MILLISECOND:
            # Most of it is here: narrow the gap down before anything is pulled, the newer half first.
            middle = (window[0] + window[1]) // 2 // MILLISECOND * MILLISECOND
            self.close(label, (middle, window[1]), fetched)
            self.close(label, (window[0], middle), fetched)
            return
        devices = [""] if len(missing) > MANY_DEVICES else list(missing)
        came = sum(self._pull(label, window, device, fetched) for device in devices)
        self._logger.info("gap closed", application=label, missing=sum(missing.values()), fetched=came)

    def _pull(self, label: str, window: Window, device: str, fetched: Callable[[int], None]) -> int:
        try:
            return self._take(label, window, device, fetched)
        except NoStorage:
            # Perhaps only this device is gone from the server: what it had sent is still among all others.
            if not device:
                raise
            return self._take(label, window, "", fetched)

    def _take(self, label: str, window: Window, device: str, fetched: Callable[[int], None]) -> int:
        came = 0
        for lines in _in_batches(self._stacks[label].pull(*window, device, wait=self._wait)):
            self._let_live_go_first()
            now = self._clock.now()
            self._collector.keep([Message("backfill", label, "", now, unwrap(line)) for line in lines])
            came += len(lines)
            fetched(len(lines))
            self._end_when_stopped()
        return came

    def _patiently(self, ask: Callable[[], dict[str, int]]) -> dict[str, int]:
        for _ in range(TRIES):
            try:
                return ask()
            except SlowDown as error:
                self._wait(error.seconds)
        raise Unavailable("the server keeps asking to slow down")

    def _wait(self, seconds: float) -> None:
        """Give the server the time it asks for. Raises SlowDown where that is long, Unavailable when stopped."""
        if seconds > LONGEST_WAIT:
            raise SlowDown(f"the server wants {seconds:.0f} s of rest", seconds)
        self._clock.wait(self._stop, seconds)
        self._end_when_stopped()

    def _end_when_stopped(self) -> None:
        if self._stop.is_set():
            raise Unavailable("stopped half-way; the next start goes on")

    def _let_live_go_first(self) -> None:
        while self._worker.behind() > LEAD_CHUNKS and not self._stop.is_set():
            self._stop.wait(LOOK_SECONDS)

    def _wait_for_what_is_appended(self) -> None:
        """Until all that is in the log by now is in the book; what comes meanwhile is not waited for."""
        appended = self._collector.appended
        while self._worker.behind() and not 0 < appended <= self._worker.position and not self._stop.is_set():
            self._stop.wait(LOOK_SECONDS)


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


def _in_batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    """Lines in batches of a chunk; what came before a stream broke off is given before its error."""
    batch: list[bytes] = []
    try:
        for line in lines:
            batch.append(line)
            if len(batch) == CHUNK_MESSAGES:
                yield batch
                batch = []
    except (Unavailable, Misconfigured, NoStorage):
        if batch:
            yield batch
        raise
    if batch:
        yield batch
