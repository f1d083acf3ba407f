"""The series stores that the conformance suite holds to their promises. A store joins by adding itself to the list."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from store.series.duckdb import DuckSeries
from store.series.memory import MemorySeries
from store.series.protocol import SeriesStore

MakeStore = Callable[[Path], SeriesStore]
STORES = [
    pytest.param(lambda _: MemorySeries(), id="memory"),
    pytest.param(lambda folder: DuckSeries(folder / "series.db"), id="duckdb"),
]


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    make: MakeStore = request.param
    with closing(make(tmp_path)) as made:
        yield made
