"""What the process that decodes in bulk tells the one that compares: frames of MessagePack, each with its length."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

_LENGTH_BYTES = 4


class Line(msgspec.Struct, array_like=True):
    """What today's decoders make for one series; the fields of the series, then its samples by time."""

    point: str
    device: str
    quantity: str
    attributes: tuple[tuple[str, str], ...]
    tenant: str
    site: str
    domain: str
    modulus: float | None
    decoder: str
    times: bytes
    """int64, nanoseconds, rising, each once."""
    values: bytes
    """float64, one for each time."""
    guarded: bytes = b""
    """Times at which a frame outside of the range has the last word."""


class Heard(msgspec.Struct, array_like=True):
    """The frames of one device."""

    device: str
    decoder: str
    times: bytes
    """int64: times of readings that the frames read may be the origin of."""
    failed: bytes
    """int64: times of frames that could not be read."""


class Changed(msgspec.Struct, array_like=True):
    """A message whose state or decoder is another today; with what the registry wants to know of its frame."""

    key: bytes
    application: str
    day: int
    """Ordinal of the ledger's day."""
    state: str
    cause: str
    decoder: str
    device_id: str
    received_at: int
    dev_eui: str | None


class Failed(msgspec.Struct, array_like=True):
    """Frames that could not be read."""

    cause: str
    detail: str
    device: str
    messages: int


class Total(msgspec.Struct, tag="total"):
    """How many messages will be read, and the last chunk of the log that they come from."""

    messages: int
    position: int


class Batch(msgspec.Struct, tag="batch"):
    """All frames of some devices."""

    upto: str
    """The last of the devices; empty for messages without one."""
    messages: int
    frames: int
    lines: list[Line]
    heard: list[Heard]
    changed: list[Changed]
    failed: list[Failed]


class Problem(msgspec.Struct, tag="problem"):
    """Why it can't go on."""

    words: str


class End(msgspec.Struct, tag="end"):
    """Everything was told."""


Word = Total | Batch | Problem | End

_decoder = msgspec.msgpack.Decoder(Word)
_encoder = msgspec.msgpack.Encoder()


def write(stream: BinaryIO, word: Word) -> None:
    """Tell one word."""
    packed = _encoder.encode(word)
    stream.write(len(packed).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(packed)
    stream.flush()


def read(stream: BinaryIO) -> Iterator[Word]:
    """The words until the stream ends, also in the midst of one."""
    while len(length := stream.read(_LENGTH_BYTES)) == _LENGTH_BYTES:
        size = int.from_bytes(length, "big")
        if len(packed := stream.read(size)) < size:
            return
        yield _decoder.decode(packed)
