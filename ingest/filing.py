"""What the archive is told of a message: the message itself, what it is of, and what became of it."""

from hashlib import blake2b

import msgspec

from ingest import wire
from ingest.judging import Frame, Judge
from smartregion.errors import Unusable
from smartregion.model import Message
from store.archive import DUPLICATE, ArchivedMessage, Filed
from store.journal.protocol import Book, Booked, Chunk

DIGEST_BYTES = 16


def digest(chunk: Chunk) -> bytes:
    """Tells a chunk from every other, also from one that has its position after a restored backup."""
    return blake2b(msgspec.msgpack.encode(chunk.messages), digest_size=DIGEST_BYTES).digest()


def file_rows(chunk: Chunk, judge: Judge, book: Book) -> list[Filed]:
    """A row for each message of a settled chunk. Raises Unavailable."""
    frames = [judge.judge(message, offset) for offset, message in enumerate(chunk.messages)]
    booked = book.find([frame.entry.key for frame in frames])
    return [
        Filed(frame.entry.day, _row(chunk.position, frame, message, booked.get(frame.entry.key)))
        for frame, message in zip(frames, chunk.messages, strict=True)
    ]


def _row(position: int, frame: Frame, message: Message, booked: Booked | None) -> ArchivedMessage:
    device_id, received_at = _of(frame, message)
    state, cause, decoder = _fate(position, frame.entry.offset, booked)
    return ArchivedMessage(
        frame.entry.application,
        device_id,
        received_at,
        message.arrived_at,
        message.source,
        message.topic,
        message.application,
        state,
        cause,
        decoder,
        message.payload,
        position,
        frame.entry.offset,
    )


def _of(frame: Frame, message: Message) -> tuple[str | None, int | None]:
    """The device and the frame's time, as far as the message tells."""
    if frame.uplink is not None:
        return frame.uplink.device_id, frame.uplink.received_at
    try:
        parsed = wire.parse(message.payload)
    except Unusable:
        return None, None
    return parsed.device_id, parsed.received_at


def _fate(position: int, offset: int, booked: Booked | None) -> tuple[str, str, str]:
    if booked is None:
        return "", "", ""
    if (booked.position, booked.offset) != (position, offset):
        return DUPLICATE, "", ""
    return booked.state.value, booked.cause, booked.decoder
