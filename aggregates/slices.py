"""One series cut into neighbouring windows: what happened in each, also in those without a reading."""

from collections.abc import Sequence
from typing import NamedTuple

from aggregates.consumption import Rule, bridge_rules, rules
from aggregates.rollup import bridge, combine, first_of, is_on, last_of
from aggregates.windows import Window
from smartregion.clock import SECOND
from smartregion.model import Rollup, Sample
from smartregion.quantities import Kind


class Slice(NamedTuple):
    """One series in one window."""

    rollup: Rollup | None
    """None without a reading inside; `increase` and `on_seconds` may then still be known."""
    increase: float | None
    on_seconds: float | None
    known_seconds: float = 0.0
    """How much of the window, up to now, a state is known for."""
    rules: frozenset[Rule] = frozenset()


class Behaviour(NamedTuple):
    """What must be known of a series to cut it."""

    kind: Kind
    modulus: float | None = None


NO_RULES: frozenset[Rule] = frozenset()


def slices(
    windows: Sequence[Window],
    parts: Sequence[Rollup],
    behaviour: Behaviour,
    before: Sample | None,
    after: Sample | None,
    now: int,
) -> list[Slice]:
    """Cut a series into windows, given rollups that no window edge cuts and the readings next to the whole.

    Nothing is assumed about times after `now`: a state that is on holds until then only.
    """
    found = []
    position = 0
    for window in windows:
        until = position
        while until < len(parts) and parts[until].start < window.end:
            until += 1
        following = first_of(parts[until]) if until < len(parts) else after
        inside = parts[position:until]
        found.append(_slice(window, inside, behaviour, before, following, now))
        before = last_of(inside[-1]) if inside else before
        position = until
    return found


def _slice(
    window: Window,
    parts: Sequence[Rollup],
    behaviour: Behaviour,
    before: Sample | None,
    after: Sample | None,
    now: int,
) -> Slice:
    kind, modulus = behaviour
    rollup = combine(parts, *window, kind=kind, before=before, after=after, modulus=modulus)
    if kind is Kind.COUNTER:
        return _counted(window, rollup, modulus, before, after)
    if kind is Kind.STATE:
        return _held(window, rollup, before, now)
    return Slice(rollup, rollup.increase if rollup else None, None)


def _counted(
    window: Window, rollup: Rollup | None, modulus: float | None, before: Sample | None, after: Sample | None
) -> Slice:
    if rollup is not None:
        return Slice(rollup, rollup.increase, None, 0.0, frozenset(rules(rollup, before, after, modulus)))
    if before is None or after is None:
        return Slice(None, None, None)
    increase = bridge(before, after, *window, modulus)
    return Slice(None, increase, None, 0.0, frozenset(bridge_rules(before, after, modulus)))


def _held(window: Window, rollup: Rollup | None, before: Sample | None, now: int) -> Slice:
    until = min(window.end, now)
    latest = last_of(rollup) if rollup is not None else before
    if latest is None:
        return Slice(None, None, None)
    since = window.start if before is not None or rollup is None else rollup.first_time
    on_seconds = rollup.on_seconds or 0.0 if rollup is not None else 0.0
    if is_on(latest.value):
        held_from = max(latest.time, until) if rollup is not None else window.start
        on_seconds += (until - held_from) / SECOND if rollup is None else -(window.end - held_from) / SECOND
    return Slice(rollup, None, on_seconds, max(until - since, 0) / SECOND)
