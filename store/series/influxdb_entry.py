"""A series and where in InfluxDB it lies, in memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from smartregion.clock import DAY
from smartregion.model import Series
from store.series.influxdb_file import Kept
from store.series.influxdb_lines import EARLIEST, LATEST, Spot


@dataclass(slots=True, eq=False)
class Entry:
    """A series and where it lies."""

    number: int
    series: Series
    homes: dict[int, Spot]
    """By rank, newest first."""
    low: int
    high: int
    """First and last day since 1970 that may hold something of it."""
    tenant: str = field(init=False)
    prefix: str = field(init=False)
    column: str = field(init=False)
    hour: int = field(init=False, default=1 << 40)
    key: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        """Lay out what each record needs."""
        self.settle()

    def settle(self) -> None:
        """Look where it belongs now."""
        spot = self.spot
        self.tenant, self.prefix, self.column = spot.home.tenant, spot.prefix, spot.field

    @property
    def spot(self) -> Spot:
        """Where it belongs now."""
        return next(iter(self.homes.values()))

    @property
    def start(self) -> int:
        """Nothing of it lies before."""
        return max(self.low * DAY, EARLIEST)

    @property
    def end(self) -> int:
        """Nothing of it lies then or later."""
        return min((self.high + 1) * DAY, LATEST + 1)

    def kept(self) -> Kept:
        """As the file holds it."""
        homes = {rank: spot.home for rank, spot in self.homes.items()}
        return Kept(self.number, self.series, homes, self.low, self.high)


def spots_in(entries: Iterable[Entry]) -> Iterator[tuple[Entry, int, Spot]]:
    """Every place where something of these series may lie, with its rank."""
    return ((entry, rank, spot) for entry in entries for rank, spot in list(entry.homes.items()))
