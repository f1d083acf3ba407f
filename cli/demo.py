"""`smartregion demo`: a simulated county on the product's own line, for a first look, for tests and for teaching."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from cli.child import County
from cli.compose import Platform
from cli.demo_store import DemoInflux
from cli.stores import Stores
from simulator.region.card import Card
from simulator.region.county import region_toml, registry_entries
from simulator.region.model import RegionPlan
from simulator.region.plan import plan
from smartregion import region as region_file
from smartregion.clock import Clock, FastClock, SystemClock
from smartregion.errors import Misconfigured
from smartregion.logs import Logger
from smartregion.region import Region
from store.folder import DataFolder
from store.registry.protocol import Interval, Registry


@dataclass(frozen=True, slots=True)
class Scenario:
    """Which county: the same scenario gives the same past, frame by frame."""

    seed: int
    devices: int
    today: int
    """A time of the day that the county's past ends with, nanoseconds since 1970."""


@contextmanager
def data_folder(path: Path | None) -> Iterator[Path]:
    """The folder named, or one of our own that is gone afterwards."""
    if path is not None:
        yield path
        return
    own = Path(tempfile.mkdtemp(prefix="smartregion-demo-"))
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def scenario(path: Path, seed: int, devices: int) -> Scenario:
    """The scenario a folder was begun with, else a new one.

    Raises:
        Misconfigured: the folder holds another county.
    """
    file = path / "demo.json"
    wanted = Scenario(seed, devices, time.time_ns())
    if file.exists():
        begun = Scenario(**json.loads(file.read_text(encoding="utf-8")))
        if (begun.seed, begun.devices) != (seed, devices):
            raise Misconfigured(
                f"{path} holds the demo with seed {begun.seed} and {begun.devices} devices; "
                f"use --seed {begun.seed} --devices {begun.devices}, or another --data"
            )
        return begun
    if (path / "region.toml").exists():
        raise Misconfigured(f"{path} holds a real region's data; choose another --data for the demo")
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(wanted)), encoding="utf-8")
    return wanted


@contextmanager
def county(of: Scenario, speed: float) -> Iterator[tuple[Card, RegionPlan, Clock]]:
    """The county on the air, its plan, and the clock both sides go by."""
    origin = time.time_ns()
    clock = SystemClock() if speed == 1 else FastClock(speed, origin)
    with County(seed=of.seed, devices=of.devices, speed=speed, origin=origin, today=of.today) as child:
        planned = plan(of.seed, of.devices, of.today)
        yield child.card(), planned, clock


def platform(
    folder: DataFolder, card: Card, planned: RegionPlan, clock: Clock, logger: Logger, influx: DemoInflux | None = None
) -> Platform:
    """The platform as an operator would have set it up for this county. `influx`: where its readings are to rest.

    Raises:
        Misconfigured, Unavailable: a store can't be used.
    """
    text = region_toml(planned, card.mqtt_port, card.http_port) + (influx.toml() if influx else "")
    folder.region.write_text(text, encoding="utf-8")
    region = region_file.parse(text)
    if influx is not None:
        influx.make_ready(region, folder.path)
    stores = Stores.open(folder, region, clock)
    _enter(stores.registry, planned)
    return Platform(region, stores, _keys(region, card), clock, logger)


def _keys(region: Region, card: Card) -> dict[str, str]:
    return {each.label: card.keys[each.key_env] for each in region.applications}


def _enter(registry: Registry, planned: RegionPlan) -> None:
    """Type in what an operator knows about his county; once."""
    if registry.sites():
        return
    entries = registry_entries(planned)
    for site in entries.sites:
        registry.save_site(site)
    for point in entries.points:
        registry.save_point(point)
    for device in entries.devices:
        registry.save_device(device)
    for assignment in entries.assignments:
        registry.assign(assignment)
    for name, seconds in entries.intervals.items():
        registry.set_interval(name, Interval(0, seconds, "configured"))
