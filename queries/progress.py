"""How far a back-fill has come; told by ingest, shown by API and console."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The back-fill of one application."""

    application: str
    state: str
    """`running`, `complete`, or why it stands still, in a word or two."""
    done: int
    """Messages fetched."""
    total: int
    """Messages found missing; 0 while they are not counted yet."""
    start: int
    until: int
    """The time span compared, nanoseconds since 1970."""
