"""The stores into which readings go, and what is in them when all is over: read past the platform where that can be."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

import httpx

from smartregion.timestamps import EARLIEST, LATEST
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection
from tests.real.influx import Influx
from tests.whole.service import APPLICATION

QUANTITY = "pulse.count_total"
BUCKETS = ("musterstadt", "musterstadt_rollup", "smartregion")

Found = Mapping[tuple[str, int], float]
"""(device, time) → value."""


class Kind(StrEnum):
    """A store, as the table names it."""

    DUCKDB = "DuckDB"
    INFLUXDB = "InfluxDB"


class Place(Protocol):
    """A store, up from the beginning of its `with`."""

    def region(self) -> str:
        """What the region file says of it."""
        ...

    def readings(self, data: Path) -> Found:
        """Every reading of pulses; the platform has ended."""
        ...


class Embedded:
    """The DuckDB file of the data folder."""

    def __enter__(self) -> Self:
        """Nothing is to be started."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is to be ended."""

    def region(self) -> str:
        """It is what the platform takes when nothing is said."""
        return ""

    def readings(self, data: Path) -> Found:
        """Every reading of pulses."""
        store = DuckSeries(data / "series.duckdb")
        found = store.read_many(store.series(Selection(quantities=(QUANTITY,))), EARLIEST, LATEST)
        store.close()
        return {(series.device, each.time): each.value for series, samples in found.items() for each in samples}


class InfluxDb:
    """Debian's InfluxDB, a server of its own."""

    def __init__(self, folder: Path, *, data: Path | None = None) -> None:
        """`data`: where its readings lie, when that is to be another disk."""
        self.influx = Influx(folder / "influx", data=data)

    def __enter__(self) -> Self:
        """Start it, with the databases of the county."""
        self.influx.start()
        self.influx.create(BUCKETS)
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.influx.stop()

    def region(self) -> str:
        """Short patience, so that what does not answer is told soon."""
        return store_entry(self.influx.url)

    def readings(self, data: Path) -> Found:  # noqa: ARG002 — as the protocol has it
        """Every reading of pulses, asked of the server itself."""
        question = {"db": BUCKETS[0], "epoch": "ns", "q": 'SELECT "count_total", "device" FROM "pulse"'}
        reply = httpx.get(f"{self.influx.url}/query", params=question, timeout=60).raise_for_status().json()
        rows = [row for each in reply["results"] for series in each.get("series", []) for row in series["values"]]
        assert len({(device, time) for time, _, device in rows}) == len(rows), "a reading is there twice"
        return {(device, time): value for time, value, device in rows}


def store_entry(url: str) -> str:
    """The entry of the region file for an InfluxDB 1.x."""
    patience = "connect_seconds = 2\nwrite_seconds = 5\nquery_seconds = 10\n"
    return f'[store]\nkind = "influxdb"\nurl = "{url}"\nwrite_path = "v1"\n{patience}'


def device_of(device_id: str) -> str:
    """A device as the platform names it."""
    return f"{APPLICATION}.{device_id}"
