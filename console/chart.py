"""What the chart of a point draws: consumption as bars with their coverage, gauges as lines that break at gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any, Final

from console.reader import DIGITS, Reader
from queries.bundle import Queries
from queries.figures import FigureQuery, FigureRow
from queries.silence import MISSED
from smartregion.clock import DAY, HOUR, SECOND
from smartregion.model import Attributes, Sample, Series
from smartregion.quantities import Kind, Quantity
from store.series.protocol import Selection

RANGES: Final = {"24h": DAY, "7d": 7 * DAY, "14d": 14 * DAY, "30d": 30 * DAY}
LONG: Final = ("14d", "30d")
LINES: Final = 6
READINGS: Final = 20_000
_MILLISECOND: Final = 1_000_000
Column = list[float | None]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Values over time, in the display unit."""

    mode: str
    """bars, line or steps"""
    per: str
    """What a value stands for: hour, day, mean_hour, share_day; empty for single readings."""
    times: list[int]
    """Milliseconds since 1970: the reading's time, or the start of the window."""
    lines: list[tuple[str, Column]]
    """Name (empty when there is one line) and values; None breaks the line."""
    coverages: Column
    """For each bar; empty for lines."""
    total: float | None = None


def chart_data(queries: Queries, reader: Reader, point: str, quantity: Quantity, asked: str) -> dict[str, Any]:
    """As JSON, `unit` and `coverage` of the whole range included. Raises Unavailable."""
    end = queries.clock.now()
    start = end - RANGES[asked]
    question = _Question(queries, reader, point, quantity, start, end)
    if quantity.kind in (Kind.COUNTER, Kind.DELTA):
        drawn = question.consumption("1d" if asked in LONG else "1h")
    elif asked in LONG:
        drawn = question.shares() if quantity.kind is Kind.STATE else question.means()
    else:
        drawn = question.readings()
    return {
        "mode": drawn.mode,
        "per": drawn.per,
        "times": drawn.times,
        "lines": [{"name": name, "values": values} for name, values in drawn.lines],
        "coverages": drawn.coverages,
        "total": drawn.total,
        "coverage": question.coverage(),
        "unit": unit_of(quantity, share=drawn.per == "share_day"),
        "from": start // _MILLISECOND,
        "to": end // _MILLISECOND,
    }


def unit_of(quantity: Quantity, *, share: bool) -> dict[str, Any]:
    """How the scripts show a value that is in the display unit already."""
    symbol = "%" if share else quantity.symbol
    digits = DIGITS.get(quantity.name, DIGITS.get(symbol))
    return {"symbol": symbol, "kind": "gauge" if share else quantity.kind.value, "digits": digits}


@dataclass(frozen=True, slots=True)
class _Question:
    queries: Queries
    reader: Reader
    point: str
    quantity: Quantity
    start: int
    end: int

    def consumption(self, window: str) -> Drawn:
        """Bars of what was used in each window."""
        rows = self._ask("increase", window)
        values = self._shown([row.value for row in rows])
        known = [value for value in values if value is not None]
        per = "day" if window == "1d" else "hour"
        return Drawn("bars", per, _starts(rows), [("", values)], _coverages(rows), sum(known) if known else None)

    def shares(self) -> Drawn:
        """Bars of the share of each day that a state was on."""
        rows = self._ask("share", "1d")
        values = [None if row.value is None else row.value * 100 for row in rows]
        return Drawn("bars", "share_day", _starts(rows), [("", values)], _coverages(rows))

    def means(self) -> Drawn:
        """A line of hourly means for each set of attributes."""
        lines = []
        for attributes in self._families():
            rows = self._ask("mean", "1h", attributes)
            samples = [Sample(row.start, row.value) for row in rows if row.value is not None and row.n]
            lines.append((self.reader.attributes(attributes), self._broken(samples, HOUR)))
        return self._together("line", "mean_hour", lines)

    def readings(self) -> Drawn:
        """A line of readings for each set of attributes; states go in steps and hold over gaps."""
        steps = self.quantity.kind is Kind.STATE
        samples: dict[Attributes, list[Sample]] = {attributes: [] for attributes in self._families()}
        for series in self._series():
            if series.attributes in samples:
                samples[series.attributes] += self._read(series)
        lines = [
            (self.reader.attributes(attributes), sorted(found) if steps else self._broken(sorted(found), 0))
            for attributes, found in samples.items()
        ]
        return self._together("steps" if steps else "line", "", lines)

    def coverage(self) -> float | None:
        """Of the whole range."""
        rows = self._ask("count", "total")
        return rows[0].coverage.share if rows else None

    def _ask(self, function: str, window: str, attributes: Attributes = ()) -> Sequence[FigureRow]:
        return self.queries.figures.ask(
            FigureQuery(
                quantity=self.quantity.name,
                start=self.start,
                end=self.end,
                window=window,
                fn=function,
                points=(self.point,),
                attributes=attributes,
            )
        )

    def _series(self) -> list[Series]:
        return self.queries.store.series(Selection(points=(self.point,), quantities=(self.quantity.name,)))

    def _families(self) -> list[Attributes]:
        return sorted({series.attributes for series in self._series()})[:LINES]

    def _read(self, series: Series) -> list[Sample]:
        found = self.queries.store.read(series, self.start, self.end, limit=READINGS)
        return [sample for sample in found if isfinite(sample.value)]

    def _broken(self, samples: Sequence[Sample], usual: int) -> list[Sample]:
        """The samples, with a NaN where more than three of the usual steps are missing."""
        steps = sorted(later.time - earlier.time for earlier, later in pairwise(samples))
        usual = usual or (steps[len(steps) // 2] if steps else 0)
        broken: list[Sample] = []
        for sample in samples:
            if broken and sample.time - broken[-1].time > max(MISSED * usual, SECOND):
                broken.append(Sample(broken[-1].time + usual, float("nan")))
            broken.append(sample)
        return broken

    def _together(self, mode: str, per: str, lines: Sequence[tuple[str, Sequence[Sample]]]) -> Drawn:
        """Several lines over one row of times; where a line has no value of its own, None."""
        times = sorted({sample.time for _, samples in lines for sample in samples})
        place = {time: index for index, time in enumerate(times)}
        columns: list[tuple[str, Column]] = []
        for name, samples in lines:
            column: Column = [None] * len(times)
            for sample in samples:
                column[place[sample.time]] = sample.value if isfinite(sample.value) else None
            columns.append((name, self._shown(column)))
        return Drawn(mode, per, [time // _MILLISECOND for time in times], columns if times else [], [])

    def _shown(self, values: Column) -> Column:
        factor = self.quantity.display_factor
        return [None if value is None else value * factor for value in values]


def _starts(rows: Sequence[FigureRow]) -> list[int]:
    return [row.start // _MILLISECOND for row in rows]


def _coverages(rows: Sequence[FigureRow]) -> Column:
    return [row.coverage.share for row in rows]
