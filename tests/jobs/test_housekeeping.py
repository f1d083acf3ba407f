"""The log stays within its bound, and gives up only what is settled."""

from collections.abc import Collection
from datetime import date

from jobs.housekeeping import Housekeeping
from smartregion import logs
from smartregion.clock import DAY, ManualClock
from smartregion.model import Message, State
from smartregion.region import Region
from store.journal.keys import message_key
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Entry
from store.series.memory import MemorySeries

NOW = 20_000 * DAY
MEGABYTE = 1_000_000


class BigLog(MemoryLog):
    """Each of its chunks counts as one megabyte."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[int] = []

    def size(self) -> int:
        return len(self.kept) * MEGABYTE

    def drop(self, positions: Collection[int]) -> None:
        super().drop(positions)
        self.kept = [each for each in self.kept if each not in set(positions)]


class County:
    """A log with ten megabytes of room, and its book."""

    def __init__(self) -> None:
        self.region = Region.model_validate(
            {"name": "Kreis", "journal": {"max_megabytes": 10}, "tenants": [{"key": "dorf", "name": "Dorf"}]}
        )
        self.clock = ManualClock(NOW)
        self.log = BigLog()
        self.book = MemoryBook(clock=self.clock)
        self.saved = 0
        self.housekeeping = Housekeeping(
            self.region, self.log, self.book, MemorySeries(), self.clock, self._save, logs.get("test")
        )

    def _save(self) -> None:
        self.saved += 1

    def append(self, *, state: State | None) -> None:
        """One chunk, booked in that state, or not at all."""
        payload = str(len(self.log.kept)).encode() + str(self.clock.now()).encode()
        chunk = self.log.append([Message("mqtt", "a", "", NOW, payload)])
        self.log.kept.append(chunk.position)
        if state is not None:
            entry = Entry(message_key(payload, NOW), 0, "a", date(2024, 10, 4), state)
            self.book.settle(chunk.position, [entry])


def test_near_its_bound_the_log_gives_up_settled_chunks_the_oldest_first() -> None:
    county = County()
    for _ in range(10):
        county.append(state=State.STORED)
    county.clock.advance(1)

    county.housekeeping.make_room()

    assert county.log.size() <= 7 * MEGABYTE


def test_with_room_left_nothing_goes_before_its_time() -> None:
    county = County()
    for _ in range(8):
        county.append(state=State.STORED)
    county.clock.advance(1)

    county.housekeeping.make_room()

    assert len(county.log.kept) == 8


def test_what_waits_for_the_store_is_never_given_up() -> None:
    county = County()
    for _ in range(5):
        county.append(state=State.STORED)
    for _ in range(5):
        county.append(state=State.QUEUED)
    county.clock.advance(1)

    county.housekeeping.make_room()

    assert set(county.log.kept) >= {6, 7, 8, 9, 10}


def test_settled_chunks_go_after_their_days() -> None:
    county = County()
    county.append(state=State.STORED)
    county.append(state=State.QUEUED)
    county.clock.advance(2 * 86_400 + 1)

    county.housekeeping.retain()

    assert county.log.kept == [2]
    (row,) = county.book.ledger()
    assert (row.received, row.stored, row.queued) == (2, 1, 1)
