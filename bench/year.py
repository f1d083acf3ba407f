"""Figures of a county over one year: by month and municipality, and by month from all single series."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aggregates.windows import Size as Length
from aggregates.windows import Window, windows
from bench.county import County
from bench.figure import Figure, Result, percentile
from bench.running import folder, platform
from bench.size import Size
from cli.demo_store import DemoInflux
from queries.figures import FigureQuery, Figures
from smartregion import timestamps
from smartregion.clock import HOUR, ManualClock
from smartregion.model import Level, Rollup, Series, Total
from store.series.protocol import SeriesStore

ZONE = ZoneInfo("Europe/Berlin")
QUANTITY = "water.volume_total"
WANTED_MS = 50
# Hours of all series would be 88 million rows; these are enough for the year to be found among others.
DAILY_SHARE = 20
HOURLY_SHARE = 200
_BATCH = 50_000


def run(size: Size) -> Result:
    """Fill a year, then ask."""
    taken = measure(size)
    what = "figures of a year by month"
    return Result(
        "year",
        (
            Figure(f"{what} and municipality: p50", percentile(taken.by_tenant, 0.5), "ms"),
            Figure(f"{what} and municipality: p95", percentile(taken.by_tenant, 0.95), "ms", at_most=WANTED_MS),
            Figure(f"{what}, all points as one (no totals kept): p50", percentile(taken.by_county, 0.5), "ms"),
        ),
        f"DuckDB alone, {size.series} series, {taken.rows} rollups (months of all, days of 1 in {DAILY_SHARE}, hours "
        f"of 1 in {HOURLY_SHARE}) and totals; asked {len(taken.by_tenant)} times",
        {"filled_seconds": round(taken.filled, 1)},
    )


class Taken(NamedTuple):
    """What it took."""

    by_tenant: list[float]
    """Milliseconds of each answer."""
    by_county: list[float]
    rows: int
    """Rollups written."""
    filled: float
    """Seconds to write them."""


def measure(size: Size, store: DemoInflux | None = None) -> Taken:
    """Fill the embedded store, or an InfluxDB, and ask."""
    start, end = (timestamps.from_datetime(datetime(year, 1, 1, tzinfo=ZONE)) for year in (2025, 2026))
    clock = ManualClock(end + HOUR)
    county = County.make(300, end)
    with folder() as data:
        running = platform(data, county.region, {}, clock, listen=False, store=store)
        series = _series(size.series, [tenant.key for tenant in county.region.tenants])
        begun = time.monotonic()
        rows = _fill(running.stores.series, series, start, end)
        filled = time.monotonic() - begun
        figures = running.queries.figures
        by_tenant = _ask(figures, size.asked, start, end, group_by="tenant")
        by_county = _ask(figures, max(size.asked // 8, 1), start, end, group_by="none")
        running.stores.close()
    return Taken(by_tenant, by_county, rows, filled)


def _ask(figures: Figures, times: int, start: int, end: int, group_by: str) -> list[float]:
    """Milliseconds of each answer."""
    query = FigureQuery(quantity=QUANTITY, start=start, end=end, window="1mo", fn="increase", group_by=group_by)
    taken: list[float] = []
    for _ in range(times):
        begun = time.perf_counter()
        rows = figures.ask(query)
        taken.append((time.perf_counter() - begun) * 1000)
        if not rows or any(row.value is None for row in rows):
            raise RuntimeError("the year is not there")
    return taken


def _series(count: int, tenants: Sequence[str]) -> list[Series]:
    return [
        Series(
            point=f"meter-{number:05d}",
            device=f"app.meter-{number:05d}",
            quantity=QUANTITY,
            tenant=tenants[number % len(tenants)],
            domain="water",
        )
        for number in range(count)
    ]


def _fill(store: SeriesStore, series: Sequence[Series], start: int, end: int) -> int:
    """Put rollups and totals; gives the number of rollups."""
    months = windows(Length.MONTH, start, end, ZONE)
    parts = (
        (Level.MONTH, series, months),
        (Level.DAY, series[::DAILY_SHARE], windows(Length.DAY, start, end, ZONE)),
        (Level.HOUR, series[::HOURLY_SHARE], windows(Length.HOUR, start, end, ZONE)),
    )
    count = 0
    for level, some, spans in parts:
        rows = ((each, _rollup(number, span)) for number, each in enumerate(some) for span in spans)
        while batch := list(islice(rows, _BATCH)):
            store.put_rollups(level, batch)
            count += len(batch)
    for level, _, spans in parts[:2]:
        store.put_totals(level, _totals(series, spans))
    store.compact()
    return count


def _rollup(number: int, window: Window) -> Rollup:
    hours = (window.end - window.start) / HOUR
    first, n = 1000.0 * number + window.start / HOUR, max(int(hours * 4), 1)
    last = first + hours
    ends = (window.start + HOUR // 8, window.end - HOUR // 8)
    return Rollup(
        *window, n, first, last, n * (first + last) / 2, first, ends[0], last, ends[1], hours, None, n, HOUR // 4
    )


def _totals(series: Sequence[Series], spans: Sequence[Window]) -> Iterator[Total]:
    points = {tenant: sum(each.tenant == tenant for each in series) for tenant in {each.tenant for each in series}}
    for tenant, count in points.items():
        for span in spans:
            hours = (span.end - span.start) / HOUR
            n = int(hours * 4) * count
            sums = (0.0, hours, n * hours / 2, count * hours / 2)
            yield Total(tenant, QUANTITY, *span, count, n, *sums, hours * count, None, n, n, HOUR // 4)
