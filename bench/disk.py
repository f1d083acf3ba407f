"""What an uplink takes on disk: in the log, in the book, in the series store."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from bench.county import County
from bench.figure import Figure, Result
from bench.running import folder, platform
from bench.size import Size
from cli.compose import Platform
from ingest.collector import CHUNK_MESSAGES
from ingest.pipeline import Pipeline
from smartregion.model import Message

# What 0.2 s bring at 11 uplinks a second.
SMALL_CHUNK = 2
WANTED = 300


def run(size: Size) -> Result:
    """Fill a data folder with full chunks, another one's log with small ones."""
    county = County.make(size.devices, time.time_ns())
    messages = county.messages(size.disk, time.time_ns())
    octets = fmean(len(message.payload) for message in messages)
    log, book, series, readings = _full(county, messages)
    small = _small(county, messages[: size.disk // 10])
    per = len(messages)
    return Result(
        "disk",
        (
            Figure(f"journal: log, chunks of {CHUNK_MESSAGES}", log / per, "bytes/uplink", at_most=WANTED),
            Figure(f"journal: log, chunks of {SMALL_CHUNK} (11 uplinks/s)", small, "bytes/uplink", at_most=WANTED),
            Figure("journal: book", book / per, "bytes/uplink"),
            Figure("series store, compacted", series / per, "bytes/uplink"),
            Figure("series store, compacted", series / readings, "bytes/reading"),
        ),
        f"{per} uplinks of {octets:.0f} bytes, ids and tokens random as in captured data, "
        f"{readings / per:.1f} readings each; files after closing",
    )


def _full(county: County, messages: Sequence[Message]) -> tuple[int, int, int, int]:
    """Bytes of log, book and series store, and how many readings were stored."""
    with folder() as data:
        running = platform(data, county.region, {}, listen=False)
        readings = _take(running, messages)
        running.stores.series.compact()
        log = running.stores.log.size()
        running.stores.close()
        return log, _octets(data.book), _octets(data.series), readings


def _take(running: Platform, messages: Sequence[Message]) -> int:
    stores = running.stores
    counted: list[int] = []
    pipeline = Pipeline(
        running.region,
        stores.book,
        stores.registry,
        stores.series,
        lambda settled: counted.append(len(settled.records)),
    )
    for start in range(0, len(messages), CHUNK_MESSAGES):
        pipeline.take(stores.log.append(messages[start : start + CHUNK_MESSAGES]))
    return sum(counted)


def _small(county: County, messages: Sequence[Message]) -> float:
    """Bytes of log for an uplink in small chunks."""
    with folder() as data:
        running = platform(data, county.region, {}, listen=False)
        for start in range(0, len(messages), SMALL_CHUNK):
            running.stores.log.append(messages[start : start + SMALL_CHUNK])
        size = running.stores.log.size()
        running.stores.close()
        return size / len(messages)


def _octets(path: Path) -> int:
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*") if each.is_file())
