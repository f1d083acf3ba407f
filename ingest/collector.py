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

# What may wait in memory while the log takes nothing.
MOST_MESSAGES = 50_000
MOST_BYTES = 64_000_000

Acknowledge = Callable[[], None]


class Collector:
    """Takes messages from any thread, and appends them to the log in the thread that runs `run`."""

    def __init__(
        self,
        log: Log,
        clock: Clock,
        logger: Logger,
        *,
        max_messages: int = MOST_MESSAGES,
        max_bytes: int = MOST_BYTES,
        healed: Callable[[], None] = lambda: None,
    ) -> None:
        """`max_messages`, `max_bytes`: what may wait in memory for the log; more is refused. `healed` is called when
        the log is back and messages were lost live or turned away meanwhile.
        """
        self._log = log
        self._clock = clock
        self._logger = logger
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._healed = healed
        self._waiting: list[tuple[Message, Acknowledge | None]] = []
        self._bytes = 0
        self._counting = threading.Lock()
        self._lock = threading.Lock()
        self._full = threading.Event()
        self._stop = threading.Event()
        self._durable = threading.Condition()
        self._recent: OrderedDict[int, Chunk] = OrderedDict()
        self._taken = 0
        self._appended = 0
        self._away = False
        self._turned_away = False
        self._lost_before = 0
        self._told_refusing = False
        self.refused = 0
        """Messages lost live: the log was away, memory full, and who sent them waits for no acknowledgement."""
        self.put_off = 0
        """Messages not taken whose sender was told so, and is to send them again."""

    @property
    def away(self) -> bool:
        """Whether the log took nothing when it was last tried."""
        return self._away

    @property
    def has_room(self) -> bool:
        """Whether it is worth while to offer messages again after a refusal: half of the bounds is free."""
        return len(self._waiting) <= self._max_messages // 2 and self._bytes <= self._max_bytes // 2

    def offer(self, message: Message, acknowledge: Acknowledge | None = None) -> bool:
        """Take a message; returns at once. `acknowledge` is called when it is durable; False: it is not taken."""
        size = len(message.payload)
        waiting = self._waiting
        with self._counting:
            number = len(waiting) + 1
            fits = number <= self._max_messages and (number == 1 or self._bytes + size <= self._max_bytes)
            if fits:
                self._bytes += size
                waiting.append((message, acknowledge))
        if not fits:
            self._refuse(lost=acknowledge is None)
        elif number == CHUNK_MESSAGES:
            self._full.set()
        return fits

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
            self._forget(batch)
            for _, acknowledge in batch:
                if acknowledge is not None:
                    acknowledge()
        self._tell_back()
        return CHUNK_SECONDS

    def _forget(self, batch: Sequence[tuple[Message, Acknowledge | None]]) -> None:
        with self._counting:
            del self._waiting[: len(batch)]
            self._bytes -= sum(len(message.payload) for message, _ in batch)

    def _append(self, messages: Sequence[Message]) -> None:
        with self._lock:
            chunk = self._log.append(messages)
        with self._durable:
            self._recent[chunk.position] = chunk
            if len(self._recent) > RECENT_CHUNKS:
                self._recent.popitem(last=False)
            self._appended = max(self._appended, chunk.position)
            self._durable.notify_all()

    def turn_away(self) -> None:
        """A message was not taken, and perhaps nobody sends it again: the back-fill is to look for it."""
        self._turned_away = True

    def _refuse(self, *, lost: bool) -> None:
        if lost:
            self.refused += 1
        else:
            self.put_off += 1
        if not self._told_refusing:
            self._told_refusing = True
            self._logger.error(
                "journal away and memory full: messages of QoS 0 are lost live and fetched later by the back-fill, "
                "all others are not acknowledged and come again",
                waiting=len(self._waiting),
                megabytes=self._bytes // 1_000_000,
            )

    def _tell_away(self, error: Unavailable) -> None:
        if not self._away:
            self._logger.error("journal away, messages wait in memory", why=str(error))
        self._away = True

    def _tell_back(self) -> None:
        lost, self._lost_before = self.refused - self._lost_before, self.refused
        if self._away or self._told_refusing:
            self._logger.info("journal back", lost_live=lost)
        self._away = self._told_refusing = False
        missed, self._turned_away = lost > 0 or self._turned_away, False
        if missed:
            self._healed()
