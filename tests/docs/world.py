"""The town hall of the documents: the tables of docs/figures.md, stored and summed up, with API and figures over it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from api.admin import Doors
from api.app import create_app
from jobs.rollups import sum_up
from queries.bundle import Queries, build
from smartregion.clock import ManualClock
from smartregion.model import Assignment, Device, Place, Point, Profile, Record, Series, Site
from smartregion.region import Region, parse
from smartregion.timestamps import parse as instant
from store.journal.memory import MemoryBook, MemoryLog
from store.registry.protocol import Interval, Sighting
from store.registry.sql import SqlRegistry
from store.series.memory import MemorySeries

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
NOW: Final = instant("2026-10-27T03:00:00+01:00")
INTERVAL: Final = 6 * 3600.0
MODULUS: Final = 10_000.0
SWAP: Final = instant("2026-10-26T10:00:00+01:00")


def page(name: str) -> str:
    """The text of a page of the documents."""
    return (DOCS / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading."""
    _, _, rest = text.partition(f"| {heading} |")
    lines = []
    for line in rest.splitlines()[2:]:
        if not line.startswith("|"):
            break
        lines.append([cell.strip(" `") for cell in line.strip("|").split("|")])
    return lines


def region() -> Region:
    """The county of the example in docs/region-file.md."""
    return parse(blocks(page("region-file.md"), "toml")[0])


def readings() -> list[Record]:
    """The readings of the tables in docs/figures.md."""
    text = page("figures.md")
    old = [
        Record(_series("county-water.w1-0042"), instant(time), float(value)) for time, value in rows(text, "old meter")
    ]
    new = [
        Record(_series("county-water.w1-0099"), instant(time), float(value)) for time, value in rows(text, "new meter")
    ]
    return [*old, *new]


def _series(device: str) -> Series:
    return Series(
        "town-hall-water",
        device,
        "water.volume_total",
        tenant="musterstadt",
        site="town-hall",
        domain="water",
        modulus=MODULUS,
    )


@dataclass
class World:
    """What the examples are asked of."""

    app: FastAPI
    queries: Queries
    registry: SqlRegistry


def build_world(folder: Path) -> World:
    """The town hall, its two meters, and everything summed up."""
    county, clock, store = region(), ManualClock(NOW), MemorySeries()
    registry = SqlRegistry.open(folder / "registry.db", county)
    _furnish(registry)
    store.write(readings())
    for record in readings():
        registry.sight([Sighting("county-water", record.series.device.partition(".")[2], record.time)])
    while sum_up(store, registry, county.zone, NOW):
        pass
    queries = build(county, clock, registry, store, MemoryLog(), MemoryBook(clock=clock), list)
    queries.latest.update(readings())
    doors = Doors(take_in=lambda _body, _span: 0, backfill=lambda *_asked: None)
    return World(create_app(queries, doors=doors), queries, registry)


def _furnish(registry: SqlRegistry) -> None:
    place = Place(51.31, 9.48)
    registry.save_site(Site("town-hall", "musterstadt", "Town hall", place))
    registry.save_point(Point("town-hall-water", "musterstadt", "Main water meter", "town-hall", "water", place))
    for number, start, until in (("w1-0042", 0, SWAP), ("w1-0099", SWAP, None)):
        device = f"county-water.{number}"
        registry.save_device(Device(device, "county-water", number, None, Profile("axioma", "qalcosonic-w1")))
        registry.set_interval(device, Interval(0, INTERVAL, "configured"))
        registry.assign(Assignment(device, "town-hall-water", start, until))
