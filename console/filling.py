"""The back-fills of all applications as one bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.reader import Reader
from queries.progress import Progress

RUNNING, COMPLETE = "running", "complete"


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the back-fills have come together."""

    done: int
    total: int
    running: bool
    parts: tuple[tuple[str, str, int, int], ...]
    """Application, state, done and total of those that run or stand still."""

    @property
    def shown(self) -> bool:
        """Whether there is anything to tell."""
        return self.running or bool(self.parts)

    def doing(self, reader: Reader) -> str:
        """`water 120 of 480 · waste 3 of 90`, and who stands still and why."""
        return " · ".join(self._told(reader, *part) for part in self.parts)

    @staticmethod
    def _told(reader: Reader, name: str, state: str, done: int, total: int) -> str:
        if state != RUNNING:
            return f"{name}: {state}"
        return f"{name} {reader.text('backfill.steps', done=done, total=total)}"


def filling(parts: Sequence[Progress]) -> Filling | None:
    """One bar for all; None where nothing is filled."""
    if not parts:
        return None
    return Filling(
        sum(part.done for part in parts),
        sum(part.total for part in parts),
        any(part.state == RUNNING for part in parts),
        tuple((part.application, part.state, part.done, part.total) for part in parts if part.state != COMPLETE),
    )
