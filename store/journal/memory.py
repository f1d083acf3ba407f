"""Log and book in memory: for tests, and for trying things out. Nothing outlives the process."""

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from smartregion.clock import DAY, Clock, SystemClock
from smartregion.errors import Unavailable
from smartregion.model import Message, State
from smartregion.timestamps import to_datetime
from store.journal import memory_rows
from store.journal.keys import device_hash, forwarded_ms, key_device, key_time, milliseconds_up
from store.journal.memory_rows import Account, Row, changed
from store.journal.protocol import (
    Booked,
    Chunk,
    Entry,
    LedgerRow,
    Quarantined,
    Waiting,
)
from store.journal.quarantine import ANY, DISCARDED, Alike, Discarded, Discards, Sought

_EPOCH: Final = date(1970, 1, 1).toordinal()


class MemoryLog:
    """A `Log` in a dictionary."""

    def __init__(self, *, limit_bytes: int | None = None, after: int = 0) -> None:
        """Begin empty, with positions above `after`; payloads beyond `limit_bytes` are refused with Unavailable."""
        self._limit_bytes = limit_bytes
        self._last = after
        self._chunks: dict[int, Chunk] = {}
        self._lock = threading.Lock()

    def append(self, messages: Sequence[Message]) -> Chunk:
        """Keep the messages. Raises Unavailable beyond the limit, ValueError when there are none."""
        if not messages:
            raise ValueError("a chunk holds at least one message")
        with self._lock:
            if self._limit_bytes is not None and self.size() + _payload_bytes(messages) > self._limit_bytes:
                raise Unavailable(f"The log in memory is full: its limit of {self._limit_bytes} bytes is reached")
            self._last += 1
            chunk = Chunk(self._last, tuple(messages))
            self._chunks[chunk.position] = chunk
        return chunk

    def read(self, after: int, limit: int = 1) -> Iterator[Chunk]:
        """The chunks with a position above `after`, lowest first, at most `limit`."""
        for _ in range(limit):
            if not (above := self._above(after)):
                return
            yield above[0]
            after = above[0].position

    def get(self, position: int) -> Chunk | None:
        """One chunk, None when it was dropped."""
        return self._chunks.get(position)

    def waiting(self, after: int) -> list[Waiting]:
        """How many messages the chunks above that position hold."""
        counts = Counter(
            (message.application, message.arrived_at // DAY)
            for chunk in self._above(after)
            for message in chunk.messages
        )
        return [Waiting(name, date.fromordinal(_EPOCH + day), count) for (name, day), count in sorted(counts.items())]

    def _above(self, after: int) -> list[Chunk]:
        return [chunk for position, chunk in sorted(self._chunks.copy().items()) if position > after]

    def drop(self, positions: Collection[int]) -> None:
        """Forget these chunks."""
        with self._lock:
            for position in positions:
                self._chunks.pop(position, None)

    def size(self) -> int:
        """Bytes of all payloads."""
        return sum(_payload_bytes(chunk.messages) for chunk in self._chunks.copy().values())

    def close(self) -> None:
        """Nothing to let go of."""


def _payload_bytes(messages: Iterable[Message]) -> int:
    return sum(len(message.payload) for message in messages)


class MemoryBook:
    """A `Book` in dictionaries."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        """Begin empty. The clock tells when a chunk was booked; the computer's when not given."""
        self._clock = clock or SystemClock()
        self._position = 0
        self._rows: dict[bytes, Row] = {}
        self._accounts: dict[tuple[str, date], Account] = {}
        self._booked_at: dict[int, int] = {}
        self._discarded: dict[bytes, Discarded] = {}
        self._lock = threading.RLock()

    def position(self) -> int:
        """The highest chunk position that is booked."""
        return self._position

    def known(self, keys: Collection[bytes]) -> set[bytes]:
        """Those of the keys that have a row."""
        return {key for key in keys if key in self._rows}

    def find(self, keys: Collection[bytes]) -> dict[bytes, Booked]:
        """The rows of these keys; keys without one are left out."""
        with self._lock:
            return {key: self._rows[key].booked() for key in keys if key in self._rows}

    def settle(self, position: int, entries: Sequence[Entry]) -> int:
        """Book a chunk; gives the number of duplicates. Raises ValueError: quarantined without a message."""
        with self._lock:
            if position <= self._position:
                return 0
            fresh: dict[bytes, Entry] = {}
            for entry in entries:
                if entry.key not in self._rows:
                    fresh.setdefault(entry.key, entry)
            for entry in fresh.values():
                if entry.state is State.QUARANTINED:
                    entry.message_to_keep()
            for entry in entries:
                self._account(entry).received += 1
                if entry.key in self._rows:
                    self._account(entry).duplicate += 1
                else:
                    self._rows[entry.key] = Row(position, entry)
                    self._account(entry).states[entry.state, entry.cause] += 1
            self._booked_at[position] = self._clock.now()
            self._position = position
            return len(entries) - len(fresh)

    def _account(self, entry: Entry) -> Account:
        return self._accounts.setdefault((entry.application, entry.day), Account())

    def resettle(self, entries: Sequence[Entry]) -> None:
        """Change the state of messages booked before. Raises ValueError: into quarantine without a message."""
        with self._lock:
            done: dict[bytes, Entry] = {}
            for entry in entries:
                if entry.key in self._rows:
                    done[entry.key] = changed(done.get(entry.key, self._rows[entry.key].entry), entry)
            for key, new in done.items():
                row = self._rows[key]
                states = self._account(row.entry).states
                states[row.entry.state, row.entry.cause] -= 1
                states[new.state, new.cause] += 1
                row.entry = new

    def queued(self, limit: int = 500, after: tuple[int, int] = (0, -1)) -> list[Booked]:
        """Booked messages that wait to be stored, in the order of their chunks."""
        waiting = [row.booked() for row in self._all() if row.entry.state is State.QUEUED]
        beyond = [booked for booked in waiting if (booked.position, booked.offset) > after]
        return sorted(beyond, key=lambda booked: (booked.position, booked.offset))[:limit]

    def quarantined(self, limit: int = 100, after: bytes = b"", sought: Sought = ANY) -> list[Quarantined]:
        """Messages in quarantine in order of their keys."""
        return memory_rows.listed((row.entry for row in self._all()), limit, after, sought)

    def copies(self, keys: Collection[bytes]) -> list[Quarantined]:
        """Those of the keys that are in quarantine, in order of their keys."""
        wanted = set(keys)
        entries = (row.entry for row in self._all() if row.entry.key in wanted)
        return memory_rows.listed(entries, len(wanted), b"", ANY)

    def alike(self, sought: Sought = ANY) -> list[Alike]:
        """What is in quarantine, messages that are alike as one; those that came last stand first."""
        entries = [row.entry for row in self._all()]
        return memory_rows.alike(memory_rows.listed(entries, len(entries), b"", sought))

    def discard(self, keys: Collection[bytes], reason: str, at: int) -> int:
        """Take messages out of quarantine for good, and keep the reason; gives how many."""
        with self._lock:
            known = [row.entry for row in self._all() if row.entry.key in keys and memory_rows.is_kept(row.entry)]
            for each in known:
                self._discarded[each.key] = Discarded(each.key, each.application, each.cause, reason, at)
            self.resettle([each._replace(state=State.IGNORED, cause=DISCARDED, decoder="") for each in known])
            return len(known)

    def discarded(self, keys: Collection[bytes]) -> dict[bytes, Discarded]:
        """Those of the keys that were discarded."""
        return {key: self._discarded[key] for key in keys if key in self._discarded}

    def discards(self, limit: int = 100) -> list[Discards]:
        """What was discarded together, the newest first."""
        with self._lock:
            return memory_rows.discards(self._discarded.values())[:limit]

    def ledger(self, since: date | None = None, until: date | None = None) -> list[LedgerRow]:
        """Counts per application and day (both ends included) of everything that is booked."""
        return [
            LedgerRow(
                *name,
                received=account.received,
                stored=account.in_state(State.STORED),
                ignored=account.in_state(State.IGNORED),
                quarantined=account.in_state(State.QUARANTINED),
                queued=account.in_state(State.QUEUED),
                duplicate=account.duplicate,
            )
            for name, account in self._between(since, until)
        ]

    def recount(self, day: date) -> list[tuple[LedgerRow, LedgerRow]]:
        """Each row of the ledger of a day, and beside it what the rows of the book come to."""
        counted = Counter((row.entry.application, row.entry.state) for row in self._all() if row.entry.day == day)
        found = []
        for row in self.ledger(day, day):
            states = {state.value: counted[row.application, state] for state in State}
            received = sum(states.values()) + row.duplicate
            found.append((row, LedgerRow(row.application, day, received, **states, duplicate=row.duplicate)))
        return found

    def causes(self, since: date | None = None, until: date | None = None) -> Mapping[tuple[str, str, str], int]:
        """(application, state, cause) → messages that are ignored or quarantined."""
        found: Counter[tuple[str, str, str]] = Counter()
        for (application, _), account in self._between(since, until):
            for (state, cause), count in account.states.items():
                if state in (State.IGNORED, State.QUARANTINED) and count:
                    found[application, state.value, cause] += count
        return dict(found)

    def _between(self, since: date | None, until: date | None) -> list[tuple[tuple[str, date], Account]]:
        first, last = since or date.min, until or date.max
        with self._lock:
            return [
                (name, account)
                for name, account in sorted(self._accounts.items(), key=lambda item: item[0])
                if first <= name[1] <= last
            ]

    def _all(self) -> list[Row]:
        with self._lock:
            return list(self._rows.values())

    def count_forwarded(self, application: str, start: int, end: int, device_ids: Collection[str]) -> dict[str, int]:
        """Uplinks per device_id whose `forwarded_at` (to the millisecond) lies in [start, end); 0 where none."""
        low, high = milliseconds_up(start), milliseconds_up(end)
        counts = Counter(
            key_device(row.entry.key)
            for row in self._all()
            if low <= forwarded_ms(row.entry.key, row.entry.lag_ms) < high
        )
        return {device_id: counts[device_hash(application, device_id)] for device_id in device_ids}

    def of_device(self, application: str, device_id: str, start: int, end: int, limit: int) -> list[Booked]:
        """Rows of one device whose frame time lies in [start, end), newest first."""
        device = device_hash(application, device_id)
        found = [
            row.booked()
            for row in self._all()
            if key_device(row.entry.key) == device and start <= key_time(row.entry.key) < end
        ]
        return sorted(found, reverse=True)[:limit]

    def droppable(self, settled_before: int) -> list[int]:
        """Positions of chunks booked before that time with nothing queued in them."""
        held = self._holding()
        with self._lock:
            return sorted(place for place, at in self._booked_at.items() if at < settled_before and place not in held)

    def _holding(self) -> set[int]:
        return {row.position for row in self._all() if row.entry.state is State.QUEUED}

    def prune(self, positions: Collection[int], frames_before: int) -> None:
        """Forget these chunks, and rows whose frame time and day lie before, unless queued or quarantined."""
        last = to_datetime(frames_before).date()
        with self._lock:
            for position in set(positions) - self._holding():
                self._booked_at.pop(position, None)
            done = (State.STORED, State.IGNORED)
            for row in self._all():
                entry = row.entry
                if entry.state in done and key_time(entry.key) < frames_before and entry.day <= last:
                    del self._rows[entry.key]
            for each in [each for each in self._discarded.values() if each.at < frames_before]:
                del self._discarded[each.key]

    def close(self) -> None:
        """Nothing to let go of."""
