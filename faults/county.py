"""A simulated county on the air while things go wrong at random; its readings are those of a quiet day."""

import random
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, takewhile
from pathlib import Path
from typing import Final, NamedTuple

from faults.clocks import FakeTime
from faults.judging import Account
from faults.world import PATIENCE_SECONDS, Form
from ingest.pipeline import Pipeline
from simulator.double.history import LaggingHistory
from simulator.double.server import Double
from simulator.region.county import key_variable, region_toml
from simulator.region.history import RegionHistory, schedule
from simulator.region.model import RegionPlan
from simulator.region.plan import plan
from simulator.region.run import application_of, publish, sender
from simulator.uplinks import render, topic
from smartregion import region as region_file
from smartregion.clock import HOUR, FastClock
from smartregion.model import Message, Series, State
from smartregion.timestamps import EARLIEST, LATEST
from store.journal.memory import MemoryBook
from store.journal.protocol import Chunk
from store.registry.sql import SqlRegistry
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection
from tests.whole.judging import ledger_of
from tests.whole.service import Service

LAG: Final = 20.0
"""Seconds of the county's time until an uplink shows in the storage."""
_CHUNK: Final = 500
_SERIES_AT_ONCE: Final = 500


class Size(NamedTuple):
    """Of the county, and how long it runs."""

    devices: int
    hours: int
    speed: float
    """How many times as fast its time runs."""


SMALL: Final = Size(300, 2, 100.0)
WHOLE: Final = Size(10_000, 24, 48.0)


class County:
    """The county, the platform that listens to it, and the time of both."""

    def __init__(self, folder: Path, size: Size, seed: int) -> None:
        self.origin = time.time_ns()
        self.clock = FastClock(size.speed, self.origin)
        self.plan: RegionPlan = plan(seed, size.devices, self.origin)
        self.end = self.origin + size.hours * HOUR
        self.random = random.Random(seed)
        self.applications = [application_of(one, self.plan) for one in self.plan.municipalities]
        history = RegionHistory(self.plan, self.origin, self.end)
        self.double = Double(self.applications, LaggingHistory(history, self.clock, LAG), self.clock)
        wrong = FakeTime(folder)
        wrong.set(0, self.origin, size.speed)
        self._environment = wrong.environment()
        self._folder = folder

    def region(self) -> str:
        """The region file."""
        http_port = int(self.double.url.rsplit(":", 1)[1])
        text = region_toml(self.plan, self.double.mqtt_port, http_port, backfill_days=1, storage_lag_s=LAG + 5)
        return text.replace("[[tenants]]", "[retention]\nlog_days = 40\n\n[[tenants]]", 1)

    def service(self) -> Service:
        """The platform, not started."""
        pairs = zip(self.plan.municipalities, self.applications, strict=True)
        keys = {key_variable(one): application.keys[0].text for one, application in pairs}
        return Service(self._folder, self.region(), extra={**self._environment, **keys})

    @contextmanager
    def on_the_air(self) -> Iterator[threading.Thread]:
        """Its uplinks are published at their time, until the last is out."""
        stopped = threading.Event()
        frames = takewhile(lambda frame: frame.handled_at < self.end, schedule(self.plan, self.origin))
        thread = threading.Thread(target=publish, args=(sender(self.double), frames, self.clock, stopped), daemon=True)
        thread.start()
        try:
            yield thread
        finally:
            stopped.set()
            thread.join()

    def messages(self) -> Iterator[Message]:
        """All its uplinks, in order of time for each application."""
        history = RegionHistory(self.plan, self.origin, self.end)
        for application in self.plan.by_application:
            for frame in history.frames(application, None, self.origin, self.end):
                yield Message("mqtt", application, topic(frame), frame.handled_at, render(frame))


def run(form: Form, seed: int) -> tuple[Account, float]:
    """Let it run with faults, let it run without, and compare; gives also the seconds to recover after the last."""
    size = WHOLE if form.long else SMALL
    with tempfile.TemporaryDirectory(prefix="smartregion-fault-") as path:
        folder = Path(path)
        county = County(folder, size, seed)
        with county.double, county.service() as service:
            service.wait_until_ready()
            with county.on_the_air():
                _trouble(county, service)
            wanted = _quiet_day(county, folder / "quiet")
            seconds = _recover(county, service, wanted)
            assert service.stop() == 0
        return _compare(service.data, folder / "quiet", wanted), seconds


def _trouble(county: County, service: Service) -> None:
    """Something goes wrong at random, again and again, until the county's last hour is over."""
    while county.clock.now() < county.end:
        time.sleep(county.random.uniform(1.0, 6.0))
        fault = county.random.choice(("kill", "stop", "away", "cut", "silent"))
        if fault in ("kill", "stop"):
            getattr(service, fault)()
            time.sleep(county.random.uniform(0.0, 2.0))
            service.start()
            service.wait_until_ready()
        elif fault == "away":
            county.double.mqtt_down()
            time.sleep(county.random.uniform(0.2, 4.0))
            county.double.mqtt_up()
        else:
            county.double.redis_down(stored=True)
            time.sleep(county.random.uniform(0.1, 2.0) if fault == "silent" else 0)
            county.double.disconnect()
            county.double.redis_up()


def _recover(county: County, service: Service, wanted: dict[State, int]) -> float:
    """A last cut, so that the last uplinks are compared too; then all that can be is stored."""
    begun = time.monotonic()
    county.double.disconnect()
    service.wait_until_ready()
    service.wait_for(lambda: service.totals()["stored"] >= wanted[State.STORED], PATIENCE_SECONDS)
    return time.monotonic() - begun


def _quiet_day(county: County, folder: Path) -> dict[State, int]:
    """The same uplinks, one after the other, on stores of their own; says how many ended in which state."""
    folder.mkdir()
    region = region_file.parse(county.region())
    registry, book = SqlRegistry.open(folder / "registry.db", region), MemoryBook()
    series = DuckSeries(folder / "series.duckdb")
    pipeline = Pipeline(region, book, registry, series, lambda _: None)
    messages, position = county.messages(), 0
    while batch := tuple(islice(messages, _CHUNK)):
        position += 1
        pipeline.take(Chunk(position, batch))
    registry.close()
    series.close()
    rows = book.ledger()
    return {state: sum(getattr(row, state.value) for row in rows) for state in State}


def _compare(data: Path, quiet: Path, wanted: dict[State, int]) -> Account:
    """Every reading of the one in the other, with its value, and no further one."""
    sums = ledger_of(data)
    lost, strange = _readings(data, quiet)
    wrong = [f"{strange} readings that a quiet day does not have"] if strange else []
    wrong += [
        f"{getattr(sums, state.value)} are {state.value}, on a quiet day {wanted[state]}"
        for state in (State.STORED, State.QUARANTINED, State.QUEUED)
        if getattr(sums, state.value) != wanted[state]
    ]
    sent = sum(wanted.values())
    return Account(sent, sums.stored, sums.ignored, sums.quarantined, sums.duplicate, lost, tuple(wrong))


def _readings(data: Path, quiet: Path) -> tuple[int, int]:
    found, wanted = DuckSeries(data / "series.duckdb"), DuckSeries(quiet / "series.duckdb")
    every = list({*found.series(Selection()), *wanted.series(Selection())})
    lost = strange = 0
    for some in _batches(every):
        there, here = wanted.read_many(some, EARLIEST, LATEST), found.read_many(some, EARLIEST, LATEST)
        for series in some:
            lost += len(set(there.get(series, [])) - set(here.get(series, [])))
            strange += len(set(here.get(series, [])) - set(there.get(series, [])))
    found.close()
    wanted.close()
    return lost, strange


def _batches(every: Sequence[Series]) -> Iterator[list[Series]]:
    rest = iter(every)
    while batch := list(islice(rest, _SERIES_AT_ONCE)):
        yield batch
