"""One uplink, one effect, by whatever sources it comes, how often, and in which order."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.importing import messages
from ingest.judging import IMPORT
from ingest.pipeline import Pipeline
from ingest.wire import unwrap
from simulator.uplinks import Frame, render, topic
from smartregion import timestamps
from smartregion.clock import HOUR, MINUTE, SECOND
from smartregion.model import Message
from smartregion.region import Region
from store.journal.memory import MemoryBook, MemoryLog
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries
from store.series.protocol import Selection
from tests.ingest.conftest import frame
from tests.ingest.world import assert_balanced

NOW = timestamps.parse("2026-11-22T12:00:00Z")
LABEL = "umwelt"
REGION = Region.model_validate(
    {
        "name": "Kreis",
        "tenants": [{"key": "musterstadt", "name": "Musterstadt"}],
        "applications": [
            {
                "id": "umwelt-sensorik",
                "name": LABEL,
                "server": "localhost",
                "ttn_tenant": "kreis",
                "tenant": "musterstadt",
                "domain": "environment",
                "key_env": "SMARTREGION_KEY",
                "profiles": [{"device": "*", "brand": "milesight-iot", "model": "em300-th"}],
            }
        ],
    }
)
# Frames of two devices, one of each kind that is not stored, and a counter that began again.
FRAMES: list[Frame] = [
    *(frame(number, NOW - 5 * HOUR + number * 10 * MINUTE) for number in range(4)),
    *(frame(number, NOW - 4 * HOUR + number * 10 * MINUTE, "klima-02") for number in range(3)),
    frame(1, NOW - HOUR),
    frame(2, NOW - HOUR + SECOND)._replace(f_port=0, payload=b""),
    frame(3, NOW - HOUR + 2 * SECOND)._replace(simulated=True, forwarded_at=NOW - HOUR),
    frame(4, NOW - HOUR + 3 * SECOND)._replace(payload=b"\x01\x75"),
]


def by_mqtt(each: Frame, at: int) -> Message:
    return Message("mqtt", LABEL, topic(each), at, render(each))


def by_backfill(each: Frame, at: int) -> Message:
    return Message("backfill", LABEL, "", at, unwrap(b'{"result":' + render(each) + b"}"))


def by_webhook(each: Frame, at: int) -> Message:
    return Message("webhook", LABEL, "", at, render(each))


def by_storage_file(each: Frame, at: int) -> Message:
    return next(messages(iter([b'{"result":' + render(each) + b"}\n"]), IMPORT, at))


def by_subscriber_file(each: Frame, at: int) -> Message:
    return next(messages(iter([topic(each).encode() + b" " + render(each)]), IMPORT, at))


EVER = (0, 2 * NOW)
STORED = 8
WAYS: Sequence[Callable[[Frame, int], Message]] = (
    by_mqtt,
    by_backfill,
    by_webhook,
    by_storage_file,
    by_subscriber_file,
)
Arrival = tuple[int, int]
"""Number of the frame, number of its way."""


class Line:
    """Everything from the log to the stores."""

    def __init__(self, registry: Path, fresh: bytes) -> None:
        registry.write_bytes(fresh)
        self.registry = SqlRegistry.open(registry, REGION)
        self.log, self.book, self.series = MemoryLog(), MemoryBook(), MemorySeries()
        self.pipeline = Pipeline(REGION, self.book, self.registry, self.series, lambda _: None)

    def take(self, arrivals: Sequence[Arrival], size: int) -> None:
        came = [WAYS[way](FRAMES[number], NOW + order) for order, (number, way) in enumerate(arrivals)]
        for start in range(0, len(came), size):
            self.pipeline.take(self.log.append(came[start : start + size]))

    def effect(self) -> object:
        """What is left of it all: readings, and what became of each message."""
        known = self.series.series(Selection())
        readings = {
            (each.device, each.quantity): samples for each, samples in self.series.read_many(known, *EVER).items()
        }
        rows = self.book.ledger()
        states = {(row.application, row.day): (row.stored, row.ignored, row.quarantined, row.queued) for row in rows}
        quarantined = [(each.key, each.cause) for each in self.book.quarantined()]
        return readings, states, dict(self.book.causes()), quarantined


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("registry") / "fresh.db"
    SqlRegistry.open(path, REGION).close()
    return path.read_bytes()


@pytest.fixture(scope="module")
def once(fresh: bytes, tmp_path_factory: pytest.TempPathFactory) -> object:
    """The effect of each frame coming once, live."""
    line = Line(tmp_path_factory.mktemp("once") / "registry.db", fresh)
    line.take([(number, 0) for number in range(len(FRAMES))], len(FRAMES))
    assert sum(row.stored for row in line.book.ledger()) == STORED
    effect = line.effect()
    line.registry.close()
    return effect


arrivals = st.lists(st.tuples(st.integers(0, len(FRAMES) - 1), st.integers(0, len(WAYS) - 1)), max_size=3 * len(FRAMES))


@given(some=arrivals, last=st.permutations(range(len(FRAMES))), ways=st.randoms(), size=st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_any_interleaving_of_sources_ends_in_the_same_store(
    fresh: bytes,
    once: object,
    tmp_path_factory: pytest.TempPathFactory,
    some: list[Arrival],
    last: list[int],
    ways: random.Random,
    size: int,
) -> None:
    every = some + [(number, ways.randrange(len(WAYS))) for number in last]
    ways.shuffle(every)
    line = Line(tmp_path_factory.mktemp("line") / "registry.db", fresh)
    line.take(every, size)

    assert line.effect() == once
    assert sum(row.received for row in line.book.ledger()) == len(every)
    assert sum(row.duplicate for row in line.book.ledger()) == len(every) - len(FRAMES)
    assert_balanced(line.book)
    line.registry.close()
