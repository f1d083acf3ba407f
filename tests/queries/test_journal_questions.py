"""The ledger balances at any moment, and raw messages are found newest first."""

import threading
from datetime import date
from pathlib import Path

import pytest

from queries.ledger import Ledger, total
from queries.messages import Messages
from smartregion.clock import DAY, HOUR
from smartregion.model import Assignment, Message, State
from smartregion.region import parse
from store.journal.keys import uplink_key
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Entry
from store.registry.protocol import Sighting
from store.registry.sql import SqlRegistry

REGION = """
name = "Kreis"
[[tenants]]
key = "stadt"
name = "Stadt"
[[applications]]
id = "wasser"
server = "localhost"
tenant = "stadt"
domain = "water"
key_env = "SMARTREGION_WASSER"
"""
NOON = 20_000 * DAY + 12 * HOUR
TODAY = date.fromordinal(date(1970, 1, 1).toordinal() + 20_000)
STATES = (State.STORED, State.STORED, State.IGNORED, State.QUEUED)


def message(text: str = "{}", at: int = NOON) -> Message:
    return Message("mqtt", "wasser", "v3/wasser/devices/a/up", at, text.encode())


def entry(device_id: str, offset: int, time: int, state: State = State.STORED, number: int = 0) -> Entry:
    key = uplink_key("wasser", device_id, "", number, time)
    return Entry(key, offset, "wasser", TODAY, state, "" if state is State.STORED else "why")


def test_what_is_not_booked_yet_counts_as_queued() -> None:
    log, book = MemoryLog(), MemoryBook()
    ledger = Ledger(book, log)
    chunk = log.append([message() for _ in STATES])
    assert ledger.rows() == [("wasser", TODAY, 4, 0, 0, 0, 4, 0)]
    assert ledger.waiting() == 4

    book.settle(chunk.position, [entry("a", offset, NOON + offset, state) for offset, state in enumerate(STATES)])
    log.append([message()])
    assert ledger.rows() == [("wasser", TODAY, 5, 2, 1, 0, 2, 0)]
    assert ledger.causes()[("wasser", "ignored", "why")] == 1


def test_days_and_applications_narrow_it_down() -> None:
    log = MemoryLog()
    ledger = Ledger(MemoryBook(), log)
    log.append([message(), message(at=NOON - DAY), Message("mqtt", "klima", "", NOON, b"{}")])
    yesterday = TODAY.fromordinal(TODAY.toordinal() - 1)

    assert [(row.application, row.day) for row in ledger.rows()] == [
        ("klima", TODAY),
        ("wasser", yesterday),
        ("wasser", TODAY),
    ]
    assert [row.day for row in ledger.rows(since=TODAY, application="wasser")] == [TODAY]
    assert [row.day for row in ledger.rows(until=yesterday)] == [yesterday]
    assert total(ledger.rows()).received == 3


def test_it_balances_while_messages_come_in_and_are_booked() -> None:
    log, book = MemoryLog(), MemoryBook()
    ledger = Ledger(book, log)
    done = threading.Event()

    def work() -> None:
        for number in range(300):
            chunk = log.append([message() for _ in STATES])
            entries = [entry("a", offset, NOON + number, state, offset) for offset, state in enumerate(STATES)]
            book.settle(chunk.position, entries)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    while not done.is_set():
        for row in ledger.rows():
            assert row.received == row.stored + row.ignored + row.quarantined + row.queued + row.duplicate
    thread.join()
    assert total(ledger.rows()).received == 1200


@pytest.fixture
def registry(tmp_path: Path) -> SqlRegistry:
    made = SqlRegistry.open(tmp_path / "registry.sqlite", parse(REGION))
    made.sight([Sighting("wasser", "a", NOON), Sighting("wasser", "b", NOON - 1), Sighting("wasser", "c", NOON)])
    return made


def booked(log: MemoryLog, book: MemoryBook, device_id: str, times: list[int]) -> int:
    chunk = log.append([message(f'{{"at": {time}, "device": "{device_id}"}}', time) for time in times])
    book.settle(chunk.position, [entry(device_id, offset, time) for offset, time in enumerate(times)])
    return chunk.position


def test_messages_come_newest_first_from_all_devices_of_a_point(registry: SqlRegistry) -> None:
    log, book = MemoryLog(), MemoryBook()
    registry.assign(Assignment("wasser.b", "a", 0))
    booked(log, book, "a", [NOON - 2 * DAY, NOON])
    booked(log, book, "b", [NOON - DAY, NOON - 1])
    booked(log, book, "c", [NOON])
    messages = Messages(book, log, registry)

    found = messages.of_point("a")
    assert [each.time for each in found] == [NOON, NOON - 1, NOON - DAY, NOON - 2 * DAY]
    assert found[0].text == f'{{"at": {NOON}, "device": "a"}}'
    assert (found[1].device, found[1].state, found[1].source) == ("wasser.b", State.STORED, "mqtt")
    assert [each.time for each in messages.of_point("a", limit=2)] == [NOON, NOON - 1]
    assert [each.time for each in messages.of_point("a", before=NOON - 1)] == [NOON - DAY, NOON - 2 * DAY]


def test_no_request_looks_further_back_than_seven_days(registry: SqlRegistry) -> None:
    log, book = MemoryLog(), MemoryBook()
    booked(log, book, "a", [NOON - 8 * DAY, NOON - 6 * DAY])
    messages = Messages(book, log, registry)
    assert [each.time for each in messages.of_point("a")] == [NOON - 6 * DAY]
    assert [each.time for each in messages.of_point("a", before=NOON - 6 * DAY)] == [NOON - 8 * DAY]


def test_a_message_no_longer_in_the_log_is_still_told_of(registry: SqlRegistry) -> None:
    log, book = MemoryLog(), MemoryBook()
    log.drop([booked(log, book, "a", [NOON])])
    [found] = Messages(book, log, registry).of_point("a")
    assert (found.time, found.state, found.text, found.arrived_at) == (NOON, State.STORED, None, None)


def test_bytes_that_are_no_text_are_shown_as_far_as_they_are(registry: SqlRegistry) -> None:
    log, book = MemoryLog(), MemoryBook()
    chunk = log.append([Message("mqtt", "wasser", "", NOON, b'{"a": \xff}')])
    book.settle(chunk.position, [entry("a", 0, NOON)])
    assert Messages(book, log, registry).of_point("a")[0].text == '{"a": \N{REPLACEMENT CHARACTER}}'
