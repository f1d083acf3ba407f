"""A small county for the console's tests: real questions over stores in memory."""

import asyncio
import json
import math
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from console.app import create_router
from jobs.rollups import sum_up
from queries.bundle import Queries, build
from queries.progress import Progress
from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import DAY, HOUR, MINUTE, ManualClock
from smartregion.model import Assignment, Message, Place, Point, Profile, Record, Series, Site, State
from smartregion.region import Region
from smartregion.timestamps import parse, to_datetime
from store.journal.keys import uplink_key
from store.journal.memory import MemoryBook, MemoryLog
from store.journal.protocol import Entry
from store.registry.protocol import Interval, Sighting
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries

NOW = parse("2026-11-22T13:37:00Z")
APPLICATION = "kreis"
EVIL = "<script>alert('Öl & Gas')</script>"
REGION = {
    "name": "Kreis Müsterland",
    "tenants": [
        {"key": "altenau", "name": "Altenau", "latitude": 51.6, "longitude": 9.1,
         "outline": [[9.0, 51.5], [9.2, 51.5], [9.2, 51.7], [9.0, 51.7]]},
        {"key": "bruehl", "name": "Brühl & Söhne", "latitude": 51.6, "longitude": 9.3,
         "outline": [[9.2, 51.5], [9.4, 51.5], [9.4, 51.7], [9.2, 51.7]]},
    ],
    "applications": [
        {"id": APPLICATION, "server": "127.0.0.1", "tenant": "altenau", "domain": "environment",
         "key_env": "SMARTREGION_KEY"}
    ],
}  # fmt: skip


@dataclass
class County:
    """Stores that tests fill, and the questions over them."""

    registry: SqlRegistry
    clock: ManualClock
    region: Region
    store: MemorySeries = field(default_factory=MemorySeries)
    log: MemoryLog = field(default_factory=MemoryLog)
    book: MemoryBook = field(default_factory=MemoryBook)
    filling: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queries: Queries = build(
            self.region,
            self.clock,
            self.registry,
            self.store,
            self.log,
            self.book,
            lambda: tuple(self.filling),
            self.registry.alarms,
        )

    def device(self, name: str, seen: int = NOW, seconds: float = 900, domain: str = "environment") -> str:
        """A device heard of, with its own point in that domain; gives the point's id."""
        profile = Profile("milesight-iot", "em300-th", "1.0")
        self.registry.sight([Sighting(APPLICATION, name, seen, "24e124136b000001", profile)])
        device = f"{APPLICATION}.{name}"
        self.registry.set_interval(device, Interval(0, seconds, "configured"))
        point = self.registry.own_point(device)
        assert point is not None
        self.registry.save_point(Point(point, "altenau", name, domain=domain))
        return point

    def point(self, name: str, tenant: str, domain: str, place: Place | None = None, **readings: float) -> str:
        """A point at a site, its device, and its latest readings (quantity with `__` for the dot)."""
        slug = name.lower().replace(" ", "-").replace("ü", "ue")
        slug = "".join(sign for sign in slug if sign.isalnum() or sign == "-")
        self.registry.save_site(Site(f"site-{slug}", tenant, f"Ort {name}", place))
        self.device(slug, domain=domain)
        self.registry.save_point(Point(slug, tenant, name, f"site-{slug}", domain))
        self.registry.assign(
            Assignment(f"{APPLICATION}.{slug}", slug, NOW - 40 * DAY, parameters={"mounting_height": 1.5})
        )
        for quantity, value in readings.items():
            self.read(slug, quantity.replace("__", "."), [(NOW - 5 * MINUTE, value)], tenant, domain)
        return slug

    def read(
        self, point: str, quantity: str, samples: list[tuple[int, float]], tenant: str = "altenau", domain: str = ""
    ) -> None:
        """Readings of a point by the device of its name, settled."""
        series = Series(point, f"{APPLICATION}.{point}", quantity, tenant=tenant, domain=domain)
        records = [Record(series, time, value) for time, value in samples]
        self.store.write(records)
        self.queries.latest.update(records)

    def message(self, device: str, text: str, state: State = State.STORED, cause: str = "", time: int = NOW) -> None:
        """A message as received, booked."""
        message = Message("mqtt", APPLICATION, f"v3/x/devices/{device}/up", time, text.encode())
        chunk = self.log.append([message])
        day = to_datetime(time, self.region.zone).date()
        key = uplink_key(APPLICATION, device, "", 0, time)
        self.book.settle(chunk.position, [Entry(key, 0, APPLICATION, day, state, cause, message=message)])

    def sum_up(self) -> None:
        """Bring rollups and totals in step."""
        while sum_up(self.store, self.registry, self.region.zone, self.clock.now()):
            pass

    def app(self) -> FastAPI:
        """The console alone, as an application."""
        app = FastAPI(openapi_url=None)
        app.include_router(create_router(self.queries))
        return app


def uplink(payload: bytes, **more: object) -> str:
    """A message as The Things Stack writes it, shortened."""
    return json.dumps({"uplink_message": {"f_port": 85, "frm_payload": b64encode(payload).decode(), **more}})


def fill(county: County) -> None:
    """Something of everything: all domains, odd names, a silent point, quarantine, a running back-fill."""
    hall = county.point("Rathaus Übach", "altenau", "energy", Place(51.6, 9.1), power__active=1234.5)
    meter = county.point("Wasserwerk", "bruehl", "water", Place(51.62, 9.28))
    for at in range(40 * 24):
        time = NOW // HOUR * HOUR - at * HOUR
        day = math.sin(at / 24 * 2 * math.pi)
        county.read(hall, "energy.active_import_total", [(time, 9e8 - at * 1500.0 - 400 * day)], "altenau", "energy")
        county.read(meter, "water.volume_total", [(time, 4e6 - at * 120.0)], "bruehl", "water")
    county.point(
        "Container Markt", "altenau", "waste", Place(51.61, 9.12), level__fill_percent=86.0, level__distance=0.31
    )
    county.point("Container Schule", "bruehl", "waste", level__distance=1.204)
    for space, occupied in enumerate((1.0, 0.0, 1.0)):
        county.point(
            f"Stellplatz {space + 1}",
            "bruehl",
            "mobility",
            Place(51.63, 9.3 + space / 1000),
            parking__occupied=occupied,
        )
    county.point(
        "Wetter", "altenau", "environment", Place(51.58, 9.05), air__temperature=-3.26, air__relative_humidity=81.5
    )
    for index, ppm in enumerate((640.0, 1432.0, 2510.0)):
        county.point(
            f"Klasse {index + 1}b",
            "altenau",
            "buildings",
            air__co2=ppm,
            air__temperature=21.4,
            device__battery_voltage=3.6,
        )
    county.point(EVIL, "bruehl", "environment", air__temperature=12.0)
    still = county.device("still", NOW - 30 * DAY)
    county.read(still, "air.temperature", [(NOW - 30 * DAY, 4.0)])
    for at in range(400):
        county.read(
            "wetter",
            "air.temperature",
            [(NOW - 5 * MINUTE - at * 30 * MINUTE, 5 + 6 * math.sin(at / 7))],
            "altenau",
            "environment",
        )
    county.message("wetter", uplink(b"\x01\x02\xff", note=EVIL))
    county.message("wetter", "{no json " + EVIL, State.QUARANTINED, "malformed", NOW - HOUR)
    county.registry.alarms.change(
        [
            Alarm(AlarmKind.SILENT, f"{APPLICATION}.still", NOW - DAY, None, 30.0),
            Alarm(AlarmKind.QUARANTINE, EVIL, NOW - HOUR, None, 21.0),
        ],
        [],
        {},
        NOW,
    )
    county.filling.append(Progress(APPLICATION, "running", 1200, 4800, NOW - 14 * DAY, NOW))
    county.sum_up()


def open_county(folder: Path) -> County:
    """An empty county."""
    region = Region.model_validate(REGION)
    return County(SqlRegistry.open(folder / "registry.sqlite", region), ManualClock(NOW), region)


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """An empty county on Sunday 22 November 2026, 14:37 in Berlin."""
    found = open_county(tmp_path)
    yield found
    found.registry.close()


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[County]:
    """A county with something of everything; only to be read."""
    found = open_county(tmp_path_factory.mktemp("full"))
    fill(found)
    yield found
    found.registry.close()


@dataclass(frozen=True)
class Browser:
    """A reader's browser at a county: asks for one address at a time."""

    app: FastAPI

    def get(self, address: str, **headers: str) -> httpx.Response:
        """The answer."""
        return asyncio.run(self._get(address, headers))

    async def _get(self, address: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://county.test") as client:
            return await client.get(address, headers=named)


@pytest.fixture
def browse() -> Callable[[County], Browser]:
    """Opens a browser at a county."""
    return lambda county: Browser(county.app())
