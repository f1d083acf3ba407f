"""What a log and a book promise. One conformance suite each holds every implementation to it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from smartregion.model import Message, State
from store.journal.quarantine import ANY, Alike, Discarded, Discards, Sought


class Chunk(NamedTuple):
    """Messages that became durable together. Positions rise with each chunk and never come twice."""

    position: int
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Messages of the log that no chunk of the book covers yet, per application and day of arrival (UTC)."""

    application: str
    day: date
    count: int


class Log(Protocol):
    """Chunks of messages as received. One process writes; others may read meanwhile."""

    def append(self, messages: Sequence[Message]) -> Chunk:
        """Make the messages durable and give them back with their position.

        Raises:
            Unavailable: disk full, locked or corrupt; nothing of the batch was kept, the caller still has it.
            ValueError: no messages.
        """
        ...

    def read(self, after: int, limit: int = 1) -> Iterator[Chunk]:
        """The chunks with a position above `after`, lowest first, at most `limit`."""
        ...

    def get(self, position: int) -> Chunk | None:
        """One chunk, None when it was dropped."""
        ...

    def waiting(self, after: int) -> list[Waiting]:
        """How many messages the chunks above that position hold, without unpacking them."""
        ...

    def drop(self, positions: Collection[int]) -> None:
        """Forget these chunks; forgetting one twice is no error."""
        ...

    def size(self) -> int:
        """Bytes that the chunks take on disk; falls when chunks are dropped."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Entry(NamedTuple):
    """What became of one message of a chunk."""

    key: bytes
    """20 bytes: frame time (8, big-endian, shifted to be unsigned), device hash (4), frame hash (8)."""
    offset: int
    """Place in its chunk."""
    application: str
    day: date
    """The frame's day in the region's zone, else the arrival's."""
    state: State
    cause: str = ""
    """Why it is ignored or quarantined."""
    detail: str = ""
    lag_ms: int = 0
    """forwarded_at − received_at: with the key it gives back the time that the Storage Integration filters by."""
    message: Message | None = None
    """A copy of the message, for quarantine only: it must not hold its chunk."""
    decoder: str = ""
    """What decoded it: name and version; empty when nothing did."""

    def message_to_keep(self) -> Message:
        """The copy that quarantine needs. Raises ValueError when there is none."""
        if self.message is None:
            raise ValueError(f"{self.key.hex()} goes to quarantine without a copy of its message")
        return self.message


class Booked(NamedTuple):
    """A row of the book."""

    key: bytes
    position: int
    offset: int
    state: State
    cause: str
    decoder: str = ""
    """What decoded it; empty when nothing did."""


class Quarantined(NamedTuple):
    """A message in quarantine, copied out of its chunk."""

    key: bytes
    application: str
    day: date
    cause: str
    detail: str
    message: Message


class LedgerRow(NamedTuple):
    """received = stored + ignored + quarantined + queued + duplicate, always."""

    application: str
    day: date
    received: int = 0
    stored: int = 0
    ignored: int = 0
    quarantined: int = 0
    queued: int = 0
    duplicate: int = 0


class Book(Protocol):
    """One slim row per message, and the counts. The only judge of "seen before"."""

    def position(self) -> int:
        """The highest chunk position that is booked, 0 at the beginning."""
        ...

    def known(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that have a row."""
        ...

    def find(self, keys: Collection[bytes]) -> dict[bytes, Booked]:
        """The rows of these keys; keys without one are left out."""
        ...

    def settle(self, position: int, entries: Sequence[Entry]) -> int:
        """Book a chunk in one transaction: rows, counts and the position, all or nothing.

        An entry whose key has a row already (or comes twice in the batch) is counted as duplicate. A position at or
        below the booked one changes nothing and gives 0: chunks are booked in order.

        Returns:
            The number of duplicates.

        Raises:
            Unavailable: nothing was kept, the same call may be made again.
            ValueError: an entry goes to quarantine without its message.
        """
        ...

    def resettle(self, entries: Sequence[Entry]) -> None:
        """Change the state of messages booked before (retry of queued or quarantined ones); counts follow.

        They stay in the account (application, day) and the place (position, offset) they were booked in, whatever the
        entry says. Keys without a row are passed over. What stays quarantined may come without its message. An entry
        without a decoder leaves the one that was noted.

        Raises:
            Unavailable: nothing was changed. ValueError: an entry comes into quarantine without its message.
        """
        ...

    def queued(self, limit: int = 500, after: tuple[int, int] = (0, -1)) -> list[Booked]:
        """Booked messages that wait to be stored, in the order of their chunks, beyond that (position, offset)."""
        ...

    def quarantined(self, limit: int = 100, after: bytes = b"", sought: Sought = ANY) -> list[Quarantined]:
        """Messages in quarantine in order of their keys."""
        ...

    def copies(self, keys: Collection[bytes]) -> list[Quarantined]:
        """Those of the keys that are in quarantine, in order of their keys."""
        ...

    def alike(self, sought: Sought = ANY) -> list[Alike]:
        """What is in quarantine, messages that are alike as one; those that came last stand first."""
        ...

    def discard(self, keys: Collection[bytes], reason: str, at: int) -> int:
        """Take messages out of quarantine for good: they are ignored as `DISCARDED`, and the reason is kept.

        Keys that are not in quarantine are passed over. Gives how many were discarded.

        Raises:
            Unavailable: nothing was changed.
        """
        ...

    def discarded(self, keys: Collection[bytes]) -> dict[bytes, Discarded]:
        """Those of the keys that were discarded."""
        ...

    def discards(self, limit: int = 100) -> list[Discards]:
        """What was discarded, messages that went together as one; the newest first."""
        ...

    def ledger(self, since: date | None = None, until: date | None = None) -> list[LedgerRow]:
        """Counts per application and day (both ends included) of everything that is booked."""
        ...

    def recount(self, day: date) -> list[tuple[LedgerRow, LedgerRow]]:
        """Each row of the ledger of a day, and beside it what the rows of the book come to.

        The second counts messages by their rows, and as received those and the duplicates: when both are equal, the
        ledger balances and agrees with the rows. True of days whose rows were not pruned.
        """
        ...

    def causes(self, since: date | None = None, until: date | None = None) -> Mapping[tuple[str, str, str], int]:
        """(application, state, cause) → messages that are ignored or quarantined."""
        ...

    def count_forwarded(self, application: str, start: int, end: int, device_ids: Collection[str]) -> dict[str, int]:
        """Uplinks per device_id whose `forwarded_at` (to the millisecond) lies in [start, end); 0 where none.

        Devices that share a four-byte hash may be counted together: compare with "differs", not with "fewer".
        """
        ...

    def of_device(self, application: str, device_id: str, start: int, end: int, limit: int) -> list[Booked]:
        """Rows of one device whose frame time lies in [start, end), newest first."""
        ...

    def droppable(self, settled_before: int) -> list[int]:
        """Positions of chunks booked before that time with nothing queued in them."""
        ...

    def prune(self, positions: Collection[int], frames_before: int) -> None:
        """Forget that these chunks exist, and rows whose frame time and day lie before; the counts stay for ever.

        (A message without a time of its own has the day on which it arrived.) Nothing queued or quarantined is
        forgotten, nor a chunk with something queued in it. Reasons of discards go when they are as old.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
