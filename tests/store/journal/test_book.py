"""What every book promises."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from smartregion.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from smartregion.model import State
from store.journal.book_sqlite import SqliteBook
from store.journal.keys import lag_ms, message_key
from store.journal.memory import MemoryBook
from store.journal.protocol import Book, Booked, Entry, LedgerRow, Quarantined
from tests.store.journal.making import NOON, TODAY, make_entry, make_key, make_message, total

MILLISECOND = 1_000_000


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture(params=["sqlite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Iterator[Book]:
    made: Book = SqliteBook(tmp_path / "book.db", clock=clock) if request.param == "sqlite" else MemoryBook(clock=clock)
    yield made
    made.close()


def row(**counts: int) -> LedgerRow:
    return LedgerRow("umwelt", TODAY, **counts)


def test_an_empty_book_knows_nothing(book: Book) -> None:
    assert book.position() == 0
    assert book.known([make_key()]) == set()
    assert (book.ledger(), book.queued(), book.quarantined(), book.droppable(NOON)) == ([], [], [], [])
    assert book.causes() == {}


def test_each_state_is_counted_and_received_is_their_sum(book: Book) -> None:
    states = [State.STORED, State.STORED, State.IGNORED, State.QUARANTINED, State.QUEUED]
    book.settle(1, [make_entry(number, state) for number, state in enumerate(states)])

    assert book.ledger() == [row(received=5, stored=2, ignored=1, quarantined=1, queued=1)]
    assert book.position() == 1


def test_counts_are_kept_per_application_and_day_and_found_by_day(book: Book) -> None:
    tomorrow = TODAY + timedelta(days=1)
    book.settle(
        1,
        [make_entry(0), make_entry(1, application="abfall"), make_entry(2, day=tomorrow), make_entry(3, day=date.min)],
    )

    assert [(each.application, each.day) for each in book.ledger()] == [
        ("abfall", TODAY),
        ("umwelt", date.min),
        ("umwelt", TODAY),
        ("umwelt", tomorrow),
    ]
    assert len(book.ledger(since=tomorrow)) == 1
    assert len(book.ledger(until=TODAY)) == 3
    assert len(book.ledger(since=TODAY, until=TODAY)) == 2


def test_booking_the_same_or_an_earlier_position_changes_nothing(book: Book) -> None:
    book.settle(5, [make_entry(0)])

    assert book.settle(5, [make_entry(0), make_entry(1)]) == 0
    assert book.settle(4, [make_entry(2)]) == 0
    assert book.position() == 5
    assert book.ledger() == [row(received=1, stored=1)]


def test_a_repeat_counts_as_duplicate_and_leaves_the_first_as_it_was(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED)])

    assert book.settle(2, [make_entry(0, State.STORED), make_entry(1)]) == 1
    assert book.ledger() == [row(received=3, stored=1, queued=1, duplicate=1)]
    assert [(each.position, each.offset) for each in book.queued()] == [(1, 0)]


def test_a_repeat_in_one_batch_counts_as_duplicate(book: Book) -> None:
    twice = make_entry(0)
    entries = [twice, make_entry(0, State.IGNORED, offset=1), make_entry(1, offset=2), twice]

    assert book.settle(1, entries) == 2
    assert book.ledger() == [row(received=4, stored=2, duplicate=2)]


def test_a_repeat_is_counted_where_it_arrived(book: Book) -> None:
    book.settle(1, [make_entry(0)])
    book.settle(2, [make_entry(0)._replace(day=TODAY + timedelta(days=1))])

    assert [(each.stored, each.duplicate) for each in book.ledger()] == [(1, 0), (0, 1)]


def test_a_repeat_of_a_quarantined_message_leaves_its_copy(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUARANTINED, cause="malformed", message=make_message(b"first"))])
    book.settle(2, [make_entry(0, State.QUARANTINED, cause="refused", message=make_message(b"second"))])

    assert [(each.cause, each.message.payload) for each in book.quarantined()] == [("malformed", b"first")]
    assert book.causes() == {("umwelt", "quarantined", "malformed"): 1}


def test_an_empty_chunk_moves_the_position(book: Book) -> None:
    assert book.settle(3, []) == 0
    assert book.position() == 3


def test_known_gives_those_that_have_a_row_however_many_are_asked_for(book: Book) -> None:
    book.settle(1, [make_entry(number) for number in range(0, 1200, 2)])
    asked = [make_key(number) for number in range(1200)]

    assert book.known(asked) == set(asked[::2])
    assert book.known([]) == set()


def test_queued_messages_come_in_the_order_of_their_chunks(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED, time=NOON + HOUR), make_entry(1), make_entry(2, State.QUEUED)])
    book.settle(2, [make_entry(3, State.QUEUED, offset=0, time=NOON - HOUR)])

    assert [(each.position, each.offset) for each in book.queued()] == [(1, 0), (1, 2), (2, 0)]
    assert book.queued(limit=1) == [Booked(make_key(0, time=NOON + HOUR), 1, 0, State.QUEUED, "")]
    assert [(each.position, each.offset) for each in book.queued(after=(1, 0))] == [(1, 2), (2, 0)]
    assert book.queued(after=(2, 0)) == []


def test_quarantine_keeps_a_copy_and_pages_by_key(book: Book) -> None:
    kept = make_entry(7, State.QUARANTINED, cause="no decoder", detail="acme/x", message=make_message(b"\xff"))
    others = [make_entry(number, State.QUARANTINED, time=NOON + number) for number in range(1, 4)]
    book.settle(1, [*others, kept])
    first = book.quarantined(limit=1)

    assert first == [Quarantined(kept.key, "umwelt", TODAY, "no decoder", "acme/x", make_message(b"\xff"))]
    assert [each.key for each in book.quarantined(after=kept.key)] == sorted(entry.key for entry in others)


def test_a_quarantined_entry_without_its_message_is_refused_and_nothing_is_booked(book: Book) -> None:
    with pytest.raises(ValueError, match="without a copy"):
        book.settle(1, [make_entry(0), make_entry(1, State.QUARANTINED)._replace(message=None)])

    assert book.position() == 0
    assert book.known([make_key(0)]) == set()
    assert book.ledger() == []


@pytest.mark.parametrize("new", State)
@pytest.mark.parametrize("old", State)
def test_a_new_state_moves_one_message_in_the_counts(book: Book, old: State, new: State) -> None:
    book.settle(1, [make_entry(0, old, cause="before"), make_entry(1)])
    book.resettle([make_entry(0, new, cause="after")])

    counts = dict.fromkeys((state.value for state in State), 0)
    counts["stored"] += 1
    counts[new.value] += 1
    assert book.ledger() == [row(received=2, **counts)]
    named = new in (State.IGNORED, State.QUARANTINED)
    assert book.causes() == ({("umwelt", new.value, "after"): 1} if named else {})
    assert len(book.queued()) == (new is State.QUEUED)
    assert len(book.quarantined()) == (new is State.QUARANTINED)


def test_a_message_stays_in_its_account_and_place_whatever_the_new_entry_says(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED)])
    moved = make_entry(0, State.QUEUED, offset=9)._replace(application="abfall", day=date.max, cause="store away")
    book.resettle([moved])

    assert book.ledger() == [row(received=1, queued=1)]
    assert book.queued() == [Booked(make_key(0), 1, 0, State.QUEUED, "store away")]


def test_the_last_state_given_for_a_message_stands(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED)])
    book.resettle([make_entry(0, State.STORED), make_entry(0, State.IGNORED, cause="join")])

    assert book.ledger() == [row(received=1, ignored=1)]


def test_new_states_of_unknown_messages_are_passed_over(book: Book) -> None:
    book.resettle([make_entry(0)])
    book.resettle([])

    assert book.ledger() == []


def test_what_stays_in_quarantine_keeps_its_copy_under_its_new_cause(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUARANTINED, cause="no decoder", message=make_message(b"bytes"))])
    entry = make_entry(0, State.QUARANTINED, cause="decoder failed", detail="cut short")._replace(message=None)
    book.resettle([entry])

    expected = Quarantined(make_key(0), "umwelt", TODAY, "decoder failed", "cut short", make_message(b"bytes"))
    assert book.quarantined() == [expected]


def test_nothing_goes_to_quarantine_without_its_message(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED), make_entry(1, State.QUEUED)])
    with pytest.raises(ValueError, match="without a copy"):
        book.resettle([make_entry(0), make_entry(1, State.QUARANTINED)._replace(message=None)])

    assert book.ledger() == [row(received=2, queued=2)]
    assert len(book.queued()) == 2


def test_causes_are_counted_per_application_and_found_by_day(book: Book) -> None:
    tomorrow = TODAY + timedelta(days=1)
    book.settle(
        1,
        [
            make_entry(0, State.IGNORED, cause="join"),
            make_entry(1, State.IGNORED, cause="join", day=tomorrow),
            make_entry(2, State.IGNORED, cause="simulated"),
            make_entry(3, State.QUARANTINED, cause="malformed", application=""),
            make_entry(4, State.STORED, cause="never counted"),
        ],
    )

    assert book.causes() == {
        ("", "quarantined", "malformed"): 1,
        ("umwelt", "ignored", "join"): 2,
        ("umwelt", "ignored", "simulated"): 1,
    }
    assert book.causes(since=tomorrow) == {("umwelt", "ignored", "join"): 1}


def forwarded(book: Book, start: int, end: int) -> int:
    return book.count_forwarded("umwelt", start, end, ["klima-01"])["klima-01"]


@pytest.mark.parametrize("lag", [-400 * DAY, -HOUR, -2 * MINUTE, -1, 0, SECOND, 2 * MINUTE, 3 * HOUR, 30 * DAY])
@pytest.mark.parametrize("width", [SECOND, MINUTE, 6 * HOUR, 40 * DAY])
def test_uplinks_are_counted_by_when_they_were_forwarded(book: Book, lag: int, width: int) -> None:
    at = NOON + lag
    book.settle(1, [make_entry(0, lag_ms=lag_ms(NOON, at))])
    exact = at // MILLISECOND * MILLISECOND

    assert forwarded(book, exact, exact + width) == 1
    assert forwarded(book, exact - width, exact) == 0
    assert forwarded(book, exact - width, exact + 1) == 1
    assert forwarded(book, exact + 1, exact + width) == 0


def test_neighbouring_windows_count_each_uplink_once(book: Book) -> None:
    book.settle(1, [make_entry(n, time=NOON + n * 7 * SECOND + n, lag_ms=n * 137 % 250_000) for n in range(300)])
    edges = [NOON - HOUR, NOON + 333 * SECOND + 17, NOON + 20 * MINUTE, NOON + 3 * HOUR]

    parts = [forwarded(book, start, end) for start, end in pairwise(edges)]

    assert sum(parts) == forwarded(book, edges[0], edges[-1]) == 300
    assert min(parts) > 0


def test_uplinks_are_counted_per_device_and_only_of_that_application(book: Book) -> None:
    book.settle(
        1,
        [
            make_entry(0),
            make_entry(1, device_id="klima-02"),
            make_entry(2, device_id="klima-02", state=State.QUARANTINED),
            make_entry(3, application="abfall"),
            make_entry(4)._replace(key=message_key(b"{}", NOON)),
        ],
    )
    book.settle(2, [make_entry(0)])

    counts = book.count_forwarded("umwelt", NOON - DAY, NOON + DAY, ["klima-01", "klima-02", "klima-03"])
    assert counts == {"klima-01": 1, "klima-02": 2, "klima-03": 0}


def test_the_widest_window_counts_all(book: Book) -> None:
    book.settle(1, [make_entry(0), make_entry(1, time=-(2**63)), make_entry(2, time=2**63 - 1)])

    assert forwarded(book, -(2**63) - MILLISECOND, 2**63 - 1) == 3


def test_rows_of_a_device_come_newest_first_within_the_window(book: Book) -> None:
    book.settle(1, [make_entry(n, time=NOON + n * HOUR, cause=str(n)) for n in range(5)])
    book.settle(2, [make_entry(9, device_id="klima-02", time=NOON + HOUR)])

    found = book.of_device("umwelt", "klima-01", NOON + HOUR, NOON + 4 * HOUR, limit=10)

    assert [(each.position, each.offset, each.cause) for each in found] == [(1, 3, "3"), (1, 2, "2"), (1, 1, "1")]
    assert len(book.of_device("umwelt", "klima-01", NOON, NOON + DAY, limit=2)) == 2
    assert book.of_device("abfall", "klima-01", NOON, NOON + DAY, limit=2) == []


def test_a_chunk_can_be_dropped_once_nothing_in_it_is_queued(book: Book, clock: ManualClock) -> None:
    book.settle(1, [make_entry(0), make_entry(1, State.QUARANTINED)])
    book.settle(2, [make_entry(2), make_entry(3, State.QUEUED, offset=1)])
    clock.advance(60)
    book.settle(3, [make_entry(4, State.IGNORED, offset=0)])

    assert book.droppable(NOON) == []
    assert book.droppable(NOON + SECOND) == [1]
    assert book.droppable(NOON + 61 * SECOND) == [1, 3]
    book.resettle([make_entry(3)])
    assert book.droppable(NOON + SECOND) == [1, 2]


def test_a_message_queued_again_holds_its_chunk_again(book: Book) -> None:
    book.settle(1, [make_entry(0)])
    book.resettle([make_entry(0, State.QUEUED)])

    assert book.droppable(NOON + DAY) == []


def test_pruned_chunks_and_old_rows_are_forgotten_but_not_the_counts(book: Book) -> None:
    book.settle(1, [make_entry(0), make_entry(1, State.IGNORED, cause="join"), make_entry(2, time=NOON + DAY)])
    before = book.ledger(), book.causes()
    book.prune([1, 77], frames_before=NOON + HOUR)

    assert book.droppable(NOON + DAY) == []
    assert book.known([make_key(0), make_key(1), make_key(2, time=NOON + DAY)]) == {make_key(2, time=NOON + DAY)}
    assert (book.ledger(), book.causes()) == before
    assert book.position() == 1


def test_pruning_keeps_what_is_queued_or_quarantined(book: Book) -> None:
    book.settle(1, [make_entry(0, State.QUEUED), make_entry(1, State.QUARANTINED), make_entry(2)])
    book.prune([1], frames_before=NOON + DAY)

    assert len(book.queued()) == len(book.quarantined()) == 1
    book.resettle([make_entry(0), make_entry(1, State.IGNORED)])
    assert book.ledger() == [row(received=3, stored=2, ignored=1)]
    assert book.droppable(NOON + DAY) == [1]


def test_every_entry_of_a_large_mixed_batch_is_accounted_for(book: Book) -> None:
    def entry(number: int) -> Entry:
        return make_entry(number % 700, list(State)[number % 4], offset=number, application=f"a{number % 3}")

    known = book.settle(1, [entry(number) for number in range(1000)])
    again = book.settle(2, [entry(number) for number in range(1000)])

    found = total(book)
    assert found.received == 2000
    assert found.duplicate == known + again
    assert again == 1000
