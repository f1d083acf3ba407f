"""How often a device sends is learned from its frames, and never for what is already past."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.registry.intervals import Learner, in_force, rounded
from store.registry.protocol import Interval

SECOND = 1_000_000_000


def fed(learner: Learner, seconds: list[float]) -> list[float]:
    return [found for each in seconds if (found := learner.feed(int(each * SECOND))) is not None]


def test_five_distances_are_enough_and_four_are_not() -> None:
    assert fed(Learner(), [0, 900, 1800, 2700, 3600]) == []
    assert fed(Learner(), [0, 900, 1800, 2700, 3600, 4500]) == [900.0]


def test_jitter_and_single_losses_do_not_hide_the_interval() -> None:
    assert fed(Learner(), [0, 903, 1799, 3602, 4498, 5401, 6299])[0] == 900.0


def test_a_device_that_sends_on_events_only_has_no_interval() -> None:
    chance = random.Random(7)
    times, now = [], 0.0
    for _ in range(400):
        now += chance.choice([20, 75, 400, 1900, 7000, 30000])
        times.append(now)
    assert len(fed(Learner(), times)) <= 4  # by luck alone, five of six like distances in a row


def test_the_same_frame_again_counts_once() -> None:
    learner = Learner()
    assert fed(learner, [0, 0, 0, 60, 60, 60, 60]) == []


def test_a_changed_interval_is_noticed_and_a_burst_of_losses_is_not() -> None:
    learner = Learner()
    times = [each * 900.0 for each in range(12)]
    assert fed(learner, times) == [900.0]
    assert fed(learner, [times[-1] + each for each in (1800, 3600, 5400)]) == []
    start = times[-1] + 5400
    assert fed(learner, [start + each * 300 for each in range(1, 12)]) == [300.0]


def test_backfill_newest_day_first_is_learned_from_steps_forward_only() -> None:
    day = [float(each * 3600) for each in range(24)]
    learner = Learner()
    learner.feed(int(40 * 86400 * SECOND))
    found = fed(learner, [39 * 86400 + each for each in day] + [38 * 86400 + each for each in day])
    assert found == [3600.0]


def test_older_frames_never_change_what_newer_ones_taught() -> None:
    learner = Learner()
    assert fed(learner, [86400.0 * 9 + each * 900 for each in range(8)]) == [900.0]
    assert fed(learner, [each * 60.0 for each in range(100)]) == []
    assert learner.seconds == 900.0


@pytest.mark.parametrize(
    ("seconds", "expected"), [(901.4, 900), (75.2, 75), (19.6, 20), (0.2, 1), (3590, 3600), (86_420, 86_400)]
)
def test_rounding_is_to_whole_minutes_where_they_are_near(seconds: float, expected: float) -> None:
    assert rounded(seconds) == expected


def test_learned_yields_to_configured_from_its_start_on() -> None:
    learned = [Interval(0, 900, "learned"), Interval(500, 600, "learned")]
    configured = Interval(300, 1200, "configured")
    assert in_force([*learned, configured]) == [learned[0], configured]
    assert in_force(learned) == learned


@given(st.lists(st.integers(-(2**62), 2**62), max_size=60))
def test_no_order_of_times_ever_teaches_nonsense(times: list[int]) -> None:
    learner = Learner()
    for each in times:
        found = learner.feed(each)
        assert found is None or found >= 1
    assert learner.newest == (max(times) if times else None)
