"""A run of archived messages through today's decoders: what is asked, how far it has come, and what it would change."""

from dataclasses import dataclass, field
from typing import NamedTuple

from smartregion.model import Attributes

MOST_EXAMPLES = 5
"""Of each kind, quantity and decoder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedecodeOrder:
    """Which frames: those of an application received from start..before end, of all devices or of those named."""

    application: str
    start: int
    end: int
    devices: tuple[str, ...] = ()
    """Bare device ids; none: all."""
    until_now: bool = False
    """No end was named: `end` is when the run began."""
    apply: bool = False
    """Write and delete; else only compare."""


class Example(NamedTuple):
    """One reading that differs."""

    kind: str
    """appear | change | vanish"""
    point: str
    device: str
    quantity: str
    attributes: Attributes
    time: int
    before: float | None
    after: float | None


@dataclass(slots=True)
class Difference:
    """How the readings of one quantity, by one decoder, differ from those that are stored."""

    decoder: str
    quantity: str
    same: int = 0
    appear: int = 0
    change: int = 0
    vanish: int = 0
    examples: list[Example] = field(default_factory=list)

    def take_in(self, other: "Difference") -> None:
        """Add another's counts and, as far as there is room, its examples."""
        self.same += other.same
        for kind in ("appear", "change", "vanish"):
            room = MOST_EXAMPLES - getattr(self, kind)
            self.examples += [each for each in other.examples if each.kind == kind][: max(room, 0)]
            setattr(self, kind, getattr(self, kind) + getattr(other, kind))


@dataclass(slots=True)
class Failure:
    """Frames that today's decoders do not read; they keep the readings they have."""

    cause: str
    detail: str
    device: str
    """One of them."""
    messages: int = 0


@dataclass(slots=True)
class RedecodeProgress:
    """How far a run has come, and what it found; kept in a file, so that a run goes on where it was stopped."""

    order: RedecodeOrder
    state: str = "running"
    """running | complete | failed | stopped"""
    why: str = ""
    total: int = 0
    """Messages to read."""
    done: int = 0
    frames: int = 0
    """Of these, uplinks in the range that were read."""
    settled: int = 0
    """Messages that leave quarantine, or would."""
    unexplained: int = 0
    """Stored readings in the range that no message of the archive or the log explains; they stay."""
    refused: int = 0
    """Readings that the series store will not take."""
    differences: list[Difference] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many readings there are of a kind: same, appear, change, vanish."""
        return sum(getattr(each, kind) for each in self.differences)
