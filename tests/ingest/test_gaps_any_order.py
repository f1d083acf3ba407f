"""In whatever order frames arrive, and whenever one looks: what is missing in the end is what was never received."""

import random
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.frames import Frame, holes
from smartregion.clock import MINUTE
from smartregion.gaps import Sought
from tests.ingest.test_gaps import LABEL, NOW, Watch, watching

DEVICES = count()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    with watching(tmp_path_factory.mktemp("kept")) as found:
        found.begin()
        yield found


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(2, 40))
def test_open_gaps_come_to_the_frames_that_are_missing(kept: Watch, chance: random.Random, sent: int) -> None:
    device = f"any-{next(DEVICES)}"
    received = [number for number in range(sent) if chance.random() < 0.6]
    for number in chance.sample(received, len(received)):
        kept.hear(number, device=device)
        if chance.random() < 0.3:
            kept.keeper.sweep()
    kept.keeper.sweep()

    gaps = kept.registry.gaps.page(Sought(device=f"{LABEL}.{device}"), 1000)
    expected = holes(Frame(NOW + number * MINUTE, "s", number) for number in received)
    assert sum(gap.missing - gap.repaired for gap in gaps) == sum(hole.missing for hole in expected)
    assert all((gap.state == "repaired") == (gap.missing == gap.repaired) for gap in gaps)
