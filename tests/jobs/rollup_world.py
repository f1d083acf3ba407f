"""What the tests of the rollup job share: some series, a stand-in registry, stores whose rollups are in step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from jobs.rollups import sum_up
from smartregion.clock import MINUTE
from smartregion.model import Assignment, Level, Record, Series
from smartregion.timestamps import parse
from store.registry.protocol import Interval
from store.series.memory import MemorySeries
from store.series.protocol import Selection

BERLIN = ZoneInfo("Europe/Berlin")
NOW = parse("2026-12-24T12:00:00Z")
MONDAY = parse("2026-11-02T00:00:00+01:00")
ALL = Selection()

METER = Series("hall", "app.meter", "water.volume_total", tenant="musterstadt", modulus=1000.0)
OTHER_METER = Series("pool", "app.pool", "water.volume_total", tenant="musterstadt")
PROBE = Series("hall", "app.probe", "air.temperature", tenant="musterstadt")
SWITCH = Series("lot", "app.lot", "parking.occupied", tenant="musterstadt")
RAIN = Series("roof", "app.roof", "rain.amount", tenant="beispielheim")


@dataclass
class Schedule:
    """Intervals and assignments as the registry would tell them."""

    every: dict[str, float] = field(default_factory=dict)
    assigned: list[Assignment] = field(default_factory=list)

    def intervals(self, device: str) -> list[Interval]:
        return [Interval(0, self.every[device], "configured")] if device in self.every else []

    def assignments(self, device: str = "", point: str = "") -> list[Assignment]:
        return self.assigned


SCHEDULE = Schedule({"app.meter": 900, "app.probe": 700, "app.lot": 10800})


def record(series: Series, minute: float, value: float) -> Record:
    return Record(series, MONDAY + int(minute * MINUTE), value)


def run(store: MemorySeries, limit: int = 1000, schedule: Schedule = SCHEDULE) -> None:
    while sum_up(store, schedule, BERLIN, NOW, limit):
        pass


def summed(records: Sequence[Record], schedule: Schedule = SCHEDULE) -> MemorySeries:
    store = MemorySeries()
    store.write(records)
    run(store, schedule=schedule)
    return store


def everything(store: MemorySeries) -> tuple[object, ...]:
    levels = [store.rollups(level, ALL, -(2**62), 2**62) for level in Level]
    return *levels, store._totals


SERIES = [METER, OTHER_METER, PROBE, SWITCH, RAIN]
