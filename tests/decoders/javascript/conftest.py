"""One pool for all tests that do not hurt it."""

from collections.abc import Iterator

import pytest

from decoders.javascript.pool import Pool
from smartregion.clock import ManualClock


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    made = Pool(ManualClock())
    yield made
    made.close()
