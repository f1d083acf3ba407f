"""What is missing of a device, why, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class GapCause(StrEnum):
    """The likely reason; a guess until a comparison with the server is done."""

    DOWN = "down"
    """The platform did not run."""
    CUT = "cut"
    """The connection to the application's server was cut, or open and dead."""
    RADIO = "radio"
    """The frames never reached the server: it does not hold them either."""
    SILENT = "silent"
    """The device was not heard by anybody for longer than its interval allows."""
    UNKNOWN = "unknown"


class GapState(StrEnum):
    """What became of a gap."""

    OPEN = "open"
    """Frames are missing, and may still come."""
    REPAIRED = "repaired"
    """Every frame has come after all."""
    LOST = "lost"
    """What is still missing will not come: the server does not hold it, or keeps nothing."""
    OUTSIDE = "outside"
    """Older than the server keeps messages."""
    OVER = "over"
    """A silence that has ended without a frame missing: the device had sent none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Frames of a device that are missing between two times; nanoseconds since 1970."""

    device: str
    application: str
    start: int
    """When the last frame before it was heard; names the gap together with the device."""
    until: int | None
    """When the first frame after it was heard; None while the device is silent."""
    missing: int
    """How many frames were missing when it was found; of a silence, how many were to be expected."""
    repaired: int = 0
    """How many of them have come since."""
    cause: GapCause = GapCause.UNKNOWN
    state: GapState = GapState.OPEN
    parts: int = 1
    """How many gaps it stands for: those lost by radio on one day are kept as one."""
    found: int = 0
    """When it was noticed."""


class Outage(NamedTuple):
    """A time in which nothing could be received: of one application, or (without a name) of the whole platform."""

    application: str
    start: int
    until: int | None
    """None while it lasts."""


class Fetch(NamedTuple):
    """A back-fill asked by hand: what lies between `reached` and `until` is compared."""

    application: str
    start: int
    until: int
    reached: int
    fetched: int
    asked: int


class Sought(NamedTuple):
    """Which gaps: all of them where nothing is said."""

    application: str = ""
    device: str = ""
    states: tuple[GapState, ...] = ()
    cause: GapCause | None = None
    start: int | None = None
    """Those that end after it …"""
    until: int | None = None
    """… and begin before that."""


class GapCount(NamedTuple):
    """Gaps of one application, cause and state."""

    application: str
    cause: GapCause
    state: GapState
    gaps: int
    missing: int
    repaired: int
