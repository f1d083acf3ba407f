"""The stores into which readings go, and what is in them when all is over: read past the platform where that can be."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Protocol, Self

import httpx

from faults.disks import small_disk
from simulator.influxdb.proxy import Proxy
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

    def __init__(self, folder: Path, *, disk_megabytes: int = 0) -> None:
        """`disk_megabytes`: the size of the disk on which its readings lie, when that is to be one of its own."""
        self._folder = folder / "influx"
        self._megabytes = disk_megabytes
        self._ending = ExitStack()
        self.disk = folder / "disk"

    def __enter__(self) -> Self:
        """Start it, with the databases of the county."""
        disk = self._ending.enter_context(small_disk(self.disk, self._megabytes)) if self._megabytes else None
        self.influx = self._ending.enter_context(Influx(self._folder, data=disk))
        self.influx.create(BUCKETS)
        self.proxy = self._ending.enter_context(Proxy(self.influx.port))
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._ending.close()

    def region(self) -> str:
        """Short patience, so that what does not answer is told soon."""
        patience = "connect_seconds = 2\nwrite_seconds = 5\nquery_seconds = 10\n"
        return f'[store]\nkind = "influxdb"\nurl = "{self.proxy.url}"\nwrite_path = "v1"\n{patience}'

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Everything is answered with 503, as by a proxy whose server is away."""
        with ThreadingHTTPServer(("127.0.0.1", 0), _Refuser) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.proxy.target = server.server_address[1]
            self.proxy.cut()
            yield
            self.proxy.target = self.influx.port
            self.proxy.cut()
            server.shutdown()

    def readings(self, data: Path) -> Found:  # noqa: ARG002 — as the protocol has it
        """Every reading of pulses, asked of the server itself."""
        question = {"db": BUCKETS[0], "epoch": "ns", "q": 'SELECT "count_total", "device" FROM "pulse"'}
        reply = httpx.get(f"{self.influx.url}/query", params=question, timeout=60).raise_for_status().json()
        rows = [row for each in reply["results"] for series in each.get("series", []) for row in series["values"]]
        assert len({(device, time) for time, _, device in rows}) == len(rows), "a reading is there twice"
        return {(device, time): value for time, value, device in rows}


def device_of(device_id: str) -> str:
    """A device as the platform names it."""
    return f"{APPLICATION}.{device_id}"


class _Refuser(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002
        """Say nothing."""
