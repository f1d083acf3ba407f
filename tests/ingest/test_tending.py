"""What is asked of the quarantine is done between live chunks, once, and says what became of it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from decoders import catalogue
from decoders.decoder import Frame
from decoders.library import Library
from ingest.tending import SLICE, Tending
from queries.quarantine import Act, QuarantineOrder, QuarantineProgress
from simulator.uplinks import render
from smartregion.clock import MINUTE
from smartregion.errors import Misconfigured, Undecodable
from smartregion.model import Decoded, Message, Profile, State
from store.journal.book_sqlite import SqliteBook
from store.journal.quarantine import Sought
from tests.ingest.conftest import frame
from tests.ingest.offering import library_with
from tests.ingest.test_pipeline import NOW, Line, PickySeries, make_region, uplink
from tests.ingest.world import assert_balanced, running

BROKEN = "the checksum is wrong"


class Mended:
    """A decoder that refuses all frames until it is mended."""

    def __init__(self) -> None:
        found = catalogue.find(Profile("milesight-iot", "em300-th"))
        assert found is not None
        self._read = found.read
        self.broken = True
        self.library: Library = library_with(replace(found, read=self.read))

    def read(self, given: Frame) -> Decoded:
        if self.broken:
            raise Undecodable(BROKEN)
        return self._read(given)


@pytest.fixture
def mended() -> Mended:
    return Mended()


@pytest.fixture
def series() -> PickySeries:
    return PickySeries()


@pytest.fixture
def line(tmp_path: Path, mended: Mended, series: PickySeries) -> Iterator[Line]:
    made = Line(tmp_path, series, mended.library)
    yield made
    assert_balanced(made.book)
    made.registry.close()


def retry(*keys: bytes, **sought: str) -> QuarantineOrder:
    return QuarantineOrder(act=Act.RETRY, at=NOW, keys=keys, sought=Sought(**sought))


def done(line: Line, order: QuarantineOrder, seconds: Sequence[float] = (0.0,)) -> QuarantineProgress:
    """Do an order to its end; `seconds`: what the clock tells, the last one for ever."""
    ticks = iter(seconds[:-1])
    tending = Tending(line.book, line.pipeline, lambda: next(ticks, seconds[-1]))
    tending.start(order)
    for _ in range(1000):
        tending.step()
        found = tending.progress()
        assert found is not None
        if found.state != "running":
            return found
    raise AssertionError("it never ends")


def take_broken(line: Line, number: int) -> None:
    line.take(*(uplink(each, NOW - each * MINUTE) for each in range(number)))


def test_after_a_decoder_was_mended_all_messages_of_a_cause_are_stored(line: Line, mended: Mended) -> None:
    take_broken(line, 2 * SLICE + 50)
    line.take(b"{")
    mended.broken = False

    progress = done(line, retry(cause="decoder failed"))

    assert (progress.state, progress.total, progress.done) == ("complete", 250, 250)
    assert (progress.stored, progress.ignored, progress.stayed, progress.held) == (250, 0, 0, 0)
    assert line.causes() == [("quarantined", "malformed")]
    assert sum(row.stored for row in line.book.ledger()) == 250
    assert ("klima-01", "air.temperature") in line.values()


def test_what_a_decoder_still_refuses_stays_with_what_it_says_now(line: Line) -> None:
    take_broken(line, 3)

    progress = done(line, retry())

    assert (progress.stored, progress.stayed) == (0, 3)
    assert {each.detail for each in line.book.quarantined()} == {BROKEN}


def test_the_decoder_that_refused_a_message_is_named(line: Line) -> None:
    take_broken(line, 1)

    (kept,) = line.book.quarantined()
    assert line.book.find([kept.key])[kept.key].decoder == "milesight-iot/em300-th 1.0.0"


def test_whatever_a_decoder_says_can_be_kept(tmp_path: Path, mended: Mended, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.ingest.test_tending.BROKEN", "\ud800\0" + "x" * 10_000)
    line = Line(tmp_path, library=mended.library)
    with closing(SqliteBook(tmp_path / "book.db")) as book:
        monkeypatch.setattr(line, "book", book)
        monkeypatch.setattr(line.pipeline, "_book", book)
        take_broken(line, 1)
        (kept,) = book.quarantined()
    assert kept.detail.startswith("\\ud800")
    assert len(kept.detail) < 2100
    line.registry.close()


def test_one_message_is_retried_and_no_other(line: Line, mended: Mended) -> None:
    take_broken(line, 3)
    mended.broken = False
    chosen = line.book.quarantined()[1].key

    progress = done(line, retry(chosen, b"no such key"))

    assert (progress.total, progress.done, progress.stored) == (1, 1, 1)
    assert line.book.find([chosen])[chosen].state is State.STORED
    assert len(line.book.quarantined()) == 2


def test_many_single_messages_are_dealt_with_in_slices(line: Line, mended: Mended) -> None:
    take_broken(line, SLICE + 10)
    keys = [each.key for each in line.book.quarantined(SLICE + 10)]
    line.book.discard(keys[:5], "gone", NOW)
    mended.broken = False

    progress = done(line, retry(*keys))

    assert (progress.total, progress.stored) == (SLICE + 5, SLICE + 5)


def test_what_is_known_today_to_hold_no_reading_is_ignored(tmp_path: Path) -> None:
    line = Line(tmp_path)
    line.take(render(frame(1, NOW)._replace(application="fremd", f_port=0, payload=b"")))
    line.registry.close()
    later = Line(tmp_path, id="fremd")
    later.book = later.pipeline._book = line.book

    progress = done(later, retry(cause="unknown application"))

    assert (progress.ignored, progress.stayed) == (1, 0)
    assert_balanced(line.book)
    later.registry.close()


def test_discarded_messages_are_ignored_with_their_reason(line: Line) -> None:
    take_broken(line, SLICE + 1)
    line.take(b"{")
    sought = Sought(cause="decoder failed")

    progress = done(line, QuarantineOrder(act=Act.DISCARD, at=NOW, sought=sought, reason="a test device"))

    assert (progress.discarded, progress.done) == (SLICE + 1, SLICE + 1)
    assert line.causes() == [("ignored", "discarded"), ("quarantined", "malformed")]
    assert [(each.reason, each.messages) for each in line.book.discards()] == [("a test device", SLICE + 1)]


def test_what_comes_in_meanwhile_is_not_part_of_it(line: Line, mended: Mended) -> None:
    take_broken(line, 2)
    tending = Tending(line.book, line.pipeline)
    tending.start(retry())
    line.take(uplink(99, NOW + MINUTE))
    mended.broken = False

    while tending.step():
        pass

    progress = tending.progress()
    assert progress is not None
    assert (progress.state, progress.stored) == ("complete", 2)
    assert len(line.book.quarantined()) == 1


def test_while_the_store_is_away_it_waits_and_goes_on(line: Line, mended: Mended, series: PickySeries) -> None:
    take_broken(line, 1)
    mended.broken = False
    series.away = 2

    tending = Tending(line.book, line.pipeline, lambda: seconds[0])
    seconds = [0.0]
    tending.start(retry())
    assert not tending.step()
    waiting = tending.progress()
    assert waiting is not None
    assert (waiting.state, waiting.why, waiting.done) == ("running", "the store is away", 0)
    assert not tending.step()
    assert series.away == 1

    for now in (2.0, 20.0, 21.0):
        seconds[0] = now
        tending.step()
    progress = tending.progress()
    assert progress is not None
    assert (progress.state, progress.why, progress.stored) == ("complete", "", 1)


def test_messages_of_a_tenant_whose_store_is_away_stay_in_quarantine(
    line: Line, mended: Mended, series: PickySeries
) -> None:
    take_broken(line, 2)
    mended.broken = False
    series.in_trouble = ["musterstadt"]

    progress = done(line, retry())

    assert (progress.held, progress.stayed, progress.stored) == (2, 0, 0)
    assert len(line.book.quarantined()) == 2


def test_one_order_at_a_time_and_it_can_be_stopped(line: Line) -> None:
    take_broken(line, SLICE + 1)
    tending = Tending(line.book, line.pipeline)
    assert (tending.progress(), tending.step()) == (None, False)
    tending.start(retry())
    assert tending.step()

    with pytest.raises(Misconfigured, match=f"a retry is under way \\({SLICE} of {SLICE + 1}\\)"):
        tending.start(retry())
    tending.stop()

    assert not tending.step()
    progress = tending.progress()
    assert progress is not None
    assert (progress.state, progress.done) == ("stopped", SLICE)
    tending.start(retry())


def test_nothing_to_do_is_done_at_once(line: Line) -> None:
    assert done(line, retry(cause="no such cause")).state == "complete"


def test_what_is_retried_was_counted_when_it_came_in(tmp_path: Path) -> None:
    line = Line(tmp_path)
    told: list[int] = []
    line.pipeline._settled = lambda settled: told.append(settled.counts.total())
    line.take(b"{", uplink())

    done(line, retry())

    assert told == [2, 0]


def test_the_worker_does_it_between_live_messages(tmp_path: Path) -> None:
    with running(make_region(), tmp_path) as world:
        for number in range(3):
            world.collector.keep([Message("mqtt", "", "", NOW, b"{%d" % number)])
        world.wait_for_messages(3)
        world.worker.tending.start(QuarantineOrder(act=Act.DISCARD, at=NOW, reason="noise"))
        world.collector.keep([Message("mqtt", "", "", NOW, uplink())])
        world.wait_for_messages(4)
        deadline = time.monotonic() + 30
        while (progress := world.worker.tending.progress()) is None or progress.state == "running":
            assert time.monotonic() < deadline
            threading.Event().wait(0.02)

    assert progress.discarded == 3
    assert_balanced(world.book)
