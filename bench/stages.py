"""CPU per uplink, stage by stage: each stage alone, in one process, over the same frames, the best of some rounds."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple, TypeVar

from bench.county import County
from bench.feeding import received_cpu
from bench.figure import Figure, Result
from bench.running import folder, platform
from bench.size import Size
from cli.compose import Platform
from cli.demo_store import DemoInflux
from cli.series_store import air_of
from ingest import wire
from ingest.collector import CHUNK_MESSAGES
from ingest.decoding import Decoding
from ingest.judging import Frame, Judge
from ingest.pipeline import Pipeline, Settled
from ingest.placing import Placer
from smartregion.errors import Unusable
from smartregion.model import Message, State
from store.journal.protocol import Chunk
from store.registry.protocol import Sighting

T = TypeVar("T")
X = TypeVar("X")
Spent = dict[str, float]
"""Stage → seconds of CPU."""


class Stages(NamedTuple):
    """What the stages took: seconds of CPU for one uplink."""

    by_name: Spent
    whole: float
    """From parse to watch in one piece."""
    records: float
    """Readings an uplink."""
    octets: float
    """Bytes an uplink."""

    def figures(self, prefix: str = "CPU per uplink") -> list[Figure]:
        """Each stage, their sum, and the pipeline in one piece."""
        parts = {**self.by_name, "sum of the stages": sum(self.by_name.values()), "pipeline in one piece": self.whole}
        return [Figure(f"{prefix}: {stage}", seconds * 1e6, "µs") for stage, seconds in parts.items()]


def run(size: Size) -> Result:
    """Measure all stages."""
    stages = measure(County.make(size.devices, time.time_ns()), size)
    figures = [
        *stages.figures(),
        Figure("CPU per uplink, MQTT to store, as a share of Telegraf's", None, "", at_most=1.0),
    ]
    conditions = (
        f"{size.devices} devices, {stages.octets:.0f} bytes and {stages.records:.1f} readings an uplink, "
        f"{CHUNK_MESSAGES} uplinks a chunk, one process, best of {size.rounds}; Telegraf's share: `bench influxdb`, "
        "where a telegraf is on the path"
    )
    return Result("stages", tuple(figures), conditions)


def measure(county: County, size: Size, store: DemoInflux | None = None) -> Stages:
    """CPU by stage, into the embedded store or into an InfluxDB."""
    turns = _turns(county, size)
    receive = min(received_cpu(county.region.applications[0], turn) for turn in turns[: size.rounds])
    staged, whole, records = _measure(county, turns, store)
    per_uplink = {stage: min(each[stage] for each in staged) / size.devices for stage in staged[0]}
    octets = fmean(len(message.payload) for message in turns[0])
    return Stages({"receive": receive, **per_uplink}, min(whole) / size.devices, records / size.devices, octets)


def _turns(county: County, size: Size) -> list[list[Message]]:
    """Each turn has one frame of every device: one to warm up, then those to measure by stage, then in one piece."""
    count = 2 * size.rounds + 1
    messages = county.messages(count * size.devices, time.time_ns())
    return [messages[turn * size.devices : (turn + 1) * size.devices] for turn in range(count)]


def _measure(
    county: County, turns: Sequence[Sequence[Message]], store: DemoInflux | None
) -> tuple[list[Spent], list[float], int]:
    """Seconds by stage, seconds of the whole pipeline, and readings of a turn."""
    half = len(turns) // 2 + 1
    with folder() as data:
        running = platform(data, county.region, {}, listen=False, store=store)
        line = _Line(running)
        line.whole(turns[0])
        whole = [line.whole(turn) for turn in turns[half:]]
        staged = [line.staged(turn) for turn in turns[1:half]]
        running.stores.close()
    return staged, whole, line.records


class _Line:
    """The platform's own parts, run one after another over many chunks instead of one chunk through all of them."""

    def __init__(self, running: Platform) -> None:
        self._platform = running
        self._stores = running.stores
        self._judge = Judge(running.region)
        self._decoding = Decoding(self._stores.registry)
        self._placer = Placer(self._stores.registry)
        watch = running.watcher.settled
        stores = self._stores
        self._pipeline = Pipeline(
            running.region, stores.book, stores.registry, stores.series, watch, air=air_of(stores.series)
        )
        self.records = 0

    def staged(self, messages: Sequence[Message]) -> Spent:
        """Seconds of CPU by stage."""
        spent: Spent = {}
        starts = range(0, len(messages), CHUNK_MESSAGES)
        cut = [messages[start : start + CHUNK_MESSAGES] for start in starts]
        chunks = _timed(spent, "journal append", self._stores.log.append, cut)
        _timed(spent, "parse", wire.parse, [message.payload for message in messages])
        frames = _timed(spent, "key and judge", self._judge_all, chunks)
        spent["key and judge"] = max(0.0, spent["key and judge"] - spent["parse"])
        keys = [[frame.entry.key for frame in some] for some in frames]
        _timed(spent, "known", self._stores.book.known, keys)
        _timed(spent, "identify", lambda some: self._stores.registry.sight(_sightings(some)), frames)
        _timed(spent, "decode and place", self._decode, [frame for some in frames for frame in some])
        self._rest(spent, chunks, frames)
        return spent

    def _rest(self, spent: Spent, chunks: Sequence[Chunk], frames: Sequence[Sequence[Frame]]) -> None:
        book = self._stores.book
        batches = [[record for frame in some for record in frame.records] for some in frames]
        entries = [(one.position, [frame.entry for frame in some]) for one, some in zip(chunks, frames, strict=True)]
        _timed(spent, "series write", self._stores.series.write, batches)
        _timed(spent, "settle", lambda pair: book.settle(*pair), entries)
        _timed(spent, "watch", self._platform.watcher.settled, [_settled(some) for some in frames])
        self.records = sum(map(len, batches))

    def whole(self, messages: Sequence[Message]) -> float:
        """Seconds of CPU from parse to watch, as the worker does it."""
        starts = range(0, len(messages), CHUNK_MESSAGES)
        chunks = [self._stores.log.append(messages[start : start + CHUNK_MESSAGES]) for start in starts]
        begun = time.process_time()
        for chunk in chunks:
            self._pipeline.take(chunk)
        return time.process_time() - begun

    def _judge_all(self, chunk: Chunk) -> list[Frame]:
        return [self._judge.judge(message, offset) for offset, message in enumerate(chunk.messages)]

    def _decode(self, frame: Frame) -> None:
        uplink, application = frame.uplink, frame.application
        if uplink is None or application is None:
            return
        try:
            believed = self._decoding.decode(uplink, application)
        except Unusable:
            frame.entry = frame.entry._replace(state=State.IGNORED, cause="no decoder")
            return
        frame.records = self._placer.place(uplink.device, believed.readings, uplink.received_at, believed.moduli)


def _sightings(frames: Sequence[Frame]) -> list[Sighting]:
    uplinks = [frame.uplink for frame in frames if frame.uplink is not None]
    return [
        Sighting(each.application, each.device_id, each.received_at, each.dev_eui, each.profile, each.place)
        for each in uplinks
    ]


def _settled(frames: Sequence[Frame]) -> Settled:
    counts = Counter((frame.entry.application, frame.entry.state.value, frame.entry.cause) for frame in frames)
    stored = [frame for frame in frames if frame.entry.state is State.STORED]
    return Settled(stored, counts, [record for frame in frames for record in frame.records])


def _timed(spent: Spent, stage: str, work: Callable[[X], T], items: Sequence[X]) -> list[T]:
    # The process's clock: DuckDB has threads of its own, and nothing else runs.
    # And without the collector of garbage: here all frames of a turn live at once, in the line those of a chunk do.
    gc.collect()
    gc.disable()
    begun = time.process_time()
    results = list(map(work, items))
    spent[stage] = time.process_time() - begun
    gc.enable()
    return results
