"""From holes in a device's frames to gaps: which are new, which have been repaired, and why they are there. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from aggregates.frames import Hole
from smartregion.clock import SECOND
from smartregion.gaps import Gap, GapCause, GapState, Outage

SLACK = 60 * SECOND
"""Around an outage: the last frames before it may have been on their way."""


class Change(NamedTuple):
    """What is to be kept of one device's gaps."""

    put: list[Gap]
    new: list[Hole]
    """Holes that no gap covers yet."""


def reconcile(known: Sequence[Gap], holes: Sequence[Hole], floor: int, last: int) -> Change:
    """Bring the gaps of a device in step with the holes in its frames.

    Args:
        known: its gaps in which frames are missing.
        floor: what lies before it is settled and no longer in `holes`.
        last: time of the newest frame.
    """
    of_frames = [gap for gap in known if gap.until is not None and gap.start >= floor]
    put = [changed for gap in of_frames if (changed := _counted(gap, holes)) != gap]
    silences = [_ended(gap, holes, last) for gap in known if gap.until is None and last > gap.start]
    put += [gap for gap in silences if gap is not None]
    new = [hole for hole in holes if not any(_covers(gap, hole) for gap in known)]
    return Change(put, new)


def _covers(gap: Gap, hole: Hole) -> bool:
    return gap.until is not None and gap.start <= hole.start and hole.end <= gap.until


def _counted(gap: Gap, holes: Sequence[Hole]) -> Gap:
    left = sum(hole.missing for hole in holes if _covers(gap, hole))
    repaired = max(gap.missing - left, gap.repaired)
    missing = max(gap.missing, left + gap.repaired)
    return replace(gap, missing=missing, repaired=repaired, state=gap.state if left else GapState.REPAIRED)


def _ended(gap: Gap, holes: Sequence[Hole], last: int) -> Gap | None:
    """A silence that is over; None where frames are missing after all: a gap of its own takes its place."""
    if any(hole.start == gap.start for hole in holes):
        return None
    return replace(gap, until=last, missing=0, state=GapState.OVER)


def repair(gap: Gap, frames: int) -> Gap:
    """A gap after so many of its frames have come."""
    repaired = min(gap.repaired + frames, gap.missing)
    return replace(gap, repaired=repaired, state=GapState.REPAIRED if repaired == gap.missing else gap.state)


def close(gap: Gap, *, compared: bool) -> Gap:
    """A gap whose frames will not come. `compared`: the server does not hold them either, so it never got them."""
    never_there = compared and (gap.repaired == 0 or gap.cause is GapCause.UNKNOWN)
    return replace(gap, state=GapState.LOST, cause=GapCause.RADIO if never_there else gap.cause)


def explain(application: str, start: int, until: int, outages: Iterable[Outage]) -> GapCause:
    """Why frames between two times are missing, as far as our own outages explain it."""
    found = {each.application for each in outages if _overlaps(each, start, until)}
    if "" in found:
        return GapCause.DOWN
    return GapCause.CUT if application in found else GapCause.UNKNOWN


def _overlaps(outage: Outage, start: int, until: int) -> bool:
    return outage.start < until and (outage.until is None or outage.until > start)


def outage_of(application: str, time: int, outages: Iterable[Outage]) -> Outage | None:
    """The outage in which a frame was missed: the platform's own first."""
    found = [
        each
        for each in outages
        if each.application in ("", application) and _overlaps(each, time - SLACK, time + SLACK)
    ]
    return min(found, key=lambda each: (each.application, each.start), default=None)


def fold(gaps: Iterable[Gap], day: Callable[[int], object]) -> Iterator[tuple[Gap, list[Gap]]]:
    """Gaps lost by radio that are to be kept as one for each device and day, with those that go into it.

    Args:
        gaps: ordered by device and start.
        day: the day of a time.
    """
    for _, some in groupby(gaps, key=lambda gap: (gap.device, day(gap.start))):
        together = list(some)
        if len(together) > 1:
            yield _folded(together), together


def _folded(gaps: Sequence[Gap]) -> Gap:
    return replace(
        gaps[0],
        until=max(gap.until or gap.start for gap in gaps),
        missing=sum(gap.missing for gap in gaps),
        repaired=sum(gap.repaired for gap in gaps),
        parts=sum(gap.parts for gap in gaps),
    )
