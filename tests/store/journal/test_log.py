"""What every log promises."""

import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartregion.clock import DAY
from smartregion.errors import Unavailable
from smartregion.model import Message
from store.journal.log_sqlite import SqliteLog
from store.journal.memory import MemoryLog
from store.journal.protocol import Chunk, Log, Waiting
from tests.store.journal.making import NOON, make_message

MakeLog = Callable[..., Log]


@pytest.fixture(params=["sqlite", "memory"])
def make_log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeLog]:
    """Makes one log of the kind under test, limit and first position as asked for."""
    made: list[Log] = []

    def make(*, limit_bytes: int | None = None, after: int = 0) -> Log:
        path = tmp_path / f"log-{len(made)}.db"
        sqlite = request.param == "sqlite"
        made.append(
            SqliteLog(path, limit_bytes=limit_bytes, after=after)
            if sqlite
            else MemoryLog(limit_bytes=limit_bytes, after=after)
        )
        return made[-1]

    yield make
    for log in made:
        log.close()


@pytest.fixture
def log(make_log: MakeLog) -> Log:
    return make_log()


def payloads(log: Log, after: int = 0, limit: int = 1000) -> list[list[bytes]]:
    return [[message.payload for message in chunk.messages] for chunk in log.read(after, limit)]


def test_messages_come_back_as_they_were_received(log: Log) -> None:
    messages = [
        make_message(b"\x00\xff", topic="v3/umwelt@kreis/devices/ä/up"),
        Message("webhook", "", "", -5, b""),
        make_message(b"x" * 1_000_000),
    ]

    chunk = log.append(messages)

    assert chunk.messages == tuple(messages)
    assert log.get(chunk.position) == chunk
    assert list(log.read(0)) == [chunk]


def test_positions_begin_above_0_and_rise(log: Log) -> None:
    positions = [log.append([make_message()]).position for _ in range(5)]

    assert positions == sorted(set(positions))
    assert positions[0] > 0


def test_a_position_never_comes_twice_even_when_all_chunks_were_dropped(log: Log) -> None:
    first = log.append([make_message()]).position
    last = log.append([make_message()]).position
    log.drop([first, last])

    assert log.append([make_message()]).position > last


def test_a_new_log_can_begin_after_what_an_old_book_has_booked(make_log: MakeLog) -> None:
    assert make_log(after=700).append([make_message()]).position > 700


def test_read_gives_chunks_after_a_position_lowest_first_up_to_the_limit(log: Log) -> None:
    positions = [log.append([make_message(b"%d" % n)]).position for n in range(4)]

    assert payloads(log, after=positions[0], limit=2) == [[b"1"], [b"2"]]
    assert payloads(log, after=positions[3]) == []
    assert len(list(log.read(0))) == 1


def test_read_passes_over_dropped_chunks(log: Log) -> None:
    positions = [log.append([make_message(b"%d" % n)]).position for n in range(4)]
    log.drop([positions[1], positions[2]])

    assert payloads(log) == [[b"0"], [b"3"]]
    assert log.get(positions[1]) is None


def test_a_chunk_appended_while_reading_is_read_too(log: Log) -> None:
    log.append([make_message(b"first")])
    chunks = log.read(0, 10)
    next(chunks)
    log.append([make_message(b"second")])

    assert [chunk.messages[0].payload for chunk in chunks] == [b"second"]


def test_dropping_twice_or_what_never_was_is_no_error(log: Log) -> None:
    position = log.append([make_message()]).position
    log.drop([position])
    log.drop([position, 12_345])
    log.drop([])

    assert list(log.read(0)) == []


def test_a_chunk_without_messages_is_refused(log: Log) -> None:
    with pytest.raises(ValueError, match="at least one"):
        log.append([])
    assert list(log.read(0)) == []


def test_waiting_counts_per_application_and_day_of_arrival(log: Log) -> None:
    booked = log.append([make_message(), make_message()]).position
    log.append([make_message(), make_message(application="wasser"), make_message(arrived_at=NOON + DAY)])
    log.append([make_message(), make_message(application="", arrived_at=-1)])

    assert log.waiting(booked) == [
        Waiting("", date(1969, 12, 31), 1),
        Waiting("umwelt", date(2024, 10, 4), 2),
        Waiting("umwelt", date(2024, 10, 5), 1),
        Waiting("wasser", date(2024, 10, 4), 1),
    ]
    assert sum(each.count for each in log.waiting(0)) == 7


def test_dropped_chunks_wait_no_more(log: Log) -> None:
    log.drop([log.append([make_message()]).position])

    assert log.waiting(0) == []


def test_size_grows_with_chunks_and_falls_when_they_are_dropped(log: Log, noise: list[Message]) -> None:
    empty = log.size()
    position = log.append(noise).position
    full = log.size()
    log.drop([position])

    assert full > empty
    assert log.size() == empty


def test_at_its_limit_the_log_refuses_and_keeps_nothing_half_until_there_is_room_again(
    make_log: MakeLog, noise: list[Message]
) -> None:
    log = make_log(limit_bytes=500_000)
    kept: list[Chunk] = []
    with pytest.raises(Unavailable, match="full"):
        kept.extend(log.append([message]) for message in noise)

    assert list(log.read(0, 1000)) == kept
    assert sum(each.count for each in log.waiting(0)) == len(kept) > 2

    log.drop([kept[0].position, kept[1].position])
    again = log.append([noise[len(kept)]])

    assert again.position > kept[-1].position
    assert list(log.read(0, 1000)) == [*kept[2:], again]


@pytest.fixture
def noise() -> list[Message]:
    """Messages that don't compress, 60 KB each."""
    dice = random.Random(1)
    return [make_message(dice.randbytes(60_000)) for _ in range(20)]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
messages = st.builds(Message, texts, texts, texts, st.integers(-(10**18), 4 * 10**18), st.binary(max_size=200))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chunks=st.lists(st.lists(messages, min_size=1, max_size=5), max_size=4))
def test_whatever_was_appended_is_read_and_counted(make_log: MakeLog, chunks: list[list[Message]]) -> None:
    log = make_log()
    appended = [log.append(chunk) for chunk in chunks]

    assert list(log.read(0, 10)) == appended
    assert sum(each.count for each in log.waiting(0)) == sum(map(len, chunks))
    log.close()
