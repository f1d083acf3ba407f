"""What every book promises of its quarantine: what is alike, what is sought, what is discarded and why."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from smartregion.clock import DAY, HOUR, SECOND, ManualClock
from smartregion.errors import Unavailable
from smartregion.model import State
from store.journal.book_sqlite import SqliteBook
from store.journal.keys import message_key
from store.journal.memory import MemoryBook
from store.journal.protocol import Book, Entry
from store.journal.quarantine import Discarded, Discards, Sought
from tests.store.journal.making import (
    NOON,
    TODAY,
    WITHOUT_ALIKE,
    balances,
    change_file,
    make_entry,
    make_key,
    make_message,
    total,
)


@pytest.fixture(params=["sqlite", "memory"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Book]:
    clock = ManualClock(NOON)
    made: Book = SqliteBook(tmp_path / "book.db", clock=clock) if request.param == "sqlite" else MemoryBook(clock=clock)
    yield made
    made.close()


def kept(number: int, cause: str = "decoder failed", detail: str = "", *, application: str = "umwelt") -> Entry:
    """A message in quarantine that arrived `number` seconds after noon."""
    message = make_message(
        f'{{"device_id": "klima-{number:02d}"}}'.encode(),
        application=application,
        arrived_at=NOON + number * SECOND,
        topic=f"v3/{application}/devices/klima-{number:02d}/up",
    )
    return make_entry(
        number, State.QUARANTINED, application=application, cause=cause, detail=detail, message=message, time=NOON
    )


def test_alike_messages_stand_as_one_with_the_first_and_the_last(book: Book) -> None:
    same = [kept(number, detail=f"item 0x{number:02x} at byte {number} is cut short") for number in range(3)]
    other = kept(3, detail="the checksum is wrong")
    foreign = kept(4, detail="item 0x01 at byte 7 is cut short", application="abfall")
    book.settle(1, [*same, other, foreign, make_entry(5)])

    found = book.alike()

    assert [(each.application, each.words, each.messages) for each in found] == [
        ("abfall", "item … at byte … is cut short", 1),
        ("umwelt", "the checksum is wrong", 1),
        ("umwelt", "item … at byte … is cut short", 3),
    ]
    assert (found[2].first, found[2].last, found[2].cause) == (NOON, NOON + 2 * SECOND, "decoder failed")
    assert found[2].example == max(each.key for each in same)
    assert [each.key for each in book.quarantined(sought=Sought(alike=found[2].id))] == sorted(
        each.key for each in same
    )


@pytest.mark.parametrize(
    ("sought", "numbers"),
    [
        (Sought(), {0, 1, 2, 3}),
        (Sought(application="umwelt"), {0, 1, 2}),
        (Sought(cause="malformed"), {2, 3}),
        (Sought(application="umwelt", cause="malformed"), {2}),
        (Sought(words="CUT"), {0, 1}),
        (Sought(words="KLIMA-03/UP"), {3}),
        (Sought(words='"klima-02"'), {2}),
        (Sought(words="%"), set()),
        (Sought(words="ö"), {1}),
        (Sought(alike="0"), set()),
    ],
)
def test_the_quarantine_is_narrowed_down(book: Book, sought: Sought, numbers: set[int]) -> None:
    entries = [
        kept(0, detail="Cut short"),
        kept(1, detail="cut short: ö"),
        kept(2, "malformed", "no JSON"),
        kept(3, "malformed", "no JSON", application="abfall"),
    ]
    book.settle(1, entries)

    found = book.quarantined(sought=sought)

    assert {each.key for each in found} == {entries[number].key for number in numbers}
    assert sum(each.messages for each in book.alike(sought)) == len(numbers)
    if found:
        assert book.quarantined(10, found[0].key, sought) == found[1:]
        assert book.quarantined(1, sought=sought) == found[:1]


def test_copies_are_found_by_key_however_many_are_asked_for(book: Book) -> None:
    book.settle(1, [kept(number % 60) for number in range(60)])
    keys = [make_key(number) for number in range(1000)]

    assert [each.key for each in book.copies(keys)] == sorted(make_key(number) for number in range(60))
    assert book.copies([]) == []


def test_a_message_with_a_new_cause_is_alike_to_others(book: Book) -> None:
    book.settle(1, [kept(0, "no decoder", "no decoder for a/b"), kept(1, "decoder failed", "the checksum is wrong")])
    again = kept(0, "decoder failed", "the checksum is wrong")

    book.resettle([again._replace(message=None, application="elsewhere")])

    assert [(each.application, each.words, each.messages) for each in book.alike()] == [
        ("umwelt", "the checksum is wrong", 2)
    ]


def test_what_leaves_the_quarantine_is_not_counted_there(book: Book) -> None:
    book.settle(1, [kept(0), kept(1, "malformed")])

    book.resettle([make_entry(0)])

    assert [each.cause for each in book.alike()] == ["malformed"]


def test_a_discarded_message_is_ignored_and_its_reason_kept(book: Book) -> None:
    book.settle(1, [kept(0, "malformed"), kept(1), make_entry(2), make_entry(3, State.QUEUED)])
    keys = [make_key(number) for number in range(5)]

    assert book.discard(keys, "a tester's device", NOON + HOUR) == 2

    assert book.quarantined() == []
    assert book.alike() == []
    assert book.causes() == {("umwelt", "ignored", "discarded"): 2}
    counts = total(book)
    assert (counts.received, counts.stored, counts.ignored, counts.queued) == (4, 1, 2, 1)
    assert book.discarded(keys) == {
        keys[0]: Discarded(keys[0], "umwelt", "malformed", "a tester's device", NOON + HOUR),
        keys[1]: Discarded(keys[1], "umwelt", "decoder failed", "a tester's device", NOON + HOUR),
    }
    assert book.find([keys[0]])[keys[0]].state is State.IGNORED


def test_a_repeat_of_a_discarded_message_is_a_duplicate(book: Book) -> None:
    book.settle(1, [kept(0)])
    book.discard([make_key(0)], "seen", NOON)

    assert book.settle(2, [kept(0)]) == 1
    assert book.quarantined() == []


def test_discarding_again_changes_nothing(book: Book) -> None:
    book.settle(1, [kept(0)])
    book.discard([make_key(0)], "first", NOON)

    assert book.discard([make_key(0)], "second", NOON + HOUR) == 0
    assert [each.reason for each in book.discards()] == ["first"]


def test_what_went_together_is_told_as_one_the_newest_first(book: Book) -> None:
    book.settle(1, [kept(number) for number in range(3)])
    book.discard([make_key(0), make_key(1)], "old", NOON)
    book.discard([make_key(2)], "new", NOON + HOUR)

    newest = Discards(NOON + HOUR, "new", "umwelt", "decoder failed", 1)
    assert book.discards() == [newest, Discards(NOON, "old", "umwelt", "decoder failed", 2)]
    assert book.discards(limit=1) == [newest]


def test_reasons_are_kept_as_long_as_rows_also_of_messages_without_a_time(book: Book) -> None:
    key = message_key(b"{", 0)
    book.settle(1, [kept(0)._replace(key=key)])
    book.discard([key], "noise", NOON)

    book.prune([], frames_before=NOON - DAY)
    assert book.discarded([key])[key].reason == "noise"
    assert book.known([key]) == {key}

    book.prune([], frames_before=NOON + DAY)
    assert (book.discarded([key]), book.known([key])) == ({}, set())
    assert total(book).ignored == 1


def test_the_rows_of_a_day_counted_anew_agree_with_the_ledger(book: Book) -> None:
    tomorrow = TODAY + timedelta(days=1)
    timeless = make_entry(7, State.IGNORED)._replace(key=message_key(b"join", 0))
    states = [State.STORED, State.IGNORED, State.QUARANTINED, State.QUEUED, State.STORED]
    entries = [make_entry(number, state) for number, state in enumerate(states)]
    # Where a zone is ahead of UTC, its day begins before ours.
    early = make_entry(8, time=NOON - 12 * HOUR - 14 * HOUR)
    book.settle(1, [*entries, timeless, early, make_entry(0), make_entry(9, day=tomorrow, time=NOON + DAY)])
    book.settle(2, [make_entry(6, application="abfall")])
    book.resettle([make_entry(3)])

    (waste, waste_rows), (row, rows) = book.recount(TODAY)

    assert (waste.application, waste) == ("abfall", waste_rows)
    assert row == rows
    assert (row.received, row.stored, row.ignored, row.quarantined, row.queued, row.duplicate) == (8, 4, 2, 1, 0, 1)
    assert [one == two for one, two in book.recount(tomorrow)] == [True]
    assert book.recount(date(2000, 1, 1)) == []


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM entry WHERE state = 1",
        "UPDATE account SET stored = stored - 1, received = received - 1",
        "UPDATE account SET duplicate = duplicate + 1",
        "UPDATE entry SET state = 2 WHERE state = 3",
    ],
)
def test_a_ledger_that_lies_is_found_out(tmp_path: Path, damage: str) -> None:
    with closing(SqliteBook(tmp_path / "book.db")) as book:
        book.settle(1, [make_entry(0), kept(1)])
    change_file(tmp_path / "book.db", damage)
    with closing(SqliteBook(tmp_path / "book.db")) as book:
        ((row, rows),) = book.recount(TODAY)

    assert row != rows
    assert balances(rows)


def test_a_file_of_before_learns_which_of_its_messages_are_alike(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    with closing(SqliteBook(path)) as book:
        book.settle(1, [kept(number, detail=f"byte {number}") for number in range(1200)])
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"{WITHOUT_ALIKE} PRAGMA user_version = 2")

    with closing(SqliteBook.reader(path)) as before, pytest.raises(Unavailable, match="start the service once"):
        before.alike()
    with closing(SqliteBook(path)) as book:
        assert [(each.words, each.messages) for each in book.alike()] == [("byte …", 1200)]
        assert len(book.quarantined(2000)) == 1200
