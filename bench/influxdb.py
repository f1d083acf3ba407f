"""MQTT to InfluxDB: CPU by stage, uplinks a second, a county's year; Telegraf beside it where there is one."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import stages, telegraf, year
from bench.burst import patient
from bench.county import County
from bench.figure import Figure, Result, percentile
from bench.pair import pair
from bench.size import Size
from cli.demo_store import DemoInflux
from tests.real.influx import Influx

WANTED_MEGABYTES = 200


def run(size: Size) -> Result:
    """Measure against the InfluxDB that is given, else against Debian's; without either nothing is measured."""
    with _server() as store:
        if store is None:
            nothing = Figure("CPU per uplink, MQTT to InfluxDB", None, "µs")
            return Result("influxdb", (nothing,), "no InfluxDB here: neither INFLUXDB_URL nor influxd on the path")
        figures, conditions = _measure(size, store)
    return Result("influxdb", tuple(figures), conditions)


def _measure(size: Size, store: DemoInflux) -> tuple[list[Figure], str]:
    staged = stages.measure(County.make(size.devices, time.time_ns()), size, store)
    cpu, rate, memory = _line(size, store)
    taken = year.measure(size, store)
    share = telegraf.share(size, store, cpu)
    figures = [
        *staged.figures("CPU per uplink into InfluxDB"),
        Figure("MQTT to InfluxDB: CPU per uplink, whole process, rollups included", cpu * 1e6, "µs"),
        Figure("MQTT to InfluxDB, journal durable: settled", rate, "uplinks/s"),
        Figure("MQTT to InfluxDB: memory (RSS) after it", memory, "MB", at_most=WANTED_MEGABYTES),
        Figure("InfluxDB, figures of a year by month and municipality: p50", percentile(taken.by_tenant, 0.5), "ms"),
        Figure(
            "InfluxDB, figures of a year by month and municipality: p95",
            percentile(taken.by_tenant, 0.95),
            "ms",
            at_most=year.WANTED_MS,
        ),
        Figure("CPU per uplink, MQTT to InfluxDB, as a share of Telegraf's", share, "", at_most=1.0),
    ]
    kind = "Debian's InfluxDB (/write of 1.x)" if store.write_path == "v1" else f"the InfluxDB 2 at {store.url}"
    conditions = (
        f"{kind} on the same machine; {size.burst} uplinks of {size.devices} devices, {staged.octets:.0f} bytes and "
        f"{staged.records:.1f} readings each, SQLite journal; {size.series} series and {taken.rows} rollups in the year"
        + ("" if share is not None else "; there is no telegraf on the path, so its share was not measured")
    )
    return figures, conditions


def _line(size: Size, store: DemoInflux) -> tuple[float, float, float]:
    """Seconds of CPU an uplink, uplinks a second, megabytes: the whole process under a burst that waits for it."""
    with pair(size.devices, storage=False, store=store) as both:
        both.warm_up(size.devices)
        cpu, rate, _ = patient(both, size.burst)
        return cpu / size.burst, rate, both.stand()["rss"] / 1e6


@contextmanager
def _server() -> Iterator[DemoInflux | None]:
    if url := os.environ.get("INFLUXDB_URL"):
        yield DemoInflux(url)
    elif shutil.which("influxd"):
        with tempfile.TemporaryDirectory(prefix="smartregion-bench-") as folder, Influx(Path(folder)) as influx:
            yield DemoInflux(influx.url, "v1")
    else:
        yield None
