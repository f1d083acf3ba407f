"""A registry in a file of its own, that can be opened again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from smartregion.region import Region, parse
from store.registry.sql import SqlRegistry

REGION = """
name = "Kreis Musterland"
[[tenants]]
key = "musterstadt"
name = "Musterstadt"
ags = "09999001"
latitude = 50.1
longitude = 10.2
[[tenants]]
key = "neudorf"
name = "Neudorf"
[[applications]]
id = "wasser"
server = "localhost"
tenant = "musterstadt"
domain = "water"
key_env = "SMARTREGION_WASSER"
[[applications]]
id = "klima"
server = "localhost"
tenant = "neudorf"
domain = "environment"
key_env = "SMARTREGION_KLIMA"
"""


class Pace:
    """Seconds that rise when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


Opening = Callable[..., SqlRegistry]


@pytest.fixture
def region() -> Region:
    return parse(REGION)


@pytest.fixture(scope="session")
def fresh_registry(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A registry just begun: copying it is ten times as fast as running the migrations."""
    path = tmp_path_factory.mktemp("registry") / "fresh.sqlite"
    SqlRegistry.open(path, parse(REGION)).close()
    return path.read_bytes()


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def opening(tmp_path: Path, region: Region, pace: Pace, fresh_registry: bytes) -> Iterator[Opening]:
    """Opens the one registry of the test, closing what was open before."""
    opened: list[SqlRegistry] = []
    (tmp_path / "registry.sqlite").write_bytes(fresh_registry)

    def open_again(changed: Region | None = None) -> SqlRegistry:
        if opened:
            opened.pop().close()
        opened.append(SqlRegistry.open(tmp_path / "registry.sqlite", changed or region, pace=pace))
        return opened[-1]

    yield open_again
    for registry in opened:
        registry.close()


@pytest.fixture
def registry(opening: Opening) -> SqlRegistry:
    return opening()
