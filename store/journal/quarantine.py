"""What can be asked of the quarantine and what a book answers."""

from typing import Final, NamedTuple

DISCARDED: Final = "discarded"
"""The cause by which a message is ignored that somebody took out of quarantine."""


class Sought(NamedTuple):
    """Which messages in quarantine; what is empty narrows nothing down."""

    application: str = ""
    cause: str = ""
    alike: str = ""
    """The id of an `Alike`."""
    words: str = ""
    """Found in what was said of the message or in its topic (A-Z like a-z), or in its bytes as they are."""


ANY: Final = Sought()
"""All of them."""


class Alike(NamedTuple):
    """Messages in quarantine that are alike: of one application and cause, and told of in the same words."""

    id: str
    application: str
    cause: str
    words: str
    """Without numbers, ids and times."""
    messages: int
    first: int
    """When the first of them arrived."""
    last: int
    example: bytes
    """The key of the one whose frame is the newest."""


class Discarded(NamedTuple):
    """A message that was taken out of quarantine for good."""

    key: bytes
    application: str
    cause: str
    """Why it was in quarantine."""
    reason: str
    at: int


class Discards(NamedTuple):
    """Messages that were discarded together."""

    at: int
    reason: str
    application: str
    cause: str
    messages: int
