"""From sources to the log: collect what arrives, make it durable in chunks, hand the chunks on.

The receive callback only collects: The Things Stack drops silently when a subscriber is slow.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from smartregion.model import Message
from store.journal.protocol import Chunk, Log

CHUNK_MESSAGES = 500
CHUNK_SECONDS = 0.2
# Chunks kept at hand so that the worker need not read back what was just written.
RECENT_CHUNKS = 64

Acknowledge = Callable[[], None]


class Collector:
    """Takes messages from any thread, and appends them to the log in the thread that runs `run`."""

    def __init__(self, log: Log, clock: Clock, logger: Logger, *, max_messages: int = 50_000) -> None:
        self._log = log
        self._clock = clock
        self._logger = logger
        self._max_messages = max_messages
        self._waiting: list[tuple[Message, Acknowledge | None]] = []
        self._lock = threading.Lock()
        self._full = threading.Event()
        self._stop = threading.Event()
        self._durable = threading.Condition()
        self._recent: OrderedDict[int, Chunk] = OrderedDict()
        self._taken = 0
        self._appended = 0
        self._away = False
        self.refused = 0
        """Messages that could not be kept because the log was away and memory full."""

    def offer(self, message: Message, acknowledge: Acknowledge | None = None) -> None:
        """Take a message; returns at once. `acknowledge` is called when it is durable."""
        waiting = self._waiting
        if len(waiting) >= self._max_messages:
            self._refuse()
            return
        waiting.append((message, acknowledge))
        if len(waiting) == CHUNK_MESSAGES:
            self._full.set()

    def keep(self, messages: Sequence[Message]) -> None:
        """Take messages and return when they are durable.

        Raises:
            Unavailable: the log can't take them; the caller still has them.
        """
        for start in range(0, len(messages), CHUNK_MESSAGES):
            self._append(messages[start : start + CHUNK_MESSAGES])

    def chunk(self, position: int) -> Chunk | None:
        """A chunk appended a moment ago, once."""
        with self._durable:
            return self._recent.pop(position, None)

    @property
    def appended(self) -> int:
        """The highest position that is durable in this run."""
        return self._appended

    def wait_beyond(self, position: int, seconds: float) -> bool:
        """Wait until the log holds a chunk beyond that position."""
        with self._durable:
            return self._durable.wait_for(lambda: self._appended > position, seconds)

    def run(self) -> None:
        """Append until stopped; what is collected by then is still appended."""
        pause = CHUNK_SECONDS
        while not self._stop.is_set():
            self._full.wait(pause)
            pause = self._flush()
        self._flush()

    def stop(self) -> None:
        """Make `run` return after a last flush."""
        self._stop.set()
        self._full.set()

    def _flush(self) -> float:
        """Append everything collected; gives how long to wait before the next time."""
        self._full.clear()
        while self._waiting:
            batch = self._waiting[:CHUNK_MESSAGES]
            try:
                self._append([message for message, _ in batch])
            except Unavailable as error:
                self._tell_away(error)
                return 1.0
            del self._waiting[: len(batch)]
            for _, acknowledge in batch:
                if acknowledge is not None:
                    acknowledge()
        self._tell_back()
        return CHUNK_SECONDS

    def _append(self, messages: Sequence[Message]) -> None:
        with self._lock:
            chunk = self._log.append(messages)
        with self._durable:
            self._recent[chunk.position] = chunk
            if len(self._recent) > RECENT_CHUNKS:
                self._recent.popitem(last=False)
            self._appended = max(self._appended, chunk.position)
            self._durable.notify_all()

    def _refuse(self) -> None:
        if not self.refused:
            self._logger.error("journal away and memory full, messages are lost live; back-fill will fetch them")
        self.refused += 1

    def _tell_away(self, error: Unavailable) -> None:
        if not self._away:
            self._logger.error("journal away, messages wait in memory", why=str(error))
        self._away = True

    def _tell_back(self) -> None:
        if self._away:
            self._logger.info("journal back", lost=self.refused)
        self._away = False
