"""Takes chunk after chunk through the pipeline, and waits where a store is away."""

import random
import threading

from ingest.collector import Collector
from ingest.pipeline import Pipeline
from ingest.retrying import Retrying
from ingest.tending import Tending
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from store.journal.protocol import Book, Chunk, Log

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Worker:
    """The one thread that writes readings and books messages."""

    def __init__(self, collector: Collector, log: Log, book: Book, pipeline: Pipeline, logger: Logger) -> None:
        self._collector = collector
        self._log = log
        self._pipeline = pipeline
        self._retrying = Retrying(log, book, pipeline)
        self.tending = Tending(book, pipeline)
        """Does what is asked of the quarantine."""
        self._logger = logger
        self._stop = threading.Event()
        self._position = book.position()
        self._caught_up = False

    @property
    def position(self) -> int:
        """The chunk that was settled last."""
        return self._position

    def behind(self) -> int:
        """Chunks that wait to be taken; at least one until all that an earlier run left has been taken."""
        return max(0 if self._caught_up else 1, self._collector.appended - self._position)

    def run(self) -> None:
        """Work until stopped. Chunks of an earlier run come first.

        Between chunks what stayed queued is tried again, and what was asked of the quarantine is done.
        """
        while not self._stop.is_set():
            chunk = self._next()
            if chunk is not None:
                self._take(chunk)
            more = self._retrying.step()
            more = self.tending.step() or more
            if chunk is None:
                self._caught_up = True
                self._collector.wait_beyond(self._position, 0.0 if more else 0.5)

    def stop(self) -> None:
        """Make `run` return after the chunk in hand."""
        self._stop.set()

    def _next(self) -> Chunk | None:
        recent = self._collector.chunk(self._position + 1)
        return recent or next(iter(self._log.read(self._position)), None)

    def _take(self, chunk: Chunk) -> None:
        pause = FIRST_PAUSE
        away = False
        while not self._stop.is_set():
            try:
                self._retrying.noted(self._pipeline.take(chunk))
            except Unavailable as error:
                if not away:
                    self._logger.error("store away, messages wait in the journal", why=str(error))
                away = True
                self._stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 — jitter, not a secret
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            self._position = chunk.position
            if away:
                self._logger.info("store back")
            return
