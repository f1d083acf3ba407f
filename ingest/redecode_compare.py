"""Compares what today's decoders make with what is stored."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ingest.redecode_words import Batch, Line
from queries.redecoding import MOST_EXAMPLES, Difference, Example
from smartregion.model import Record, Sample, Series
from store.series.protocol import Selection, SeriesStore

_NONE: Sequence[Sample] = ()


class Run(NamedTuple):
    """Samples that go, and nothing else of these series lies between start and end."""

    series: tuple[Series, ...]
    start: int
    end: int


@dataclass(slots=True)
class Verdict:
    """What would have to be done, and how it is told."""

    records: list[Record] = field(default_factory=list)
    """To be written: what appears and what changes."""
    gone: list[Run] = field(default_factory=list)
    differences: dict[tuple[str, str], Difference] = field(default_factory=dict)
    """By decoder and quantity."""
    unexplained: int = 0


class _Made(NamedTuple):
    """What is made for one series today."""

    decoder: str
    samples: list[tuple[int, float]]
    guarded: Collection[int]


class _Origin(NamedTuple):
    """The frames of one device."""

    decoder: str
    own: Collection[int]
    failed: Collection[int]


class Comparing:
    """Compares batch after batch with one store."""

    def __init__(self, store: SeriesStore, start: int, end: int, oldest: int) -> None:
        """Frames lie in [start, end); readings before `oldest` are past the retention and count nowhere."""
        self._store = store
        self._start = start
        self._end = end
        self._oldest = oldest

    def made(self, batch: Batch) -> dict[Series, _Made]:
        """What the batch makes, by series."""
        return {_series(line): self._made(line) for line in batch.lines}

    def _made(self, line: Line) -> _Made:
        times, values = _integers(line.times), array("d", line.values)
        samples = list(zip(times, values, strict=True))
        if samples and samples[0][0] < self._oldest:
            samples = [sample for sample in samples if sample[0] >= self._oldest]
        return _Made(line.decoder, samples, frozenset(_integers(line.guarded)))

    def compare(self, batch: Batch) -> Verdict:
        """What differs. Raises Unavailable."""
        verdict = Verdict()
        made = self.made(batch)
        origins = {
            heard.device: _Origin(heard.decoder, frozenset(_integers(heard.times)), frozenset(_integers(heard.failed)))
            for heard in batch.heard
        }
        if not origins:
            return verdict
        known = {series: series for series in self._store.series(Selection(devices=list(origins)))}
        reach = self._reach(made, origins)
        stored = self._store.read_many(list(known), *reach) if reach is not None else {}
        spent = _Spent(reach)
        for series in {**known, **made}:
            origin = origins[series.device]
            ours = made.get(series) or _Made(origin.decoder, [], frozenset())
            self._one(verdict, spent, series, ours, origin, stored.get(series, _NONE))
        verdict.gone = spent.runs()
        return verdict

    def _reach(self, made: Mapping[Series, _Made], origins: Mapping[str, _Origin]) -> tuple[int, int] | None:
        times = [time for each in made.values() if each.samples for time in (each.samples[0][0], each.samples[-1][0])]
        times += [time for origin in origins.values() if origin.own for time in (min(origin.own), max(origin.own))]
        return (max(min(times), self._oldest), max(times) + 1) if times else None

    def _one(
        self,
        verdict: Verdict,
        spent: "_Spent",
        series: Series,
        made: _Made,
        origin: _Origin,
        stored: Sequence[Sample],
    ) -> None:
        if not made.samples and not stored:
            return
        key = (made.decoder, series.quantity)
        tally = verdict.differences.get(key)
        if tally is None:
            tally = verdict.differences[key] = Difference(*key)
        if len(stored) == len(made.samples) and made.samples == stored:
            tally.same += len(stored)
            return
        before, after = dict(stored), dict(made.samples)
        for time, value in made.samples:
            if time not in before:
                _note(tally, "appear", series, time, None, value)
            elif before[time] != value:
                _note(tally, "change", series, time, before[time], value)
            else:
                tally.same += 1
                continue
            verdict.records.append(Record(series, time, value))
        gone = self._vanish(verdict, tally, series, before, after, made, origin)
        spent.add(series, gone, [time for time, _ in stored], after)

    def _vanish(
        self,
        verdict: Verdict,
        tally: Difference,
        series: Series,
        before: Mapping[int, float],
        after: Mapping[int, float],
        made: _Made,
        origin: _Origin,
    ) -> list[int]:
        """Times of stored samples that a frame of the range made once and no frame makes today."""
        gone: list[int] = []
        for time, value in before.items():
            if time in after or time in made.guarded or time in origin.failed:
                continue
            if time in origin.own:
                gone.append(time)
                _note(tally, "vanish", series, time, value, None)
            elif self._start <= time < self._end:
                verdict.unexplained += 1
        return gone


class _Spent:
    """Samples that go, put together into as few runs as there can be."""

    def __init__(self, reach: tuple[int, int] | None) -> None:
        self._reach = reach
        self._whole: list[Series] = []
        self._parts: dict[tuple[int, int], list[Series]] = {}

    def add(self, series: Series, gone: Sequence[int], stored: Sequence[int], after: Mapping[int, float]) -> None:
        """Note what goes of one series; `stored` in order, `after` is what will be there."""
        if not gone:
            return
        if len(gone) == len(stored) and not after:
            self._whole.append(series)
            return
        for start, end in _runs(frozenset(gone), sorted({*stored, *after})):
            self._parts.setdefault((start, end), []).append(series)

    def runs(self) -> list[Run]:
        """All of it."""
        found = [Run(tuple(series), *span) for span, series in self._parts.items()]
        if self._whole and self._reach is not None:
            found.append(Run(tuple(self._whole), *self._reach))
        return found


def _runs(gone: Collection[int], times: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Spans that hold gone times only, out of all times there are."""
    start: int | None = None
    last = 0
    for time in times:
        if time in gone:
            start, last = time if start is None else start, time
        elif start is not None:
            yield start, last + 1
            start = None
    if start is not None:
        yield start, last + 1


def _note(tally: Difference, kind: str, series: Series, time: int, before: float | None, after: float | None) -> None:
    count = getattr(tally, kind)
    setattr(tally, kind, count + 1)
    if count < MOST_EXAMPLES:
        place = (series.point, series.device, series.quantity, series.attributes)
        tally.examples.append(Example(kind, *place, time, before, after))


def _series(line: Line) -> Series:
    return Series(
        line.point,
        line.device,
        line.quantity,
        line.attributes,
        line.tenant,
        line.site,
        line.domain,
        line.modulus,
    )


def _integers(packed: bytes) -> "array[int]":
    return array("q", packed)
