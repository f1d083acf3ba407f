"""Which level of rollups answers which windows: the coarsest that no window edge cuts."""

from dataclasses import dataclass
from datetime import tzinfo
from typing import NamedTuple

from aggregates.windows import Size, Window, day_of, month_of, whole_hours, windows
from queries.figures_words import PERCENTILES, FigureQuery, Function, refuse_too_much, size_of
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Level

_SHORTEST = {Size.QUARTER_HOUR: 15 * MINUTE, Size.HOUR: HOUR}
_LENGTHS = {Level.HOUR: HOUR, Level.DAY: DAY, Level.MONTH: 28 * DAY}


class Segment(NamedTuple):
    """A stretch of time read from one level; None means from the readings themselves."""

    level: Level | None
    start: int
    end: int

    def rows(self, now: int) -> int:
        """At most so many rollups a series has here until now; 0 for readings, which are counted in the store."""
        return 0 if self.level is None else max(-(-(min(self.end, now) - self.start) // _LENGTHS[self.level]), 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows to answer, and from where; segments follow each other in time."""

    windows: tuple[Window, ...]
    segments: tuple[Segment, ...]
    zone: tzinfo

    @property
    def start(self) -> int:
        """Where the first window begins."""
        return self.windows[0].start

    @property
    def end(self) -> int:
        """Where the last window ends."""
        return self.windows[-1].end


def plan(query: FigureQuery, function: Function, region: tzinfo, now: int) -> Plan | None:
    """Windows that have not begun yet are left out; None when none is left. Raises Unaskable, TooMuch."""
    size = size_of(query)
    zone = query.zone or region
    end = min(query.end, now)
    if end <= query.start:
        return None
    refuse_too_much((end - query.start) // _SHORTEST.get(size, DAY), "windows")
    stop = query.end if size is Size.TOTAL else end
    cut = tuple(windows(size, query.start, stop, zone))
    return Plan(cut, tuple(_segments(size, cut, function, region)), zone)


def _segments(size: Size, cut: tuple[Window, ...], function: Function, region: tzinfo) -> list[Segment]:
    start, end = cut[0].start, cut[-1].end
    if function in PERCENTILES or size is Size.QUARTER_HOUR:
        return [Segment(None, start, end)]
    if size is Size.TOTAL:
        return _nested(start, end, region, [None, *_levels(region)])
    fitting = [level for level in _levels(region) if all(_is_edge(level, bound, region) for bound in _bounds(cut))]
    return [Segment(fitting[-1] if fitting else None, start, end)]


def _levels(region: tzinfo) -> list[Level]:
    """From fine to coarse; where days do not begin on a UTC hour there are no days and months."""
    return [Level.HOUR, Level.DAY, Level.MONTH] if whole_hours(region) else [Level.HOUR]


def _bounds(cut: tuple[Window, ...]) -> list[int]:
    return [cut[0].start, *(window.end for window in cut)]


def _is_edge(level: Level, time: int, zone: tzinfo) -> bool:
    return _unit(level, time, zone).start == time


def _unit(level: Level, time: int, zone: tzinfo) -> Window:
    if level is Level.HOUR:
        return Window(time // HOUR * HOUR, time // HOUR * HOUR + HOUR)
    return day_of(time, zone) if level is Level.DAY else month_of(time, zone)


def _nested(start: int, end: int, zone: tzinfo, levels: list[Level | None]) -> list[Segment]:
    """The inner part from a coarser level where a whole unit of it fits in, the rest at both ends from this one."""
    level, *coarser = levels
    if not coarser or coarser[0] is None:
        return [Segment(level, start, end)]
    first, last = _unit(coarser[0], start, zone), _unit(coarser[0], end, zone)
    inner_start, inner_end = start if first.start == start else first.end, last.start
    if inner_start >= inner_end:
        return [Segment(level, start, end)]
    head = [Segment(level, start, inner_start)] if start < inner_start else []
    tail = [Segment(level, inner_end, end)] if inner_end < end else []
    return [*head, *_nested(inner_start, inner_end, zone, coarser), *tail]
