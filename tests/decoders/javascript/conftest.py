"""One pool for all tests that do not hurt it."""

from collections.abc import Iterator

import pytest

from decoders.javascript.limits import Limits
from decoders.javascript.pool import Pool
from smartregion.clock import ManualClock
from tests.decoders.javascript.world import PATIENT


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    made = Pool(ManualClock(), limits=Limits(deadline=PATIENT))
    yield made
    made.close()
