"""A JavaScript codec that is killed or hostile costs its own frames; they rest in quarantine and can be retried."""

import fcntl
import os
import signal
import termios
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decoders.codecs import Codecs
from decoders.javascript import installed
from decoders.javascript.limits import Limits
from decoders.javascript.pool import Pool
from decoders.library import Library
from ingest.tending import Tending
from queries.quarantine import Act, QuarantineOrder, QuarantineProgress
from smartregion.clock import MINUTE, SECOND, ManualClock
from smartregion.model import State
from store.journal.quarantine import Sought
from tests.decoders.javascript.world import ENDLESS, PATIENT, wait_until
from tests.ingest.test_pipeline import NOW, Line, uplink
from tests.ingest.world import assert_balanced

NATIVE, CODEC = "klima-01", "js-01"
PROFILES = [
    {"device": "klima-*", "brand": "milesight-iot", "model": "em300-th"},
    {"device": "js-*", "brand": "acme", "model": "t1"},
]
SOUND = "function decodeUplink(input) { return {data: {t: input.bytes[5] / 10}}; }"
FIELDS = '[[fields]]\nfield = "t"\nquantity = "air.temperature"\n'


class Codec:
    """The codec of acme/t1: one worker, and a line that decodes with it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(NOW)
        self.pool = Pool(self.clock, workers=1, limits=Limits(deadline=PATIENT))
        self._aside, self._folder = folder, folder / "decoders.d"
        self.install(SOUND)
        self.library = Library([Codecs(self._folder, self.pool)])
        self.line = Line(folder, library=self.library, profiles=PROFILES)

    def install(self, source: str) -> None:
        (self._aside / "codec.js").write_text(source)
        (self._aside / "fields.toml").write_text(FIELDS)
        installed.install(
            self._folder,
            self._aside / "codec.js",
            brand="acme",
            model="t1",
            licence="own",
            pool=self.pool,
            mapping=self._aside / "fields.toml",
        )

    def close(self) -> None:
        assert_balanced(self.line.book)
        self.pool.close()
        self.line.registry.close()


@pytest.fixture
def codec(tmp_path: Path) -> Iterator[Codec]:
    made = Codec(tmp_path)
    yield made
    made.close()


def unread(pid: int) -> int:
    """Bytes that a process has not read from its standard input yet."""
    with Path(f"/proc/{pid}/fd/0").open("rb", buffering=0) as pipe:
        return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), "little")


def said(line: Line) -> list[tuple[str, str]]:
    return sorted((each.cause, each.detail) for each in line.book.quarantined(1000))


def retry_all(line: Line) -> QuarantineProgress:
    tending = Tending(line.book, line.pipeline, lambda: 0.0)
    tending.start(QuarantineOrder(act=Act.RETRY, at=NOW, keys=(), sought=Sought(cause="decoder failed")))
    for _ in range(100):
        tending.step()
        progress = tending.progress()
        if progress is not None and progress.state != "running":
            return progress
    raise AssertionError("it never ends")


def test_a_worker_killed_at_a_frame_costs_that_frame_which_rests_in_quarantine_and_is_retried(codec: Codec) -> None:
    line = codec.line
    (pid,) = codec.pool.pids()
    # Stopped, it holds the first frame of the codec's device until it is killed.
    os.kill(pid, signal.SIGSTOP)
    chunk = (uplink(1), uplink(2, NOW, CODEC), uplink(3, NOW - MINUTE), uplink(4, NOW - MINUTE, CODEC))
    with ThreadPoolExecutor(1) as threads:
        taken = threads.submit(line.take, *chunk)
        wait_until(lambda: unread(pid) > 0, "the worker is given a frame")
        os.kill(pid, signal.SIGKILL)
        taken.result()

    ((cause, words),) = said(line)
    assert cause == "decoder failed"
    assert "crashed" in words
    (kept,) = line.book.quarantined()
    assert line.book.find([kept.key])[kept.key].decoder.startswith("acme/t1 ")
    assert sum(row.stored for row in line.book.ledger()) == 3

    progress = retry_all(line)

    assert (progress.state, progress.stored, progress.stayed) == ("complete", 1, 0)
    assert said(line) == []
    assert line.book.find([kept.key])[kept.key].state is State.STORED
    assert line.values()[CODEC, "air.temperature"] == pytest.approx(0.2)
    assert sum(row.received for row in line.book.ledger()) == len(chunk)


def test_while_a_codec_never_ends_other_devices_are_stored_and_its_frames_wait_for_a_better_one(codec: Codec) -> None:
    line = codec.line
    codec.install(ENDLESS)
    assert codec.library.refresh()
    own = [uplink(number, NOW - number * SECOND, CODEC) for number in range(1, 41)]
    others = [uplink(number, NOW - number * SECOND) for number in range(1, 501)]

    line.take(*(each for n, other in enumerate(others) for each in (*own[n : n + 1], other)))

    assert sum(row.stored for row in line.book.ledger()) == len(others)
    kinds = [words for _, words in said(line)]
    assert len(kinds) == len(own)
    assert any("timeout" in each for each in kinds)
    assert any("resting" in each for each in kinds)

    codec.install(SOUND)
    assert codec.library.refresh()
    progress = retry_all(line)

    assert (progress.stored, progress.stayed) == (len(own), 0)
    assert sum(row.stored for row in line.book.ledger()) == len(others) + len(own)
