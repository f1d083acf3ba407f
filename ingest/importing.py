"""Messages from a file: lines of JSON as the Storage Integration gives them, or as a subscriber wrote them down."""

import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec
import zstandard

from ingest.wire import unwrap
from smartregion.errors import Misconfigured
from smartregion.model import Message


class _Recorded(msgspec.Struct):
    """A line that keeps the topic beside the exact payload text."""

    topic: str
    payload: str


_recorded = msgspec.json.Decoder(_Recorded)


def open_lines(path: Path) -> IO[bytes]:
    """The file, unpacked when its name ends in .gz or .zst.

    Raises:
        Misconfigured: it can't be opened.
    """
    try:
        if path.suffix == ".gz":
            return io.BufferedReader(gzip.open(path))
        if path.suffix == ".zst":
            return io.BufferedReader(zstandard.open(path))
        return path.open("rb")
    except OSError as error:
        raise Misconfigured(f"{path} can't be read: {error.strerror}") from error


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of the file, unpacked.

    Raises:
        Misconfigured: it can't be opened, or breaks off; the lines before were given.
    """
    with open_lines(path) as lines:
        try:
            yield from lines
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise Misconfigured(f"{path} can't be read to its end: {error}") from error


def messages(lines: Iterator[bytes], source: str, arrived_at: int) -> Iterator[Message]:
    """One message per non-empty line. Lines end with a line feed only: a payload may hold other separators.

    Known forms: `{"topic": …, "payload": "…"}`, `{"result": {…}}`, `v3/… {…}` (mosquitto_sub -v), the bare message.
    What fits none of them becomes a message all the same, so that the book says what is wrong with it.
    """
    for line in lines:
        text = line.rstrip(b"\r\n")
        if text.strip():
            topic, payload = _topic_and_payload(text)
            yield Message(source, "", topic, arrived_at, payload)


def _topic_and_payload(line: bytes) -> tuple[str, bytes]:
    if line.startswith(b"v3/"):
        topic, _, payload = line.partition(b" ")
        return topic.decode(errors="replace"), payload
    try:
        recorded = _recorded.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", unwrap(line)
    return recorded.topic, recorded.payload.encode()
