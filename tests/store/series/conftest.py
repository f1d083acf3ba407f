"""The series stores that the conformance suite holds to their promises. A store joins by adding itself to the list."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from simulator.influxdb.server import Double
from store.series.duckdb import DuckSeries
from store.series.memory import MemorySeries
from store.series.protocol import SeriesStore
from tests.real.influx_worlds import DoubleWorld, World, open_store, real_world

OpenStore = Callable[[Path], SeriesStore]
"""Opens a store in a folder, the same one again when it was there before."""


@pytest.fixture(scope="session")
def double_world() -> Iterator[World]:
    """The double of InfluxDB 2.9; its buckets are those of the last test."""
    with Double() as double:
        yield DoubleWorld(double)


@pytest.fixture(scope="session")
def given_world() -> Iterator[World]:
    """Debian's InfluxDB, or the one that is given; its buckets are those of the last test."""
    with real_world() as world:
        yield world


def _memory(_request: pytest.FixtureRequest) -> OpenStore:
    return lambda _folder: MemorySeries()


def _duckdb(_request: pytest.FixtureRequest) -> OpenStore:
    return lambda folder: DuckSeries(folder / "series.db")


def _on(world_fixture: str) -> Callable[[pytest.FixtureRequest], OpenStore]:
    def prepared(request: pytest.FixtureRequest) -> OpenStore:
        world: World = request.getfixturevalue(world_fixture)
        world.reset()
        return lambda folder: open_store(world, folder / "catalogue.sqlite")

    return prepared


INFLUXDBS = [
    pytest.param(_on("double_world"), id="influxdb-double"),
    pytest.param(_on("given_world"), id="influxdb", marks=pytest.mark.real),
]
LASTING = [pytest.param(_duckdb, id="duckdb"), *INFLUXDBS]
STORES = [pytest.param(_memory, id="memory"), *LASTING]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    prepare: Callable[[pytest.FixtureRequest], OpenStore] = request.param
    with closing(prepare(request)(tmp_path)) as made:
        yield made


@pytest.fixture(
    params=[pytest.param("double_world", id="double"), pytest.param("given_world", id="real", marks=pytest.mark.real)]
)
def influx_world(request: pytest.FixtureRequest) -> World:
    """A server of InfluxDB with empty buckets."""
    world: World = request.getfixturevalue(request.param)
    world.reset()
    return world
