"""A data folder whose messages were decoded by yesterday's decoder, and runs of redecode on it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cli import archiving
from cli.redecode_worker import Asked, work
from ingest import redecode_words as words
from ingest.decoding import Believed, Decoding
from ingest.pipeline import Pipeline
from ingest.redecode import Redecode
from queries.redecoding import RedecodeOrder, RedecodeProgress
from simulator.uplinks import Frame, render, topic
from smartregion import logs
from smartregion.clock import DAY, MINUTE, ManualClock
from smartregion.model import Message, Reading, Record, Series, Uplink
from smartregion.region import Application, parse
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries
from store.series.protocol import Selection, SeriesStore, Written

NOW = 20_000 * DAY + DAY // 2
BEGIN = NOW - 3 * DAY
STEP = 10 * MINUTE
TEXT = """
name = "Kreis"
[[tenants]]
key = "dorf"
name = "Dorf"
[[applications]]
id = "umwelt"
server = "localhost"
tenant = "dorf"
domain = "environment"
key_env = "SMARTREGION_KEY"
profiles = [{device = "klima-*", brand = "milesight-iot", model = "em300-th"}]
"""
Stored = Mapping[tuple[Series, int], float]


def frame(number: int, device: int = 0) -> Frame:
    """An EM300-TH frame: 92 %, 0.1 °C a number, 50.5 %."""
    payload = bytes.fromhex("01755c0367") + (number % 600).to_bytes(2, "little") + bytes.fromhex("046865")
    received_at = BEGIN + number * STEP
    return Frame("umwelt", f"klima-{device:02d}", received_at, f_cnt=number, f_port=85, payload=payload)


def message(sent: Frame, source: str = "mqtt") -> Message:
    return Message(source, "umwelt", topic(sent), sent.received_at + MINUTE, render(sent))


class Yesterday(Decoding):
    """Knows temperatures ten times too high, calls humidity something else, and reads no battery."""

    def decode(self, uplink: Uplink, application: Application) -> Believed:
        believed = super().decode(uplink, application)
        return believed._replace(readings=list(map(_yesterday, believed.readings[1:])), decoder="yesterday 0")


class Today(Decoding):
    """Reads soil moisture from every fourth frame, as if the device sent it seldom."""

    def decode(self, uplink: Uplink, application: Application) -> Believed:
        believed = super().decode(uplink, application)
        seldom = [Reading("soil.moisture", 33.0)] if uplink.f_cnt % 4 == 1 else []
        return believed._replace(readings=[*believed.readings, *seldom])


class Stating(Decoding):
    """Four frames state one time; each brings its number as a temperature."""

    quantity = "air.temperature"

    def decode(self, uplink: Uplink, application: Application) -> Believed:
        believed = super().decode(uplink, application)
        time = BEGIN + uplink.f_cnt // 4 * 4 * STEP
        return believed._replace(readings=[Reading(self.quantity, float(uplink.f_cnt), (), time)])


class StatingYesterday(Stating):
    """Called it something else."""

    quantity = "soil.moisture"


def _yesterday(reading: Reading) -> Reading:
    if reading.quantity == "air.temperature":
        return reading._replace(value=reading.value * 10)
    return reading._replace(quantity="soil.moisture") if reading.quantity == "air.relative_humidity" else reading


class InProcess(Redecode):
    """Decodes in this process."""

    data: Path

    def _ask(self, order: RedecodeOrder, given: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, words.Word]]:
        for place, more in enumerate(given):
            for word in work(self.data, Asked(order, **more)):
                yield place, word


@dataclass
class World:
    """Stores of a data folder, the series in memory."""

    data: Path
    series: SeriesStore = field(default_factory=MemorySeries)
    changed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        (self.data / "tmp").mkdir(parents=True)
        self.region = parse(TEXT)
        self.set_region(TEXT)
        self.log = SqliteLog(self.data / "log.db")
        self.book = SqliteBook(self.data / "book.db", clock=ManualClock(NOW - 2 * DAY))
        self.registry = SqlRegistry.open(self.data / "registry.db", self.region)

    def set_region(self, text: str) -> None:
        """From now on this region file counts."""
        self.region = parse(text)
        (self.data / "region.toml").write_text(text)

    def take(self, messages: Sequence[Message], decoding: type[Decoding] = Decoding, size: int = 7) -> None:
        """Settle messages, chunk by chunk."""
        with patch("ingest.pipeline.Decoding", decoding):
            pipeline = Pipeline(self.region, self.book, self.registry, self.series, lambda _: None)
        for start in range(0, len(messages), size):
            pipeline.take(self.log.append(messages[start : start + size]))
        self.registry.flush()

    def archive(self, positions: Sequence[int]) -> None:
        """Move chunks to the archive."""
        archiving.work(self.data, positions, date.min, lambda _: None)
        self.log.drop(positions)

    def redecode(self) -> InProcess:
        """What runs them through today's decoders, as after a start."""
        made = InProcess(
            [],
            self.data / "redecode.json",
            self.series,
            self.book,
            self.registry,
            readings_from=lambda: 0,
            decoders=lambda: "these",
            changed=self._note,
            logger=logs.get("test"),
            processes=2,
        )
        made.data = self.data
        return made

    def _note(self, devices: Collection[str]) -> None:
        self.changed.update(devices)

    def run(
        self, *, apply: bool = False, start: int = BEGIN, end: int = NOW, devices: tuple[str, ...] = ()
    ) -> RedecodeProgress:
        """A whole run."""
        redecode = self.redecode()
        redecode.start(RedecodeOrder(application="umwelt", start=start, end=end, devices=devices, apply=apply))
        return finished(redecode)

    def stored(self) -> Stored:
        """All samples."""
        found = self.series.read_many(self.series.series(Selection()), 0, 2**62)
        return {(series, time): value for series, samples in found.items() for time, value in samples}

    def close(self) -> None:
        self.log.close()
        self.book.close()
        self.registry.close()


def finished(redecode: Redecode) -> RedecodeProgress:
    """Wait for the end of the run."""
    assert redecode._thread is not None
    redecode._thread.join()
    progress = redecode.progress()
    assert progress is not None
    return progress


@contextmanager
def world(data: Path, series: SeriesStore | None = None) -> Iterator[World]:
    with closing(World(data, series or MemorySeries())) as one:
        yield one


def frames(count: int = 30, devices: int = 3) -> list[Frame]:
    return [frame(number, device) for number in range(count) for device in range(devices)]


def todays(data: Path, messages: Sequence[Message], decoding: type[Decoding] = Decoding) -> Stored:
    """What would be stored had today's decoders read everything."""
    with world(data) as other:
        other.take(messages, decoding)
        return other.stored()


class Crash(BaseException):
    """The process ends here."""


class Brittle(MemorySeries):
    """Ends the process before the `at`-th change."""

    def __init__(self) -> None:
        super().__init__()
        self.at: int | None = None

    def _step(self) -> None:
        if self.at is not None:
            if self.at <= 0:
                raise Crash
            self.at -= 1

    def write(self, records: Sequence[Record]) -> Written:
        self._step()
        return super().write(records)

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        self._step()
        super().remove(series, start, end)
