"""Reads series over the time of a plan and cuts them into its windows."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aggregates.coverage import Schedules, interval_at
from aggregates.rollup import first_of, last_of, roll
from aggregates.slices import Behaviour, Slice, slices
from aggregates.windows import Window
from queries.figures_plan import Plan, Segment
from queries.figures_words import refuse_too_much
from smartregion.model import Rollup, Sample, Series
from smartregion.quantities import QUANTITIES, Kind
from store.series.protocol import Selection, SeriesStore

_BATCH = 50
_LEANING = (Kind.COUNTER, Kind.STATE)

Values = dict[Series, list[list[float]]]
"""The readings of each series by window, for percentiles."""
_Around = tuple[Sample | None, Sample | None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: each series' slices in order of the windows, and its values where they were asked for."""

    slices: Mapping[Series, list[Slice]]
    values: Values


@dataclass(slots=True)
class Reader:
    """Reads parts from the level of each segment."""

    store: SeriesStore
    registry: Schedules
    plan: Plan
    now: int
    keep_values: bool = False
    _parts: dict[Series, list[Rollup]] = field(default_factory=dict)
    _values: Values = field(default_factory=dict)

    def read(self, series: Sequence[Series], which: Selection) -> Reading:
        """Slices of all these series, which `which` selects. Raises TooMuch before anything is read."""
        self._refuse_too_much(series, which)
        self._parts = {each: [] for each in series}
        for segment in self.plan.segments:
            self._read_segment(segment, series, which)
        around = self._around(series, which)
        return Reading({each: self._cut(each, around.get(each, (None, None))) for each in series}, self._values)

    def _refuse_too_much(self, series: Sequence[Series], which: Selection) -> None:
        rollups = len(series) * max(
            sum(segment.rows(self.now) for segment in self.plan.segments), len(self.plan.windows)
        )
        refuse_too_much(rollups, "rollups")
        raw = [segment for segment in self.plan.segments if segment.level is None]
        refuse_too_much(sum(self.store.count(which, each.start, each.end) for each in raw), "readings")

    def _read_segment(self, segment: Segment, series: Sequence[Series], which: Selection) -> None:
        if segment.level is None:
            self._roll_readings(segment, series)
            return
        found = self.store.rollups(segment.level, which, segment.start, segment.end)
        for each, rollups in found.items():
            if each in self._parts:
                self._parts[each] += rollups

    def _roll_readings(self, segment: Segment, series: Sequence[Series]) -> None:
        windows = [_overlap(window, segment) for window in self.plan.windows]
        for begin in range(0, len(series), _BATCH):
            batch = series[begin : begin + _BATCH]
            samples = self.store.read_many(batch, segment.start, segment.end)
            edges = self.store.edges(batch, segment.start, segment.end)
            for each in batch:
                self._roll_series(each, windows, samples.get(each, []), edges.get(each, (None, None)))

    def _roll_series(
        self, series: Series, windows: Sequence[Window], samples: Sequence[Sample], edges: _Around
    ) -> None:
        intervals = [each for each in self.registry.intervals(series.device) if each.seconds > 0]
        for window, inside, (before, after) in _by_window(windows, samples, edges):
            if self.keep_values:
                self._values.setdefault(series, []).append([sample.value for sample in inside])
            rollup = roll(
                inside,
                *window,
                kind=QUANTITIES[series.quantity].kind,
                before=before,
                after=after,
                modulus=series.modulus,
                interval=interval_at(intervals, window.start),
            )
            if rollup is not None:
                self._parts[series].append(rollup)

    def _around(self, series: Sequence[Series], which: Selection) -> dict[Series, _Around]:
        """Each series' readings next to the whole time, where they matter."""
        if QUANTITIES[series[0].quantity].kind not in _LEANING:
            return {}
        before = self._beside(self.plan.segments[0], series, which)
        after = self._beside(self.plan.segments[-1], series, which)
        return {each: (before.get(each, (None, None))[0], after.get(each, (None, None))[1]) for each in series}

    def _beside(self, segment: Segment, series: Sequence[Series], which: Selection) -> Mapping[Series, _Around]:
        start, end = self.plan.start, self.plan.end
        if segment.level is None:
            return self.store.edges(series, start, end)
        return {
            each: (last_of(before) if before is not None else None, first_of(after) if after is not None else None)
            for each, (before, after) in self.store.neighbours(segment.level, which, start, end).items()
        }

    def _cut(self, series: Series, around: _Around) -> list[Slice]:
        behaviour = Behaviour(QUANTITIES[series.quantity].kind, series.modulus)
        return slices(self.plan.windows, self._parts[series], behaviour, *around, self.now)


def _overlap(window: Window, segment: Segment) -> Window:
    return Window(max(window.start, segment.start), min(window.end, segment.end))


def _by_window(
    windows: Sequence[Window], samples: Sequence[Sample], edges: _Around
) -> Iterator[tuple[Window, Sequence[Sample], _Around]]:
    """The samples of each window, with the readings next to it."""
    times = [sample[0] for sample in samples]
    for window in windows:
        begin, until = bisect_left(times, window.start), bisect_left(times, window.end)
        before = samples[begin - 1] if begin else edges[0]
        after = samples[until] if until < len(samples) else edges[1]
        yield window, samples[begin:until], (before, after)
