"""How much a counter rose: steps between readings, rollover, reset, and the register at a window's edge.

A register that reads less than before has either rolled over or was reset:

* rollover: the modulus is declared and the step over it is less than a quarter of the modulus. A device would have to
  miss a quarter of its whole range between two readings to break this rule, and a register reset to 0 is taken for a
  rollover only when it stood in its last quarter.
* correction: it reads at least 99 % of what it read. Water flowed back, or a meter was set right by a little; the
  step is the small negative difference. Taken for a reset it would add the whole register once more.
* reset: everything else. The register counts from 0, so the step is what it reads now.
"""

from enum import StrEnum

from smartregion.model import Rollup, Sample

_PLAUSIBLE_ROLLOVER = 0.25
_CORRECTED = 0.99
_SAME = 1e-6


class Rule(StrEnum):
    """What was done to a counter's registers to get a figure."""

    ROLLOVER = "rollover"
    RESET = "reset"
    CORRECTION = "correction"
    """The register fell by a hundredth at most: a backflow, or a meter set right."""
    SWAP = "swap"
    """Two devices served the point one after another: their increases are added."""
    INTERPOLATED = "interpolated"
    """An edge of the window lies between two readings: the register there is computed, not read."""


def step(previous: float, now: float, modulus: float | None) -> float:
    """How much the register rose between two readings; below 0 only where it was corrected."""
    found = fall(previous, now, modulus)
    if found is Rule.ROLLOVER and modulus is not None:
        return modulus - previous + now
    return max(now, 0.0) if found is Rule.RESET else now - previous


def fall(previous: float, now: float, modulus: float | None) -> Rule | None:
    """Why a register reads less than before; None when it does not."""
    if now >= previous:
        return None
    if now >= previous * _CORRECTED:
        return Rule.CORRECTION
    if modulus is None or previous >= modulus:
        return Rule.RESET
    return Rule.ROLLOVER if modulus - previous + now < modulus * _PLAUSIBLE_ROLLOVER else Rule.RESET


def share_of_step(previous: Sample, following: Sample, start: int, end: int, modulus: float | None) -> float:
    """The part of a step that falls into [start, end], linear in time between its two readings."""
    start, end = max(start, previous.time), min(end, following.time)
    if start >= end:
        return 0.0
    rise = step(previous.value, following.value, modulus)
    return rise * ((end - start) / (following.time - previous.time))


def rules(rollup: Rollup, before: Sample | None, after: Sample | None, modulus: float | None) -> set[Rule]:
    """The rules behind a counter's increase over the rollup's window, told from its edges and its sum."""
    found: set[Rule] = set()
    edges = 0.0
    for previous, following in _edge_steps(rollup, before, after):
        found |= bridge_rules(previous, following, modulus)
        edges += share_of_step(previous, following, rollup.start, rollup.end, modulus)
    return found | _inner_rules(rollup, (rollup.increase or 0.0) - edges, modulus)


def bridge_rules(previous: Sample, following: Sample, modulus: float | None) -> set[Rule]:
    """The rules behind a share of one step."""
    found = fall(previous.value, following.value, modulus)
    return {Rule.INTERPOLATED, found} if found else {Rule.INTERPOLATED}


def _edge_steps(rollup: Rollup, before: Sample | None, after: Sample | None) -> list[tuple[Sample, Sample]]:
    steps = []
    if before is not None and before.time < rollup.start < rollup.first_time:
        steps.append((before, Sample(rollup.first_time, rollup.first)))
    if after is not None and after.time > rollup.end > rollup.last_time:
        steps.append((Sample(rollup.last_time, rollup.last), after))
    return steps


def _inner_rules(rollup: Rollup, inner: float, modulus: float | None) -> set[Rule]:
    # Without a fall between first and last the sum of steps is their difference; rollovers leave whole moduli over.
    excess = inner - (rollup.last - rollup.first)
    tolerance = _SAME * max(abs(rollup.first), abs(rollup.last), 1.0)
    if excess <= tolerance:
        return set()
    if modulus is not None and abs(excess - round(excess / modulus) * modulus) <= tolerance:
        return {Rule.ROLLOVER}
    return {Rule.RESET}
