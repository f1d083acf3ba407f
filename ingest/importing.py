"""Messages from a file: lines of JSON as the Storage Integration gives them, or as a subscriber wrote them down."""

import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Protocol, Self

import msgspec
import zstandard

from ingest.collector import Collector
from ingest.wire import unwrap
from ingest.worker import Worker
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Message

BLOCK = 2**15
LONGEST_LINE = 2**24
# An import waits while the worker has more than this to do, so that live messages do not; and so long in one go.
LEAD_CHUNKS = 4
PATIENCE_SECONDS = 20.0


class _Recorded(msgspec.Struct):
    """A line that keeps the topic beside the payload: as exact text (mosquitto_sub -F %j), or as JSON (%J)."""

    topic: str
    payload: msgspec.Raw


_recorded = msgspec.json.Decoder(_Recorded)
_text = msgspec.json.Decoder(str)


class _Unpacker(Protocol):
    """What gzip's and zstd's readers have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_UNPACKERS: Final[dict[str, Callable[[], _Unpacker]]] = {
    ".gz": lambda: zlib.decompressobj(16 + zlib.MAX_WBITS),
    ".zst": lambda: zstandard.ZstdDecompressor().decompressobj(),
}


class Recording:
    """A file of lines, unpacked when its name ends in .gz or .zst; never more of it in memory than some blocks."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path = path
        self._file = file
        self.size = path.stat().st_size
        self.read = 0
        """Bytes of the file read so far."""

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open it. Raises Misconfigured."""
        try:
            return cls(path, path.open("rb"))
        except OSError as error:
            raise Misconfigured(f"{path} can't be read: {error.strerror}") from error

    def __enter__(self) -> Self:
        """Nothing more to do."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def lines(self) -> Iterator[bytes]:
        """Its lines, without their ends.

        Raises:
            Misconfigured: the file breaks off, or holds no lines; those before were given.
        """
        rest = bytearray()
        for block in self._unpacked():
            first, *others = block.split(b"\n")
            rest += first
            if others:
                yield bytes(rest)
                yield from others[:-1]
                rest = bytearray(others[-1])
            if len(rest) > LONGEST_LINE:
                raise Misconfigured(f"{self._path} has a line of more than {LONGEST_LINE} bytes; JSON lines are wanted")
        if rest:
            yield bytes(rest)

    def _unpacked(self) -> Iterator[bytes]:
        make = _UNPACKERS.get(self._path.suffix)
        try:
            yield from self._blocks() if make is None else self._unpack(make)
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise Misconfigured(f"{self._path} can't be read to its end: {error}") from error

    def _unpack(self, make: Callable[[], _Unpacker]) -> Iterator[bytes]:
        """Such files may be several put together."""
        unpacker, begun = make(), False
        for block in self._blocks():
            data = block
            while data:
                yield unpacker.decompress(data)
                begun = not unpacker.eof
                data = unpacker.unused_data if unpacker.eof else b""
                if unpacker.eof:
                    unpacker = make()
        if begun:
            raise EOFError("it breaks off")

    def _blocks(self) -> Iterator[bytes]:
        while block := self._file.read(BLOCK):
            self.read += len(block)
            yield block


def messages(lines: Iterator[bytes], source: str, arrived_at: int) -> Iterator[Message]:
    """One message per non-empty line. Lines end with a line feed only: a payload may hold other separators.

    Known forms: `{"topic": …, "payload": …}`, `{"result": {…}}`, `v3/… {…}` (mosquitto_sub -v), the bare message.
    What fits none of them becomes a message all the same, so that the book says what is wrong with it.
    """
    for line in lines:
        text = line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
        if text.strip():
            topic, payload = _topic_and_payload(text)
            yield Message(source, "", topic, arrived_at, payload)


def _topic_and_payload(line: bytes) -> tuple[str, bytes]:
    before, _, behind = line.partition(b" ")
    if b"v3/" in before and not before.startswith(b"{"):
        return _own_topic(before.decode(errors="replace")), behind
    try:
        recorded = _recorded.decode(line)
        payload = bytes(recorded.payload)
        return _own_topic(recorded.topic), _text.decode(payload).encode() if payload.startswith(b'"') else payload
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "", unwrap(line)


def _own_topic(topic: str) -> str:
    """The topic as The Things Stack writes it: a bridge between brokers may have put something before it."""
    return topic if topic.startswith("v3/") else topic[topic.find("/v3/") + 1 :]


class Patient:
    """Brings much to the log without that live messages wait for it."""

    def __init__(self, collector: Collector, worker: Worker, seconds: float = PATIENCE_SECONDS) -> None:
        """`seconds`: how long to wait for the worker before giving up."""
        self._collector = collector
        self._worker = worker
        self._seconds = seconds

    def keep(self, messages: Sequence[Message]) -> None:
        """Wait for the worker, then make the messages durable.

        Raises:
            Unavailable: the worker does not catch up (its store may be away), or the log takes nothing. Some of the
                messages may be durable; all of them may be given again.
        """
        deadline = time.monotonic() + self._seconds
        while self._worker.behind() > LEAD_CHUNKS:
            if time.monotonic() > deadline:
                raise Unavailable("many messages wait for the series store; the import goes on when they are stored")
            time.sleep(0.02)
        self._collector.keep(messages)
