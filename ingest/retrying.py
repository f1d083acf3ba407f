"""Messages that stayed queued because their tenant's store was away: brought to their end once it works again.

The store itself knows which tenant it can't reach, and says so without asking the server each time; here it is only
seen to that the queue is gone through again and again, slice by slice between the live chunks, and not too often.
"""

import time
from collections.abc import Callable

from ingest.pipeline import Pipeline
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.protocol import Book, Booked, Log

SLICE = 500
# Pauses between two rounds, in seconds and in lengths of the round: a long queue must not eat up the processor.
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
REST = 10.0


class Retrying:
    """Goes through the queued messages of the book in rounds; called by the worker between its chunks."""

    def __init__(self, log: Log, book: Book, pipeline: Pipeline, pace: Callable[[], float] = time.monotonic) -> None:
        """`pace`: seconds that only rise."""
        self._log = log
        self._book = book
        self._pipeline = pipeline
        self._pace = pace
        self._after = (0, -1)
        self._due = pace()
        self._begun = self._due
        self._pause = FIRST_PAUSE
        self._some = True
        """Whether anything may be queued; an earlier run may have left something."""

    def noted(self, held: int) -> None:
        """So many messages have stayed queued just now."""
        self._some = self._some or held > 0

    def step(self) -> bool:
        """Try the next slice when it is time; True while the round goes on."""
        if not self._some or self._pace() < self._due:
            return False
        if self._after == (0, -1):
            self._begun = self._pace()
        try:
            return self._slice()
        except Unavailable:
            self._rest()
            return False

    def _slice(self) -> bool:
        booked = self._book.queued(SLICE, self._after)
        if not booked:
            # Nothing at all when already the first slice was empty.
            self._some = self._after != (0, -1)
            self._rest()
            return False
        waiting = self._messages(booked)
        still = self._pipeline.take_again(waiting)
        if still < len(waiting):
            self._pause = FIRST_PAUSE
        self._after = (booked[-1].position, booked[-1].offset)
        return True

    def _messages(self, booked: list[Booked]) -> list[tuple[bytes, Message]]:
        chunks = {position: self._log.get(position) for position in {each.position for each in booked}}
        return [
            (each.key, chunk.messages[each.offset]) for each in booked if (chunk := chunks[each.position]) is not None
        ]

    def _rest(self) -> None:
        now = self._pace()
        self._due = now + max(self._pause, (now - self._begun) * REST)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        self._after = (0, -1)
