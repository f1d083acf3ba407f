"""`smartregion check` of the InfluxDB connection: each bucket is written to and read, and a canary must come back."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cli.influx_tokens import TokenSource
from cli.series_store import address, influx_series, limits
from smartregion.clock import Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.region import Region
from store.series.influxdb_http import Server
from store.series.influxdb_probe import probe


class StoreFinding(NamedTuple):
    """What was tried and what is wrong with it; no words: nothing."""

    name: str
    words: str = ""


def try_store(region: Region, data: Path, clock: Clock, environment: Mapping[str, str]) -> Iterator[StoreFinding]:
    """Try the store of the region file; a file in the data folder is tried with the folder."""
    if region.store.kind == "duckdb":
        return
    name = f"InfluxDB {region.store.url}"
    try:
        tokens = TokenSource(data, environment, needed=region.store.write_path == "v2")
    except Misconfigured as error:
        yield StoreFinding(name, str(error))
        return
    with closing(Server(address(region.store), tokens, limits(region.store))) as server:
        tried = list(probe(server, (tenant.key for tenant in region.tenants), clock))
    yield from (StoreFinding(f"{name}: {bucket}", words) for bucket, words in tried)
    if not any(words for _, words in tried):
        yield StoreFinding(f"{name}: canary", _sing(region, data, clock, environment))


def _sing(region: Region, data: Path, clock: Clock, environment: Mapping[str, str]) -> str:
    """Write a value and read it back. The catalogue of its own leaves that of a running service alone."""
    with tempfile.TemporaryDirectory(prefix="smartregion-check-") as folder:
        try:
            store = influx_series(region.store, data, Path(folder) / "catalogue.db", clock, environment)
            with closing(store):
                store.check()
        except (Misconfigured, Unavailable) as error:
            return str(error)
    return ""
