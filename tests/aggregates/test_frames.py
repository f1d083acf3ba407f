"""Missing frames are told from the counter, whatever the device does and in whatever order its frames arrive."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.frames import MOST_RUNS, Frame, Heard, Hole, holes
from smartregion.clock import MINUTE

Step = tuple[int, str, int]


def frames(*steps: Step) -> list[Frame]:
    """(minute, session, f_cnt)"""
    return [Frame(minute * MINUTE, session, count) for minute, session, count in steps]


def found(*steps: Step) -> list[Hole]:
    return [Hole(hole.start // MINUTE, hole.end // MINUTE, hole.missing) for hole in holes(frames(*steps))]


def test_a_counter_without_steps_left_out_has_no_hole() -> None:
    assert found((0, "a", 7), (10, "a", 8), (20, "a", 9)) == []


def test_counts_left_out_are_a_hole_between_their_neighbours() -> None:
    assert found((0, "a", 7), (10, "a", 8), (50, "a", 12)) == [Hole(10, 50, 3)]


def test_what_was_before_the_first_frame_is_not_known() -> None:
    assert found((0, "a", 700), (10, "a", 701)) == []


def test_the_same_frame_twice_is_no_hole() -> None:
    assert found((0, "a", 7), (1, "a", 7), (10, "a", 8), (11, "a", 8)) == []


@pytest.mark.parametrize(("first", "missing"), [(0, 0), (1, 0), (2, 2), (5, 5)])
def test_a_join_begins_a_session_at_zero_or_one(first: int, missing: int) -> None:
    expected = [Hole(10, 60, missing)] if missing else []
    assert found((0, "a", 70), (10, "a", 71), (60, "b", first), (70, "b", first + 1)) == expected


def test_a_counter_of_16_bits_goes_on_after_65535() -> None:
    assert found((0, "a", 65534), (1, "a", 65535), (2, "a", 0), (3, "a", 1)) == []
    assert found((0, "a", 65530), (60, "a", 3)) == [Hole(0, 60, 8)]


def test_a_counter_of_32_bits_goes_on_beyond() -> None:
    assert found((0, "a", 65535), (1, "a", 65536), (20, "a", 65540)) == [Hole(1, 20, 3)]


def test_a_restart_without_a_join_begins_at_zero_in_the_same_session() -> None:
    assert found((0, "a", 900), (1, "a", 0), (2, "a", 1)) == []
    assert found((0, "a", 900), (60, "a", 4), (61, "a", 5)) == [Hole(0, 60, 4)]


def test_a_counter_that_jumps_further_than_a_device_can_send_is_no_hole() -> None:
    assert found((0, "a", 10), (1, "a", 100_000)) == []


def test_going_back_to_the_session_before_is_not_a_join() -> None:
    assert found((0, "a", 70), (1, "b", 0), (2, "a", 71), (3, "a", 72)) == []
    assert found((0, "a", 70), (1, "b", 0), (22, "a", 73)) == [Hole(0, 22, 2)]


def test_a_late_frame_closes_its_hole_or_cuts_it() -> None:
    heard = Heard.begin(Frame(0, "a", 1), 0)
    heard.add(Frame(60 * MINUTE, "a", 5))
    assert heard.holes() == [Hole(0, 60 * MINUTE, 3)]
    assert heard.add(Frame(30 * MINUTE, "a", 3))
    assert [hole.missing for hole in heard.holes()] == [1, 1]
    assert heard.add(Frame(15 * MINUTE, "a", 2))
    assert heard.add(Frame(45 * MINUTE, "a", 4))
    assert heard.holes() == []
    assert len(heard.runs) == 1


def test_what_is_settled_is_forgotten_and_no_longer_changed() -> None:
    heard = Heard.begin(Frame(0, "a", 0), 0)
    for number in range(1, 40):
        heard.add(Frame(10 * number * MINUTE, "a", 2 * number))
    heard.settle(10 * 30 * MINUTE)

    assert next(hole.start for hole in heard.holes()) == 10 * 30 * MINUTE
    assert not heard.add(Frame(15 * MINUTE, "a", 3))


def test_runs_are_bounded() -> None:
    heard = Heard.begin(Frame(0, "a", 0), 0)
    for number in range(1, 3 * MOST_RUNS):
        heard.add(Frame(10 * number * MINUTE, "a", 2 * number))

    assert len(heard.runs) <= MOST_RUNS
    assert heard.floor > 0


@st.composite
def sessions(draw: st.DrawFn) -> list[list[Frame]]:
    """What a device sent in one session after the other, some of it twice."""
    minute = 0
    sent: list[list[Frame]] = []
    for number in range(draw(st.integers(1, 4))):
        start = draw(st.sampled_from([0, 0, 1, 65_530]))
        sent.append([])
        for count in range(start, start + draw(st.integers(1, 14))):
            minute += draw(st.integers(1, 30))
            sent[-1].append(Frame(minute * MINUTE, f"s{number}", count % 65_536))
            if draw(st.integers(0, 9)) == 0:
                sent[-1].append(Frame(minute * MINUTE + 1, f"s{number}", count % 65_536))
    return sent


def hear(arrived: list[Frame]) -> list[Hole]:
    heard: Heard | None = None
    for frame in arrived:
        if heard is None:
            heard = Heard.begin(frame, 0)
        else:
            heard.add(frame)
    return heard.holes() if heard else []


@settings(max_examples=150)
@given(sessions(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_holes(sent: list[list[Frame]], chance: random.Random) -> None:
    received = [frame for each in sent for frame in each if chance.random() < 0.7]
    arrived = chance.sample(received, len(received))

    assert hear(arrived) == holes(received)


@settings(max_examples=100)
@given(st.integers(2, 12), st.integers(2, 12), st.randoms(use_true_random=False))
def test_restarts_without_a_join_are_told_in_any_order_of_each_counter(
    before: int, after: int, chance: random.Random
) -> None:
    counters = [
        [
            Frame(number * MINUTE, "a", 9000 + number)
            for number in range(before)
            if number == 0 or chance.random() < 0.7
        ],
        [Frame((100 + number) * MINUTE, "a", number) for number in range(after) if chance.random() < 0.7],
    ]
    arrived = [frame for each in counters for frame in chance.sample(each, len(each))]

    assert hear(arrived) == holes([frame for each in counters for frame in each])


@settings(max_examples=100)
@given(st.lists(st.booleans(), min_size=2, max_size=60), st.integers(0, 2**16 + 100), st.booleans())
def test_holes_come_to_the_frames_that_are_missing(there: list[bool], start: int, short: bool) -> None:
    counts = [(start + number) % 2**16 if short else start + number for number in range(len(there))]
    steps = [
        (number, "a", count) for number, (count, is_there) in enumerate(zip(counts, there, strict=True)) if is_there
    ]
    between = there[there.index(True) : len(there) - there[::-1].index(True)] if any(there) else []

    assert sum(hole.missing for hole in holes(frames(*steps))) == between.count(False)
