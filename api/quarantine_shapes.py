"""What the API gives of the quarantine."""

from typing import Annotated

from pydantic import Field

from api.answers import Page
from api.shapes import Shape, Time


class QuarantineGroup(Shape):
    """Messages in quarantine that are alike: one application, one cause, the same words."""

    id: str
    application: str
    cause: str
    words: Annotated[str, Field(description="What was said, without numbers, ids and times.")]
    messages: int
    first: Annotated[Time, Field(description="When the first of them arrived.")]
    last: Time
    example: Annotated[str, Field(description="Key of the one whose frame is the newest.")]


class QuarantinedMessage(Shape):
    """A message in quarantine."""

    key: str
    application: str
    device: Annotated[str | None, Field(description="Null when the message does not tell.")]
    time: Annotated[Time | None, Field(description="The frame's time; null when the message does not tell.")]
    day: Annotated[str, Field(description="The day of the ledger.")]
    cause: str
    detail: Annotated[str, Field(description="What was said, by the decoder if it came that far.")]
    group: Annotated[str, Field(description="Id of the messages that are alike.")]
    decoder: Annotated[str, Field(description="Which decoder read it: name and version; empty when none did.")]
    source: str
    topic: str
    arrived_at: Time
    f_port: int | None
    payload_hex: Annotated[str | None, Field(description="What the device sent; null when it can't be found.")]


class QuarantinedDetail(QuarantinedMessage):
    """All of one message in quarantine."""

    text: Annotated[str, Field(description="The message as received.")]


class QuarantineDiscards(Shape):
    """Messages that were discarded together."""

    at: Time
    reason: str
    application: str
    cause: Annotated[str, Field(description="Why they were in quarantine.")]
    messages: int


class QuarantineWork(Shape):
    """How far a retry or a discard has come, and what became of its messages."""

    act: Annotated[str, Field(description="retry or discard")]
    reason: Annotated[str, Field(description="Why they are discarded.")]
    state: Annotated[str, Field(description="running, complete or stopped")]
    why: Annotated[str, Field(description="Why it waits.")]
    total: int
    done: int
    stored: int
    ignored: int
    stayed: Annotated[int, Field(description="Still in quarantine, perhaps for another cause.")]
    held: Annotated[int, Field(description="Still in quarantine, because the store of their tenant is away.")]
    discarded: int


class QuarantinePage(Page[QuarantinedMessage]):
    """Messages in quarantine, by the time of their frames."""


class QuarantineGroupPage(Page[QuarantineGroup]):
    """What is in quarantine, that which came last first."""


class QuarantineDiscardsPage(Page[QuarantineDiscards]):
    """What was discarded, the newest first."""
