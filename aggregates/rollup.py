"""The one definition of a rollup: from samples (`roll`), and from finer rollups (`combine`) with the same result.

Slots. A reading fills an expected sending slot when it is the first one in its slot of the grid (interval, aligned to
1970 UTC), or when it comes at least three quarters of an interval after the reading before it. The second half is for
clocks that jitter around a slot's edge: of two readings 899 s apart in one slot of 900 s, the later one is the next
slot's, come early. So a device that keeps its interval fills every slot whatever its phase and drift, extra frames
count nothing, `slots` never exceeds `n`, and it adds up over any cut of time because only the reading before matters.
A single window may hold one more than it expects; coverage caps that.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import itemgetter, le, sub
from typing import NamedTuple

from aggregates.consumption import share_of_step, step
from aggregates.windows import Window
from smartregion.clock import SECOND
from smartregion.model import Rollup, Sample
from smartregion.quantities import Kind

_time, _value = itemgetter(0), itemgetter(1)
_ON = 0.5


class Around(NamedTuple):
    """A series' readings next to a window."""

    before: Sample | None
    after: Sample | None


def roll(
    samples: Sequence[Sample],
    start: int,
    end: int,
    *,
    kind: Kind,
    before: Sample | None = None,
    after: Sample | None = None,
    modulus: float | None = None,
    interval: float | None = None,
) -> Rollup | None:
    """Sum up the samples of one series in [start, end), given in order of time; None when there are none.

    `before` and `after` are its readings next to the window, `modulus` where its register starts again at 0,
    `interval` the seconds between two frames, None while unknown.
    """
    if not samples:
        return None
    times, values = list(map(_time, samples)), list(map(_value, samples))
    around = Around(before, after)
    increase = _increase(samples, values, Window(start, end), kind, around, modulus)
    on_seconds = _on_time(times, values, before, start, end) / SECOND if kind is Kind.STATE else None
    slots = None if interval is None else _slots(times, before, interval)
    gap = max(map(sub, times[1:], times), default=0)
    lowest, highest, total = min(values), max(values), sum(values)
    ends = (values[0], times[0], values[-1], times[-1])
    return Rollup(start, end, len(values), lowest, highest, total, *ends, increase, on_seconds, slots, gap)


def combine(
    parts: Sequence[Rollup],
    start: int,
    end: int,
    *,
    kind: Kind,
    before: Sample | None = None,
    after: Sample | None = None,
    modulus: float | None = None,
) -> Rollup | None:
    """Sum up finer rollups of [start, end), given in order of time; None when there are none.

    Parts may be missing where there was no reading: a counter's step over them and a state held over them count.
    `before` and `after` are the series' readings next to the window.
    """
    if not parts:
        return None
    first, last = parts[0], parts[-1]
    if first.start == start and first.end == end:
        return first
    window, around = Window(start, end), Around(before, after)
    return Rollup(
        start=start,
        end=end,
        n=sum(part.n for part in parts),
        minimum=min(part.minimum for part in parts),
        maximum=max(part.maximum for part in parts),
        total=sum(part.total for part in parts),
        first=first.first,
        first_time=first.first_time,
        last=last.last,
        last_time=last.last_time,
        increase=_combined_increase(parts, window, kind, around, modulus),
        on_seconds=_combined_time(parts, window, around) if kind is Kind.STATE else None,
        slots=_sum_known([part.slots for part in parts]),
        gap=_longest_gap(parts),
    )


def bridge(before: Sample, after: Sample | None, start: int, end: int, modulus: float | None) -> float | None:
    """A counter's increase over a window without a reading: its share of the step over it; None without an end."""
    return None if after is None else share_of_step(before, after, start, end, modulus)


def is_on(value: float) -> bool:
    """Whether a state counts as on."""
    return value >= _ON


def first_of(rollup: Rollup) -> Sample:
    """The rollup's first reading."""
    return Sample(rollup.first_time, rollup.first)


def last_of(rollup: Rollup) -> Sample:
    """The rollup's last reading."""
    return Sample(rollup.last_time, rollup.last)


def _rise(values: list[float], modulus: float | None) -> float:
    if all(map(le, values, values[1:])):
        return values[-1] - values[0]
    return sum(step(previous, now, modulus) for previous, now in pairwise(values))


def _increase(
    samples: Sequence[Sample],
    values: list[float],
    window: Window,
    kind: Kind,
    around: Around,
    modulus: float | None,
) -> float | None:
    if kind is Kind.DELTA:
        return sum(values)
    if kind is not Kind.COUNTER:
        return None
    before, after = around
    rise = _rise(values, modulus)
    if before is not None:
        rise += share_of_step(before, samples[0], *window, modulus)
    if after is not None:
        rise += share_of_step(samples[-1], after, *window, modulus)
    return rise


def _on_time(times: list[int], values: list[float], before: Sample | None, start: int, end: int) -> int:
    held = times[0] - start if before is not None and before.value >= _ON else 0
    untils = [*times[1:], end]
    return held + sum(until - time for time, until, value in zip(times, untils, values, strict=True) if value >= _ON)


def _slots(times: list[int], before: Sample | None, interval: float) -> int:
    length = max(int(interval * SECOND), 1)
    early = length * 3 // 4
    previous = before.time if before is not None else times[0] - length
    filled = 0
    for time in times:
        if time - previous >= early or time // length != previous // length:
            filled += 1
        previous = time
    return filled


def _combined_increase(
    parts: Sequence[Rollup], window: Window, kind: Kind, around: Around, modulus: float | None
) -> float | None:
    if kind not in (Kind.COUNTER, Kind.DELTA):
        return None
    known = sum(part.increase or 0.0 for part in parts)
    if kind is Kind.DELTA:
        return known
    holes = _holes(parts, window, around)
    return known + sum(
        share_of_step(previous, following, *hole, modulus)
        for hole, previous, following in holes
        if previous is not None and following is not None
    )


def _combined_time(parts: Sequence[Rollup], window: Window, around: Around) -> float:
    held = [
        hole for hole, previous, _ in _holes(parts, window, around) if previous is not None and is_on(previous.value)
    ]
    return sum(part.on_seconds or 0.0 for part in parts) + sum(hole.end - hole.start for hole in held) / SECOND


def _holes(
    parts: Sequence[Rollup], window: Window, around: Around
) -> Iterator[tuple[Window, Sample | None, Sample | None]]:
    """The time that no part covers, each stretch with the readings before and after it."""
    previous, done = around.before, window.start
    for part in parts:
        if done < part.start:
            yield Window(done, part.start), previous, first_of(part)
        previous, done = last_of(part), part.end
    if done < window.end:
        yield Window(done, window.end), previous, around.after


def _sum_known(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _longest_gap(parts: Sequence[Rollup]) -> int:
    between = max((later.first_time - earlier.last_time for earlier, later in pairwise(parts)), default=0)
    return max(between, max(part.gap for part in parts))
