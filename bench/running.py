"""The platform that is measured, on a data folder that is gone afterwards."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from cli.compose import Platform
from cli.demo_store import DemoInflux
from cli.stores import Stores
from smartregion import logs
from smartregion.clock import Clock, SystemClock
from smartregion.region import Region, Store
from store.folder import DataFolder


@contextmanager
def folder() -> Iterator[DataFolder]:
    """An empty data folder."""
    with (
        tempfile.TemporaryDirectory(prefix="smartregion-bench-") as path,
        DataFolder.open(Path(path), command="bench") as opened,
    ):
        yield opened


def platform(
    data: DataFolder,
    region: Region,
    keys: Mapping[str, str],
    clock: Clock | None = None,
    *,
    listen: bool = True,
    store: DemoInflux | None = None,
) -> Platform:
    """The whole platform, not started; devices make themselves known. `store`: an InfluxDB instead of DuckDB."""
    logs.configure("error")
    used = clock or SystemClock()
    if store is not None:
        region = region.model_copy(update={"store": Store.model_validate(store.entries())})
        store.make_ready(region, data.path)
    stores = Stores.open(data, region, used)
    return Platform(region, stores, keys, used, logs.get("bench"), listen=listen)
