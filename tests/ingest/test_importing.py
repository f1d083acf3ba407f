"""Recordings: every form of line, packed and in pieces; nothing is left out unseen."""

import gzip
import json
import random
import tracemalloc
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import importing
from ingest.collector import Collector
from ingest.importing import Patient, Recording, messages
from ingest.worker import Worker
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Message
from store.journal.memory import MemoryLog

TOPIC = "v3/umwelt-sensorik@kreis/devices/klima-01/up"
UPLINK = '{"end_device_ids":{"device_id":"klima-01"},"note":"ä\u2028 b"}'


def taken(*lines: str | bytes) -> list[tuple[str, bytes]]:
    given = (line.encode() if isinstance(line, str) else line for line in lines)
    return [(each.topic, each.payload) for each in messages(given, "import", 1)]


@pytest.mark.parametrize(
    ("line", "topic"),
    [
        (UPLINK, ""),
        ('{"result":' + UPLINK + "}", ""),
        (f"{TOPIC} {UPLINK}", TOPIC),
        (f"bridge/site-1/{TOPIC} {UPLINK}", TOPIC),
        (json.dumps({"tst": "2026-11-22T18:15:00+0100", "topic": TOPIC, "qos": 0, "payload": UPLINK}), TOPIC),
        ('{"topic":"' + TOPIC + '","payload":' + UPLINK + "}", TOPIC),
        ("\ufeff" + UPLINK, ""),
        (UPLINK + "\r", ""),
    ],
)
def test_each_known_form_of_line_gives_the_message_byte_by_byte(line: str, topic: str) -> None:
    assert taken(line) == [(topic, UPLINK.encode())]


@pytest.mark.parametrize("line", [b"nonsense", b"\xff\xfe", b'{"topic": 5, "payload": {}}', b"[" * 5000, b'{"a": '])
def test_what_has_no_known_form_is_a_message_as_it_is(line: bytes) -> None:
    assert taken(line) == [("", line)]


def test_empty_lines_are_none() -> None:
    assert taken("", "  ", "\r", UPLINK) == [("", UPLINK.encode())]


def pack(path: Path, parts: list[bytes]) -> None:
    """The parts one behind the other, each packed by itself."""
    packers = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}
    packer = packers.get(path.suffix, bytes)
    path.write_bytes(b"".join(packer(part) for part in parts))


def lines_of(path: Path) -> list[bytes]:
    with Recording.open(path) as recording:
        found = list(recording.lines())
        assert recording.read == recording.size == path.stat().st_size
    return found


@pytest.mark.parametrize("suffix", ["", ".jsonl", ".gz", ".zst"])
@given(parts=st.lists(st.binary(max_size=300), max_size=5), block=st.integers(1, 64))
@settings(max_examples=25, deadline=None)
def test_lines_are_the_same_however_the_file_is_packed_and_read(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, parts: list[bytes], block: int
) -> None:
    path = tmp_path_factory.mktemp("packed") / f"lines{suffix}"
    pack(path, parts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "BLOCK", block)
        found = lines_of(path)

    expected = b"".join(parts).split(b"\n")
    assert found == (expected if expected[-1] else expected[:-1])


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_that_breaks_off_gives_what_it_holds_and_says_so(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lines{suffix}"
    pack(path, [b"".join(b'{"n": %d}\n' % number for number in range(100_000))])
    path.write_bytes(path.read_bytes()[:-1000])
    found: list[bytes] = []
    with Recording.open(path) as recording, pytest.raises(Misconfigured, match="can't be read to its end"):
        found.extend(recording.lines())
    assert found == [b'{"n": %d}' % number for number in range(len(found))] != []


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_file_that_is_not_packed_as_its_name_says_is_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lines{suffix}"
    path.write_bytes(UPLINK.encode())
    with Recording.open(path) as recording, pytest.raises(Misconfigured, match="lines"):
        list(recording.lines())


def test_a_missing_file_is_told() -> None:
    with pytest.raises(Misconfigured, match=r"nowhere\.jsonl can't be read"):
        Recording.open(Path("nowhere.jsonl"))


def test_a_large_packed_file_needs_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.zst"
    dice = random.Random(6)
    with path.open("wb") as file, zstandard.ZstdCompressor().stream_writer(file) as packer:
        for number in range(30_000):
            packer.write(b'{"n": %d, "x": "%s"}\n' % (number, dice.randbytes(30).hex().encode() * 30))
    tracemalloc.start()
    with Recording.open(path) as recording:
        assert sum(1 for _ in recording.lines()) == 30_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # 50 MB of lines; a block may unpack to a good deal more than it is.
    assert peak < 10_000_000


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(10 * importing.LONGEST_LINE)
    with Recording.open(path) as recording, pytest.raises(Misconfigured, match="JSON lines are wanted"):
        list(recording.lines())


class Behind(Worker):
    """A worker that has so much to do."""

    def __init__(self, chunks: int) -> None:
        self.chunks = chunks

    def behind(self) -> int:
        return self.chunks


def test_an_import_does_not_put_itself_before_live_messages() -> None:
    log = MemoryLog()
    collector = Collector(log, SystemClock(), logs.get("test"))
    some = [Message("import", "", "", 1, UPLINK.encode())]
    with pytest.raises(Unavailable, match="wait for the series store"):
        Patient(collector, Behind(importing.LEAD_CHUNKS + 1), seconds=0.05).keep(some)
    assert list(log.read(0)) == []

    Patient(collector, Behind(importing.LEAD_CHUNKS)).keep(some)
    assert [chunk.messages for chunk in log.read(0)] == [tuple(some)]
