"""One tenant's figures of one quantity over one window, from the series of its points. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from aggregates.coverage import coverage, evidence
from aggregates.rollup import bridge
from aggregates.windows import Window
from smartregion.clock import SECOND
from smartregion.model import Rollup, Sample, Series, Total
from smartregion.quantities import Kind

_SENT_ON_CHANGE = (Kind.STATE, Kind.EVENT)


class Track(NamedTuple):
    """One series in the window; `before` and `after` are its readings next to it, for counters without a rollup."""

    series: Series
    rollup: Rollup | None
    expected: float | None
    """Slots expected in the whole window, also when it is not over yet."""
    before: Sample | None = None
    after: Sample | None = None


def total(tenant: str, quantity: str, kind: Kind, window: Window, tracks: Sequence[Track], now: int) -> Total:
    """Sum up the series of one tenant and quantity.

    A counter without a reading in the window adds its share of the step over it, so that months sum to the year.
    Without any reading `n` and `points` are 0, and minimum and maximum mean nothing.
    """
    rollups = [(track.series.point, track.rollup) for track in tracks if track.rollup is not None]
    means = _means(rollups)
    shown = coverage(evidence(track.rollup, window, track.expected, now) for track in tracks)
    by_slots = kind not in _SENT_ON_CHANGE and shown.expected is not None
    return Total(
        tenant=tenant,
        quantity=quantity,
        start=window.start,
        end=window.end,
        points=len(means),
        n=sum(rollup.n for _, rollup in rollups),
        minimum=min((rollup.minimum for _, rollup in rollups), default=0.0),
        maximum=max((rollup.maximum for _, rollup in rollups), default=0.0),
        total=sum(rollup.total for _, rollup in rollups),
        means=sum(means),
        increase=_increase(kind, window, tracks),
        on_seconds=sum(rollup.on_seconds or 0.0 for _, rollup in rollups) if kind is Kind.STATE else None,
        slots=shown.received if by_slots else None,
        expected=shown.expected if by_slots else None,
        gap=int((shown.longest_gap_seconds or 0.0) * SECOND),
    )


def _means(rollups: Sequence[tuple[str, Rollup]]) -> list[float]:
    points: dict[str, tuple[float, int]] = {}
    for point, rollup in rollups:
        sum_of_values, n = points.get(point, (0.0, 0))
        points[point] = (sum_of_values + rollup.total, n + rollup.n)
    return [sum_of_values / n for sum_of_values, n in points.values()]


def _increase(kind: Kind, window: Window, tracks: Sequence[Track]) -> float | None:
    if kind not in (Kind.COUNTER, Kind.DELTA):
        return None
    known = [amount for track in tracks if (amount := _amount(track, window)) is not None]
    return sum(known) if known else None


def _amount(track: Track, window: Window) -> float | None:
    if track.rollup is not None:
        return track.rollup.increase
    return bridge(track.before, track.after, *window, track.series.modulus) if track.before is not None else None
