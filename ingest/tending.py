"""Work on the quarantine that was asked for: messages taken through the pipeline again, or discarded.

It is done in the worker's thread, slice by slice between the live chunks: nobody else writes the book's states.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from ingest.pipeline import Pipeline
from queries.quarantine import Act, QuarantineOrder, QuarantineProgress
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import State
from store.journal.protocol import Book, Quarantined

SLICE = 100
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Tending:
    """One order at a time; asked for and looked at by any thread, done by the worker."""

    def __init__(self, book: Book, pipeline: Pipeline, pace: Callable[[], float] = time.monotonic) -> None:
        """`pace`: seconds that only rise."""
        self._book = book
        self._pipeline = pipeline
        self._pace = pace
        self._lock = threading.Lock()
        self._progress: QuarantineProgress | None = None
        self._keys: list[bytes] = []
        self._after = b""
        self._last = b""
        """What comes into quarantine behind this key, while the work goes on, is not part of it."""
        self._due = 0.0
        self._pause = FIRST_PAUSE

    def start(self, order: QuarantineOrder) -> None:
        """Begin an order. Raises Misconfigured while another one is under way, Unavailable."""
        with self._lock:
            if self._progress is not None and self._progress.state == "running":
                raise Misconfigured(
                    f"a {self._progress.order.act} is under way ({self._progress.done} of {self._progress.total}); "
                    "wait until it has ended"
                )
            total = self._prepare(order)
            self._due, self._pause = 0.0, FIRST_PAUSE
            self._progress = QuarantineProgress(order, total=total)

    def progress(self) -> QuarantineProgress | None:
        """How the last order stands; None when there was none."""
        with self._lock:
            return None if self._progress is None else replace(self._progress)

    def stop(self) -> None:
        """End the order after the slice in hand."""
        with self._lock:
            if self._progress is not None and self._progress.state == "running":
                self._progress.state = "stopped"

    def step(self) -> bool:
        """Do the next slice when there is one and it is time; True while there is more to do at once."""
        progress = self._progress
        if progress is None or progress.state != "running" or self._pace() < self._due:
            return False
        try:
            return self._slice(progress)
        except Unavailable as error:
            progress.why = str(error)
            self._due = self._pace() + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return False

    def _prepare(self, order: QuarantineOrder) -> int:
        """Note which messages there are to deal with; gives how many."""
        self._after = b""
        if order.keys:
            self._keys = [each.key for each in self._book.copies(order.keys)]
            return len(self._keys)
        groups = self._book.alike(order.sought)
        self._last = max((each.example for each in groups), default=b"")
        return sum(each.messages for each in groups)

    def _slice(self, progress: QuarantineProgress) -> bool:
        those, following = self._next(progress.order)
        if those:
            self._deal_with(those, progress)
        progress.why, self._pause = "", FIRST_PAUSE
        self._after = following or self._after
        with self._lock:
            progress.done += len(those)
            if not following and progress.state == "running":
                progress.state = "complete"
        return bool(following)

    def _next(self, order: QuarantineOrder) -> tuple[Sequence[Quarantined], bytes]:
        """The next slice, and the key that it ends with; nothing at the end."""
        if order.keys:
            keys = list(islice((key for key in self._keys if key > self._after), SLICE))
            return self._book.copies(keys), keys[-1] if keys else b""
        found = self._book.quarantined(SLICE, self._after, order.sought)
        those = [each for each in found if each.key <= self._last]
        return those, those[-1].key if those else b""

    def _deal_with(self, those: Sequence[Quarantined], progress: QuarantineProgress) -> None:
        order, keys = progress.order, [each.key for each in those]
        if order.act is Act.DISCARD:
            progress.discarded += self._book.discard(keys, order.reason, order.at)
            return
        held = self._pipeline.take_again([(each.key, each.message) for each in those], counted=True)
        states = [booked.state for booked in self._book.find(keys).values()]
        progress.stored += states.count(State.STORED)
        progress.ignored += states.count(State.IGNORED)
        progress.held += held
        progress.stayed += states.count(State.QUARANTINED) - held
