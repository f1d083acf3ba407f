"""For any sequence of events the ledger balances, and the books agree with each other and with their own rows."""

import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from smartregion.clock import HOUR, ManualClock
from smartregion.model import State
from store.journal.book_sqlite import SqliteBook
from store.journal.memory import MemoryBook
from store.journal.protocol import Book, Entry
from store.journal.quarantine import Sought
from tests.store.journal.making import NOON, TODAY, balances, make_entry, make_key

DEVICES = ["klima-01", "klima-02"]

entries = st.builds(
    lambda number, state, application, later, cause, detail, lag: make_entry(
        number,
        state,
        application=application,
        device_id=DEVICES[number % 2],
        time=NOON + number * HOUR,
        day=TODAY + timedelta(days=later),
        cause=cause,
        detail=detail,
        lag_ms=lag,
    ),
    st.integers(0, 30),
    st.sampled_from(State),
    st.sampled_from(["umwelt", "abfall"]),
    st.integers(0, 1),
    st.sampled_from(["", "join", "no decoder"]),
    st.sampled_from(["", "port 85 of klima-01", "port 2 of klima-02", "the checksum is wrong"]),
    st.sampled_from([0, 700, -3, 90_000, 9_000_000]),
)


class TwoBooks(RuleBasedStateMachine):
    """Does the same to both books and compares all that can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        clock = ManualClock(NOON)
        self.sqlite = SqliteBook(Path(self._folder.name) / "book.db", clock=clock)
        self.memory = MemoryBook(clock=clock)
        self.clock = clock
        self.received: Counter[tuple[str, date]] = Counter()
        self.position = 0

    def both(self) -> tuple[Book, Book]:
        return self.sqlite, self.memory

    @rule(batch=st.lists(entries, max_size=8), step=st.integers(-1, 2))
    def settle(self, batch: list[Entry], step: int) -> None:
        position = self.position + step
        placed = [entry._replace(offset=offset) for offset, entry in enumerate(batch)]
        duplicates = {book.settle(position, placed) for book in self.both()}
        assert len(duplicates) == 1
        if position > self.position:
            self.position = position
            self.received.update((entry.application, entry.day) for entry in placed)

    @rule(batch=st.lists(entries, max_size=8))
    def resettle(self, batch: list[Entry]) -> None:
        for book in self.both():
            book.resettle(batch)

    @rule(numbers=st.lists(st.integers(0, 30), max_size=5), reason=st.sampled_from(["a test", "not ours"]))
    def discard(self, numbers: list[int], reason: str) -> None:
        keys = [self._key(number, application) for number in numbers for application in ("umwelt", "abfall")]
        gone = {book.discard(keys, reason, self.clock.now()) for book in self.both()}
        assert len(gone) == 1
        assert [key for book in self.both() for key in keys if book.copies([key])] == []

    @rule(hours=st.integers(0, 20))
    def prune(self, hours: int) -> None:
        self.clock.advance(3600)
        for book in self.both():
            book.prune(book.droppable(NOON + hours * HOUR), NOON + hours * HOUR)

    @invariant()
    def ledger_balances(self) -> None:
        for book in self.both():
            assert all(balances(row) for row in book.ledger())
            assert {(row.application, row.day): row.received for row in book.ledger()} == self.received

    @invariant()
    def causes_add_up_to_the_ledger(self) -> None:
        for book in self.both():
            causes = book.causes()
            for state in ("ignored", "quarantined"):
                named = sum(count for (_, its, _), count in causes.items() if its == state)
                assert named == sum(getattr(row, state) for row in book.ledger())

    @invariant()
    def counts_agree_with_rows(self) -> None:
        rows = self.sqlite.ledger()
        assert len(self.sqlite.queued(1000)) == sum(row.queued for row in rows)
        assert len(self.sqlite.quarantined(1000)) == sum(row.quarantined for row in rows)

    @invariant()
    def books_agree(self) -> None:
        seen = [self._seen(book) for book in self.both()]
        assert seen[0] == seen[1]

    @invariant()
    def alike_messages_are_all_messages(self) -> None:
        kept = self.sqlite.quarantined(1000)
        groups = self.sqlite.alike()
        assert sum(group.messages for group in groups) == len(kept)
        for group in groups:
            those = self.sqlite.quarantined(1000, sought=Sought(alike=group.id))
            assert {each.cause for each in those} == {group.cause}
            assert len(self.sqlite.copies([each.key for each in those])) == len(those) == group.messages

    @staticmethod
    def _key(number: int, application: str) -> bytes:
        return make_key(number, application=application, device_id=DEVICES[number % 2], time=NOON + number * HOUR)

    def _seen(self, book: Book) -> list[object]:
        start, end = NOON + 2 * HOUR, NOON + 20 * HOUR
        return [
            book.position(),
            book.ledger(),
            book.causes(),
            book.queued(1000),
            book.quarantined(1000),
            book.alike(),
            book.alike(Sought(application="umwelt", words="PORT")),
            book.quarantined(1000, sought=Sought(cause="no decoder", words="klima")),
            book.discards(),
            book.discarded([self._key(number, "umwelt") for number in range(31)]),
            book.droppable(NOON + 1000 * HOUR),
            book.count_forwarded("umwelt", start, end, DEVICES),
            book.of_device("umwelt", DEVICES[0], start, end, 1000),
        ]

    def teardown(self) -> None:
        self.sqlite.close()
        self._folder.cleanup()


TestTwoBooks = TwoBooks.TestCase
TestTwoBooks.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
