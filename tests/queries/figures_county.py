"""What the tests of figures share: a small county whose rollups are in step, and questions to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

from jobs.rollups import sum_up
from queries.figures import FigureQuery, FigureRow, Figures
from smartregion.clock import ManualClock
from smartregion.model import Record, Series
from smartregion.timestamps import parse
from store.series.memory import MemorySeries
from tests.jobs.rollup_world import Schedule

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
LATER = parse("2027-06-01T00:00:00Z")

METER = Series("hall", "app.meter", "water.volume_total", tenant="town", site="centre", domain="water", modulus=1e4)
POOL = Series("pool", "app.pool", "water.volume_total", tenant="town", site="park", domain="water")
FARM = Series("farm", "app.farm", "water.volume_total", tenant="village", domain="water")
PROBE = Series("hall", "app.probe", "air.temperature", tenant="town", site="centre")
YARD = Series("yard", "app.yard", "air.temperature", tenant="town", site="park")
LOT = Series("lot", "app.lot", "parking.occupied", tenant="town")
LOT_RADIO = Series("lot", "app.lot", "radio.rssi", tenant="town")


class Asked(TypedDict, total=False):
    """What differs from a plain question."""

    quantity: str
    end: int
    window: str
    zone: tzinfo
    fn: str
    group_by: str
    points: tuple[str, ...]
    sites: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]
    weight: str


@dataclass
class County:
    """A store whose rollups are in step, and questions to it."""

    records: Sequence[Record]
    schedule: Schedule = field(default_factory=Schedule)
    now: int = LATER
    zone: ZoneInfo = BERLIN

    def __post_init__(self) -> None:
        self.store = MemorySeries()
        self.store.write(self.records)
        while sum_up(self.store, self.schedule, self.zone, self.now):
            pass
        self.figures = Figures(self.store, self.schedule, self.zone, ManualClock(self.now))

    def ask(self, quantity: str, start: str, end: str, /, **more: Unpack[Asked]) -> list[FigureRow]:
        plain = FigureQuery(quantity=quantity, start=parse(start), end=parse(end))
        return self.figures.ask(replace(plain, **more))


def at(series: Series, time: str, value: float) -> Record:
    return Record(series, parse(time), value)


def values(rows: Sequence[FigureRow]) -> list[float | None]:
    return [row.value for row in rows]
