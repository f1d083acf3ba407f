"""The one definition of a rollup: from samples (`roll`), and from finer rollups (`combine`) with the same result.

Slots. A reading fills an expected sending slot when it is the first one in its slot of the grid (interval, aligned to
1970 UTC), or when it comes at least three quarters of an interval after the reading before it. The second half is for
clocks that jitter around a slot's edge: of two readings 899 s apart in one slot of 900 s, the later one is the next
slot's, come early. So a device that keeps its interval fills every slot whatever its phase and drift, extra frames
count nothing, `slots` never exceeds `n`, and it adds up over any cut of time because only the reading before matters.
A single window may hold one more than it expects; coverage caps that.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import itemgetter, le, sub

from aggregates.consumption import share_of_step, step
from smartregion.clock import SECOND
from smartregion.model import Rollup, Sample
from smartregion.quantities import Kind

_time, _value = itemgetter(0), itemgetter(1)
_ON = 0.5


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
    total = sum(values)
    increase = on_seconds = None
    if kind is Kind.COUNTER:
        increase = _rise(values, modulus) + _edges(samples[0], samples[-1], before, after, (start, end), modulus)
    elif kind is Kind.DELTA:
        increase = total
    elif kind is Kind.STATE:
        on_seconds = _on_time(times, values, before, start, end) / SECOND
    return Rollup(
        start,
        end,
        len(values),
        min(values),
        max(values),
        total,
        values[0],
        times[0],
        values[-1],
        times[-1],
        increase,
        on_seconds,
        None if interval is None else _slots(times, before, interval),
        max(map(sub, times[1:], times), default=0),
    )


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
    increase = on_seconds = None
    if kind is Kind.COUNTER:
        holes = _over_holes(parts, start, end, before, after, _step_share(modulus))
        increase = sum(part.increase or 0.0 for part in parts) + holes
    elif kind is Kind.DELTA:
        increase = sum(part.increase or 0.0 for part in parts)
    elif kind is Kind.STATE:
        holes = _over_holes(parts, start, end, before, after, _held)
        on_seconds = sum(part.on_seconds or 0.0 for part in parts) + holes
    return Rollup(
        start,
        end,
        sum(part.n for part in parts),
        min(part.minimum for part in parts),
        max(part.maximum for part in parts),
        sum(part.total for part in parts),
        first.first,
        first.first_time,
        last.last,
        last.last_time,
        increase,
        on_seconds,
        _sum_known([part.slots for part in parts]),
        _longest_gap(parts),
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


def _edges(
    first: Sample,
    last: Sample,
    before: Sample | None,
    after: Sample | None,
    window: tuple[int, int],
    modulus: float | None,
) -> float:
    lead = share_of_step(before, first, *window, modulus) if before is not None else 0.0
    return lead + (share_of_step(last, after, *window, modulus) if after is not None else 0.0)


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


_Share = Callable[[Sample | None, Sample | None, int, int], float]


def _step_share(modulus: float | None) -> _Share:
    def share(previous: Sample | None, following: Sample | None, start: int, end: int) -> float:
        if previous is None or following is None:
            return 0.0
        return share_of_step(previous, following, start, end, modulus)

    return share


def _held(previous: Sample | None, _following: Sample | None, start: int, end: int) -> float:
    return (end - start) / SECOND if previous is not None and previous.value >= _ON else 0.0


def _over_holes(
    parts: Sequence[Rollup], start: int, end: int, before: Sample | None, after: Sample | None, share: _Share
) -> float:
    total = 0.0
    previous, done = before, start
    for part in parts:
        if done < part.start:
            total += share(previous, first_of(part), done, part.start)
        previous, done = last_of(part), part.end
    return total + (share(previous, after, done, end) if done < end else 0.0)


def _sum_known(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _longest_gap(parts: Sequence[Rollup]) -> int:
    between = max((later.first_time - earlier.last_time for earlier, later in pairwise(parts)), default=0)
    return max(between, max(part.gap for part in parts))
