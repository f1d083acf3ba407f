"""Chains of differences: each register at its time."""

from hypothesis import given
from hypothesis import strategies as st

from decoders.deltas import backward, forward
from smartregion.model import Reading

STEP = 900_000_000_000


def test_registers_follow_the_first_one() -> None:
    assert forward("energy.active_import_total", 100, [1, 0, 5], 1000, 10, (("channel", "1"),)) == [
        Reading("energy.active_import_total", value, (("channel", "1"),), time)
        for time, value in [(1000, 100), (1010, 101), (1020, 101), (1030, 106)]
    ]


def test_a_register_that_rolled_over_on_the_way_was_near_its_end_before() -> None:
    assert [each.value for each in backward("water.volume_total", 3, [2, 4, 1], 100, 10, 1 << 16)] == [
        65532,
        65534,
        2,
        3,
    ]


@given(register=st.integers(0, 2**32), deltas=st.lists(st.integers(0, 65535), max_size=20))
def test_both_directions_tell_the_same(register: int, deltas: list[int]) -> None:
    last = 1_790_000_000_000_000_000

    ahead = forward("water.volume_total", register, deltas, last - len(deltas) * STEP, STEP)

    assert backward("water.volume_total", register + sum(deltas), deltas, last, STEP, 1 << 40) == ahead
    assert ahead[-1] == Reading("water.volume_total", float(register + sum(deltas)), (), last)
