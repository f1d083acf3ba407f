"""The back-fills of all applications as one bar."""

from collections.abc import Sequence
from dataclasses import dataclass

from queries.progress import Progress

RUNNING, COMPLETE = "running", "complete"


@dataclass(frozen=True, slots=True)
class Filling:
    """How far the back-fills have come together."""

    done: int
    total: int
    running: bool
    doing: str
    """`water 120/480 · waste 3/90`, and who stands still and why."""

    @property
    def shown(self) -> bool:
        """Whether there is anything to tell."""
        return self.running or bool(self.doing)


def filling(parts: Sequence[Progress]) -> Filling | None:
    """One bar for all; None where nothing is filled."""
    if not parts:
        return None
    running = [part for part in parts if part.state == RUNNING]
    stuck = [part for part in parts if part.state not in (RUNNING, COMPLETE)]
    told = [f"{part.application} {part.done}/{part.total}" for part in running]
    told += [f"{part.application}: {part.state}" for part in stuck]
    return Filling(sum(part.done for part in parts), sum(part.total for part in parts), bool(running), " · ".join(told))
