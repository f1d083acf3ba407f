"""The quarantine: what is in it, why, and work on it that somebody asked for."""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from store.journal.alike import alike_id, words_alike
from store.journal.keys import key_time
from store.journal.protocol import Book, Quarantined
from store.journal.quarantine import ANY, Alike, Discarded, Discards, Sought


class Act(StrEnum):
    """What is done with messages in quarantine."""

    RETRY = "retry"
    """Take them through the pipeline of today."""
    DISCARD = "discard"
    """Ignore them for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineOrder:
    """What to do with which messages in quarantine."""

    act: Act
    at: int
    """When it was asked for."""
    keys: tuple[bytes, ...] = ()
    """These; none: those that are sought."""
    sought: Sought = ANY
    reason: str = ""
    """Why they are discarded."""


@dataclass(slots=True)
class QuarantineProgress:
    """How far an order has come, and what became of its messages."""

    order: QuarantineOrder
    state: str = "running"
    """running | complete | stopped"""
    why: str = ""
    """Why it waits."""
    total: int = 0
    done: int = 0
    stored: int = 0
    ignored: int = 0
    stayed: int = 0
    """Are in quarantine as before, perhaps for another cause."""
    held: int = 0
    """Stay in quarantine because their tenant's store is away."""
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class Readable:
    """What a message tells of itself, as far as its bytes can be read at all."""

    text: str
    """The message as text."""
    json: Mapping[str, Any] = field(default_factory=dict)
    """Parsed; empty when it is no JSON object."""

    @property
    def device_id(self) -> str:
        """The device that sent it; empty when that can't be told."""
        return _text(_inside(self.json, "end_device_ids").get("device_id"))

    @property
    def f_port(self) -> int | None:
        """The port of its frame."""
        port = _inside(self.json, "uplink_message").get("f_port")
        return port if isinstance(port, int) else None

    @property
    def payload(self) -> bytes | None:
        """The bytes that the device sent; None when there are none to be found."""
        written = _inside(self.json, "uplink_message").get("frm_payload")
        try:
            return b64decode(written, validate=True) if isinstance(written, str) else None
        except (NotBase64, ValueError):
            return None


def _inside(outer: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = outer.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def readable(payload: bytes) -> Readable:
    """Read what can be read of a message, whatever it is."""
    text = payload.decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return Readable(text)
    return Readable(text, parsed) if isinstance(parsed, dict) else Readable(text)


class Kept(NamedTuple):
    """One message in quarantine, as much as is known of it."""

    key: bytes
    application: str
    day: date
    time: int | None
    """The frame's; None when the message does not tell."""
    cause: str
    detail: str
    """What was said of it, by the decoder if it came that far."""
    alike: str
    """The id of the messages that are alike."""
    decoder: str
    """Which decoder read it: name and version; empty when none did."""
    source: str
    topic: str
    arrived_at: int
    told: Readable


class Quarantine:
    """Asks the book for what is in quarantine."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def alike(self, sought: Sought = ANY) -> list[Alike]:
        """Messages that are alike as one, those that came last first. Raises Unavailable."""
        return self._book.alike(sought)

    def messages(self, sought: Sought = ANY, limit: int = 100, after: bytes = b"") -> list[Kept]:
        """Messages in order of their keys. Raises Unavailable."""
        return self._all(self._book.quarantined(limit, after, sought))

    def message(self, key: bytes) -> Kept | None:
        """One message, None when it is not in quarantine. Raises Unavailable."""
        return next(iter(self._all(self._book.copies([key]))), None)

    def discarded(self, key: bytes) -> Discarded | None:
        """How a message was discarded, None when it was not. Raises Unavailable."""
        return self._book.discarded([key]).get(key)

    def discards(self, limit: int = 100) -> list[Discards]:
        """What was discarded together, the newest first. Raises Unavailable."""
        return self._book.discards(limit)

    def _all(self, found: list[Quarantined]) -> list[Kept]:
        booked = self._book.find([each.key for each in found])
        return [_kept(each, booked[each.key].decoder if each.key in booked else "") for each in found]


def _kept(each: Quarantined, decoder: str) -> Kept:
    return Kept(
        each.key,
        each.application,
        each.day,
        key_time(each.key) or None,
        each.cause,
        each.detail,
        alike_id(each.application, each.cause, words_alike(each.application, each.detail)),
        decoder,
        each.message.source,
        each.message.topic,
        each.message.arrived_at,
        readable(each.message.payload),
    )
