"""Opens the series store that the region file chooses."""

from collections.abc import Mapping
from pathlib import Path

from cli.influx_tokens import TokenSource
from smartregion import logs
from smartregion.clock import Clock
from smartregion.region import Region, Store
from store.air import AirStore
from store.folder import DataFolder
from store.series.duckdb import DuckSeries
from store.series.influxdb import InfluxSeries
from store.series.influxdb_address import Api, InfluxAddress
from store.series.influxdb_http import Limits
from store.series.protocol import SeriesStore


def open_series(folder: DataFolder, region: Region, clock: Clock, environment: Mapping[str, str]) -> SeriesStore:
    """A file in the data folder, or an InfluxDB, which need not answer yet.

    Raises:
        Misconfigured: a file can't be used, or tokens are missing. Unavailable: a file is locked.
    """
    if region.store.kind == "duckdb":
        return DuckSeries(folder.series, temp_directory=folder.temporary, tell=logs.get("series").warning)
    return influx_series(region.store, folder.path, folder.path / "influxdb.db", clock, environment)


def air_of(series: SeriesStore) -> AirStore | None:
    """Where the store keeps how frames went through the air; the embedded one does not."""
    return series.air if isinstance(series, InfluxSeries) else None


def influx_series(
    store: Store, data: Path, catalogue: Path, clock: Clock, environment: Mapping[str, str]
) -> InfluxSeries:
    """The store in InfluxDB with its catalogue. Raises Misconfigured, Unavailable."""
    tokens = TokenSource(data, environment, needed=store.write_path == "v2")
    return InfluxSeries(
        address(store), tokens, catalogue, clock=clock, logger=logs.get("influxdb"), limits=limits(store)
    )


def address(store: Store) -> InfluxAddress:
    """Where it is."""
    return InfluxAddress(store.url, store.org, Api(store.write_path))


def limits(store: Store) -> Limits:
    """How long it may take."""
    return Limits(
        connect_seconds=store.connect_seconds, write_seconds=store.write_seconds, query_seconds=store.query_seconds
    )
