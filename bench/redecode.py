"""Archived uplinks through today's decoders: how long it takes, and what an archived uplink takes on disk."""

import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from bench.county import County
from bench.figure import Figure, Result
from bench.running import folder, platform
from bench.size import Size
from cli import archiving
from cli.compose import Platform
from ingest.collector import CHUNK_MESSAGES
from ingest.pipeline import Pipeline
from queries.redecoding import RedecodeOrder, RedecodeProgress
from smartregion.clock import DAY
from smartregion.model import Message
from store.archive import FOLDER

WANTED_SECONDS = 60
WANTED_BYTES = 300
MILLION = 1_000_000
_DAYS = 200
"""How far before now the frames begin at most."""
_MADE_AT_ONCE = 50_000


class Spent(NamedTuple):
    """Seconds: by the clock, of CPU in the service, of CPU in the process that decodes."""

    wall: float
    service: float
    child: float


def run(size: Size) -> Result:
    """Archive many uplinks, then compare them, then write all of them into an empty store."""
    now = time.time_ns()
    county = County.make(size.devices, now)
    with folder() as data:
        data.region.write_text(county.text, encoding="utf-8")
        running = platform(data, county.region, {}, listen=False)
        octets, readings = _fill(running, county, size.redecoded, now)
        with _timed() as archiving_took:
            _archive(running, data.path)
        stored = sum(path.stat().st_size for path in (data.path / FOLDER).rglob("*.parquet"))
        with _timed() as comparing_took:
            compared = _redecode(running, now)
        running.stores.close()
    figures = _figures(size.redecoded, stored, archiving_took, comparing_took)
    conditions = (
        f"{size.redecoded} uplinks of {octets:.0f} bytes from {size.devices} devices, {readings / size.redecoded:.1f} "
        "readings each, all applications one after another, in the archive and no longer in the log; "
        f"{compared['same']} readings the same, {compared['other']} others; the process that decodes yields to others"
    )
    return Result("redecode", figures, conditions, {"comparing": comparing_took, "archiving": archiving_took})


def _figures(
    count: int, stored: int, archived: Mapping[str, float], compared: Mapping[str, float]
) -> tuple[Figure, ...]:
    per_million = MILLION / count
    return (
        Figure("archive", stored / count, "bytes/uplink", at_most=WANTED_BYTES),
        Figure("archive: CPU per uplink, in a process of its own", sum_of(archived) / count * 1e6, "µs"),
        Figure("redecode, 1 million uplinks", compared["wall"] * per_million, "s", at_most=WANTED_SECONDS),
        Figure("redecode, 1 million uplinks: CPU of the service", compared["service"] * per_million, "s"),
        Figure("redecode, 1 million uplinks: CPU of the decoding process", compared["child"] * per_million, "s"),
    )


def sum_of(spent: Mapping[str, float]) -> float:
    """Seconds of CPU, whoever spent them."""
    return spent["service"] + spent["child"]


def _fill(running: Platform, county: County, count: int, now: int) -> tuple[float, int]:
    """Settle the uplinks; gives their mean size and the number of readings."""
    counted: list[int] = []
    stores = running.stores
    pipeline = Pipeline(
        running.region,
        stores.book,
        stores.registry,
        stores.series,
        lambda settled: counted.append(len(settled.records)),
    )
    sizes: list[float] = []
    for messages in _made(county, count, now):
        sizes.append(fmean(len(message.payload) for message in messages))
        for start in range(0, len(messages), CHUNK_MESSAGES):
            pipeline.take(stores.log.append(messages[start : start + CHUNK_MESSAGES]))
    stores.registry.flush()
    stores.series.compact()
    return fmean(sizes), sum(counted)


def _made(county: County, count: int, now: int) -> Iterator[list[Message]]:
    messages: list[Message] = []
    for message in county.stream(count, now):
        messages.append(message)
        if len(messages) == _MADE_AT_ONCE:
            yield messages
            messages = []
    if messages:
        yield messages


def _archive(running: Platform, data: Path) -> None:
    """Move all chunks to the archive, as its own process would."""
    log, book = running.stores.log, running.stores.book
    positions = book.droppable(2**62)
    archiving.work(data, positions, date.min, lambda _: None)
    log.drop(positions)


def _redecode(running: Platform, now: int) -> dict[str, int]:
    """Compare application after application; gives how many readings are the same, and how many are not."""
    found = {"same": 0, "other": 0}
    for application in running.region.by_label:
        order = RedecodeOrder(application=application, start=now - _DAYS * DAY, end=now + DAY)
        running.redecode.start(order)
        while (progress := running.redecode.progress()) is not None and progress.state == "running":
            time.sleep(0.05)
        _check(progress)
        if progress is not None:
            found["same"] += progress.count("same")
            found["other"] += sum(progress.count(kind) for kind in ("appear", "change", "vanish"))
    return found


def _check(progress: RedecodeProgress | None) -> None:
    if progress is None or progress.state != "complete":
        raise RuntimeError(f"not complete: {progress}")


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    spent: dict[str, float] = {}
    begun, service, child = time.perf_counter(), time.process_time(), _child_cpu()
    yield spent
    took = Spent(time.perf_counter() - begun, time.process_time() - service, _child_cpu() - child)
    spent.update(took._asdict())


def _child_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
