"""A small county behind the API, and a way to ask it."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from api.admin import Doors
from api.app import create_app
from queries.bundle import Queries, build
from queries.progress import Progress
from smartregion.clock import DAY, HOUR, MINUTE, ManualClock
from smartregion.model import Message, Place, Point, Profile, Record, Series, Site, State
from smartregion.region import parse
from smartregion.timestamps import parse as instant
from store.journal.keys import uplink_key
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Entry
from store.registry.protocol import Sighting
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries

NOW = instant("2026-11-22T18:00:00Z")
REGION = """
name = "Kreis Musterland"
[[tenants]]
key = "stadt"
name = "Musterstadt"
[[tenants]]
key = "dorf"
name = "Dorf"
[[applications]]
id = "wasser"
server = "localhost"
tenant = "stadt"
domain = "water"
key_env = "SMARTREGION_WASSER"
"""
NETWORK = "http://127.0.0.1:8080"
LOCAL = "http://smartregion"


@dataclass
class Api:
    """The app, what it rests on, and what came through its doors."""

    app: FastAPI
    queries: Queries
    registry: SqlRegistry
    log: MemoryLog
    book: MemoryBook
    clock: ManualClock
    progress: list[Progress]
    metrics: CollectorRegistry
    taken: list[tuple[bytes, tuple[int, int] | None]]
    fetched: list[tuple[str, int, int | None]]

    def call(
        self,
        method: str,
        address: str,
        *,
        base: str = NETWORK,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        body: object = None,
    ) -> httpx.Response:
        """Ask once; `base` says by which door. `body` is sent as JSON."""

        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=base) as client:
                return await client.request(method, address, headers=headers, content=content, json=body)

        return asyncio.run(run())

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """GET over the network."""
        return self.call("GET", address, headers=headers)

    def items(self, address: str) -> list[dict[str, Any]]:
        """The items of a list."""
        answer = self.get(address)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def every_page(self, address: str) -> list[dict[str, Any]]:
        """The items of all pages."""
        found, cursor = [], ""
        while True:
            answer = self.get(f"{address}&cursor={cursor}" if cursor else address)
            assert answer.status_code == 200, answer.text
            found += answer.json()["items"]
            cursor = answer.json()["next"]
            if not cursor:
                return found

    def hear(self, device_id: str, records: list[Record], at: int = NOW - MINUTE) -> None:
        """A frame of a device, stored."""
        profile = Profile("axioma", "qalcosonic-w1")
        self.registry.sight([Sighting("wasser", device_id, at, "70B3D5A1B2C3D4E5", profile, Place(50.5, 10.5))])
        self.queries.store.write(records)
        self.queries.latest.update(records)

    def journal(self, device_id: str, states: list[State]) -> None:
        """Messages of a device, booked with these states; one more is left waiting."""
        texts = [json.dumps({"f_cnt": number}) for number in range(len(states))]
        topic = f"v3/wasser/devices/{device_id}/up"
        chunk = self.log.append([Message("mqtt", "wasser", topic, NOW, text.encode()) for text in texts])
        entries = [
            Entry(
                uplink_key("wasser", device_id, "", number, NOW - number * HOUR),
                number,
                "wasser",
                date(2026, 11, 22),
                state,
                "" if state in (State.STORED, State.QUEUED) else "no decoder",
                message=chunk.messages[number],
            )
            for number, state in enumerate(states)
        ]
        self.book.settle(chunk.position, entries)
        self.log.append([Message("mqtt", "wasser", topic, NOW, b"{}")])


def series(point: str, quantity: str = "water.volume_total", **attributes: str) -> Series:
    return Series(point, f"wasser.{point}", quantity, tuple(sorted(attributes.items())), "stadt", "", "water")


@pytest.fixture(scope="session")
def fresh_registry(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A registry just begun: copying it is ten times as fast as running the migrations."""
    path = tmp_path_factory.mktemp("registry") / "fresh.sqlite"
    SqlRegistry.open(path, parse(REGION)).close()
    return path.read_bytes()


@pytest.fixture
def api(tmp_path: Path, fresh_registry: bytes) -> Iterator[Api]:
    clock = ManualClock(NOW)
    region = parse(REGION)
    (tmp_path / "registry.sqlite").write_bytes(fresh_registry)
    registry = SqlRegistry.open(tmp_path / "registry.sqlite", region)
    log, book = MemoryLog(), MemoryBook(clock=clock)
    progress: list[Progress] = []
    queries = build(region, clock, registry, MemorySeries(), log, book, lambda: progress, registry.alarms)
    taken: list[tuple[bytes, tuple[int, int] | None]] = []
    fetched: list[tuple[str, int, int | None]] = []

    def take_in(body: bytes, span: tuple[int, int] | None) -> int:
        taken.append((body, span))
        return body.count(b"\n")

    def fetch(application: str, start: int, until: int | None) -> None:
        fetched.append((application, start, until))

    metrics = CollectorRegistry()
    app = create_app(queries, doors=Doors(take_in, fetch), metrics=metrics)
    yield Api(app, queries, registry, log, book, clock, progress, metrics, taken, fetched)
    registry.close()


@pytest.fixture
def county(api: Api) -> Api:
    """Three water meters with two days of hourly readings, and a point at a site that has none yet."""
    for number, name in enumerate(("a", "b", "c")):
        start = NOW - 2 * DAY
        hourly = [Record(series(name), start + hour * HOUR, 1000.0 * number + 10 * hour) for hour in range(48)]
        api.hear(name, hourly)
    api.registry.save_site(Site("rathaus", "dorf", "Altes Rathaus", Place(50.0, 10.0, 210.0)))
    api.registry.save_point(Point("hauptzaehler", "dorf", "Hauptzähler", "rathaus", "energy"))
    return api
