"""Rollups, each rule worked out by hand, and the law: finer rollups combine to what the samples give."""

import random
from itertools import pairwise
from math import isclose

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.rollup import bridge, combine, first_of, last_of, roll
from smartregion.clock import DAY, HOUR, MINUTE, SECOND
from smartregion.model import Rollup, Sample
from smartregion.quantities import Kind


def at(minute: float, value: float) -> Sample:
    return Sample(int(minute * MINUTE), value)


def rolled(
    samples: list[Sample],
    kind: Kind,
    start: int = 0,
    end: int = HOUR,
    *,
    before: Sample | None = None,
    after: Sample | None = None,
    modulus: float | None = None,
    interval: float | None = None,
) -> Rollup:
    rollup = roll(samples, start, end, kind=kind, before=before, after=after, modulus=modulus, interval=interval)
    assert rollup is not None
    return rollup


def test_a_gauge_keeps_count_extremes_sum_first_last_and_the_longest_gap() -> None:
    rollup = rolled([at(5, 3), at(15, 9), at(45, 6)], Kind.GAUGE)

    # n 3, sum 3 + 9 + 6 = 18, gaps 10 and 30 minutes.
    assert rollup == Rollup(0, HOUR, 3, 3, 9, 18, 3, 5 * MINUTE, 6, 45 * MINUTE, None, None, None, 30 * MINUTE)


def test_nothing_comes_of_nothing() -> None:
    assert roll([], 0, HOUR, kind=Kind.COUNTER, before=at(-5, 1), after=at(65, 2)) is None
    assert combine([], 0, HOUR, kind=Kind.COUNTER, before=at(-5, 1), after=at(65, 2)) is None


def test_a_counters_edges_are_linear_between_the_readings_around_them() -> None:
    # At the start: 100 at −10 min, 130 at 20 min: 1 a minute, so 110 at 0. At the end: 150 at 50, 190 at 70: 2 a
    # minute, so 170 at 60. 170 − 110 = 60.
    rollup = rolled([at(20, 130), at(50, 150)], Kind.COUNTER, before=at(-10, 100), after=at(70, 190))

    assert rollup.increase == 60


def test_without_a_neighbour_the_first_and_last_reading_bound_a_counter() -> None:
    assert rolled([at(20, 130), at(50, 150)], Kind.COUNTER).increase == 20


def test_a_reading_on_the_edge_needs_no_interpolation() -> None:
    # 130 at 0 and 190 at 60 min: both edges are readings.
    rollup = rolled([at(0, 130), at(50, 150)], Kind.COUNTER, before=at(-10, 100), after=at(60, 190))

    assert rollup.increase == 60


def test_a_register_rolls_over_at_its_modulus() -> None:
    # 65 530 → 10 with modulus 65 536: 65 536 − 65 530 + 10 = 16; then 5 more.
    rollup = rolled([at(10, 65530), at(20, 10), at(30, 15)], Kind.COUNTER, modulus=65536)

    assert rollup.increase == 21


def test_a_fall_that_no_rollover_explains_is_a_reset_that_counts_from_zero() -> None:
    # 30 000 → 12 with modulus 65 536 would be a step of 35 548, more than a quarter of it: reset, +12, then +8.
    samples = [at(10, 30000), at(20, 12), at(30, 20)]

    assert rolled(samples, Kind.COUNTER, modulus=65536).increase == 20
    assert rolled(samples, Kind.COUNTER).increase == 20


def test_a_rollover_on_the_edge_is_interpolated_too() -> None:
    # 996 at −30, 6 at 30 with modulus 1000: the step is 10, half of it after the edge.
    assert rolled([at(30, 6)], Kind.COUNTER, before=at(-30, 996), modulus=1000).increase == 5


def test_deltas_add_up() -> None:
    assert rolled([at(10, 4), at(20, 0), at(30, 2.5)], Kind.DELTA, before=at(-5, 9)).increase == 6.5


def test_a_state_is_held_from_reading_to_reading() -> None:
    # On since before: 0–10 on, 10–25 off, 25–60 on: 10 + 35 = 45 minutes.
    rollup = rolled([at(10, 0), at(25, 1)], Kind.STATE, before=at(-90, 1))

    assert rollup.on_seconds == 45 * 60


def test_a_state_is_unknown_before_its_first_reading() -> None:
    assert rolled([at(10, 0), at(25, 1)], Kind.STATE).on_seconds == 35 * 60


def test_a_state_is_held_over_an_empty_hour() -> None:
    # On at minute 30 of hour 0, nothing in hour 1, off at minute 15 of hour 2: 30 + 60 + 15 = 105 minutes.
    first = rolled([at(30, 1)], Kind.STATE)
    third = rolled([at(135, 0)], Kind.STATE, 2 * HOUR, 3 * HOUR, before=at(30, 1))

    whole = combine([first, third], 0, 3 * HOUR, kind=Kind.STATE)

    assert whole is not None
    assert whole.on_seconds == 105 * 60


def test_a_counters_step_over_hours_without_a_reading_counts() -> None:
    # 10 at minute 30 of hour 0, 40 at minute 30 of hour 3: 30 in 180 minutes. Hour 0 gets 30 minutes of it (5), hour
    # 3 gets 5, hours 1 and 2 have no rollup and hold 20.
    readings = [at(30, 10), at(210, 40)]
    first = rolled(readings[:1], Kind.COUNTER, after=readings[1])
    fourth = rolled(readings[1:], Kind.COUNTER, 3 * HOUR, 4 * HOUR, before=readings[0])

    whole = combine([first, fourth], 0, 4 * HOUR, kind=Kind.COUNTER)

    assert (first.increase, fourth.increase) == (5, 5)
    assert whole is not None
    assert whole.increase == 30
    assert bridge(readings[0], readings[1], HOUR, 3 * HOUR, None) == 20


def test_slots_are_filled_by_one_reading_each() -> None:
    # Four slots of 15 minutes: 1 and 3 minutes share one, 16 is the second, 50 the fourth; the third stays empty.
    samples = [at(1, 0), at(3, 0), at(16, 0), at(50, 0)]

    assert rolled(samples, Kind.GAUGE, interval=900).slots == 3
    assert rolled(samples, Kind.GAUGE).slots is None


def test_a_clock_that_jitters_around_a_slots_edge_misses_none() -> None:
    # Sent every 15 minutes, heard a second early or late in turn: two readings share every second slot.
    samples = [Sample(quarter * 900 * SECOND + (SECOND if quarter % 2 else -SECOND), 0) for quarter in range(1, 96)]

    assert rolled(samples, Kind.GAUGE, 0, DAY, interval=900).slots == 95


def test_a_clock_that_drifts_misses_none() -> None:
    # Every 901 seconds: 86 400 / 901 = 95.9 frames a day, none of which is lost.
    samples = [Sample(number * 901 * SECOND, 0) for number in range(1, 96)]

    assert rolled(samples, Kind.GAUGE, 0, DAY, interval=900).slots == 95


def test_extra_frames_fill_no_slots() -> None:
    # Every 5 minutes where every 15 are expected.
    samples = [at(5 * number, 0) for number in range(12)]

    assert rolled(samples, Kind.GAUGE, interval=900).slots == 4


def test_a_daily_device_fills_a_slot_in_the_hour_it_is_heard() -> None:
    readings = [Sample(day * DAY + (day % 2) * 20 * SECOND - 10 * SECOND, 0) for day in range(1, 8)]

    hours = [
        rolled([now], Kind.GAUGE, now.time // HOUR * HOUR, (now.time // HOUR + 1) * HOUR, before=before, interval=86400)
        for before, now in zip([None, *readings], readings, strict=False)
    ]

    assert [hour.slots for hour in hours] == [1] * 7


KINDS = [Kind.GAUGE, Kind.COUNTER, Kind.DELTA, Kind.STATE]
VALUES = {
    Kind.GAUGE: st.floats(-1e6, 1e6),
    Kind.COUNTER: st.integers(0, 999).map(float),
    Kind.DELTA: st.integers(0, 50).map(float),
    Kind.STATE: st.sampled_from([0.0, 1.0]),
}


@st.composite
def lines(draw: st.DrawFn) -> tuple[Kind, list[Sample]]:
    kind = draw(st.sampled_from(KINDS))
    times = draw(st.lists(st.integers(-6 * HOUR, 30 * HOUR), min_size=1, max_size=40, unique=True))
    return kind, [Sample(time, draw(VALUES[kind])) for time in sorted(times)]


def neighbours(samples: list[Sample], start: int, end: int) -> dict[str, Sample | None]:
    earlier = [sample for sample in samples if sample.time < start]
    later = [sample for sample in samples if sample.time >= end]
    return {"before": earlier[-1] if earlier else None, "after": later[0] if later else None}


def cut(samples: list[Sample], edges: list[int], kind: Kind, interval: float | None) -> list[Rollup]:
    parts = [
        roll(
            [sample for sample in samples if start <= sample.time < end],
            start,
            end,
            kind=kind,
            modulus=1000,
            interval=interval,
            **neighbours(samples, start, end),
        )
        for start, end in pairwise(edges)
    ]
    return [part for part in parts if part is not None]


def agree(one: Rollup, other: Rollup, scale: float) -> bool:
    return all(
        mine == theirs
        or (mine is not None and theirs is not None and isclose(mine, theirs, rel_tol=1e-9, abs_tol=1e-9 * scale))
        for mine, theirs in zip(one, other, strict=True)
    )


@settings(max_examples=150, deadline=None)
@given(line=lines(), inner=st.lists(st.integers(1, DAY - 1), max_size=12), interval=st.sampled_from([None, 700, 9000]))
def test_parts_combine_to_the_whole_however_it_is_cut(
    line: tuple[Kind, list[Sample]], inner: list[int], interval: float | None
) -> None:
    kind, samples = line
    hours = cut(samples, sorted({0, DAY, *inner, *range(0, DAY, HOUR)}), kind, interval)
    inside = [sample for sample in samples if 0 <= sample.time < DAY]
    around = neighbours(samples, 0, DAY)

    whole = roll(inside, 0, DAY, kind=kind, modulus=1000, interval=interval, **around)
    combined = combine(hours, 0, DAY, kind=kind, modulus=1000, **around)

    assert (whole is None) == (combined is None)
    if whole is not None and combined is not None:
        assert agree(whole, combined, sum(abs(sample.value) for sample in inside))


@settings(max_examples=100, deadline=None)
@given(line=lines(), seed=st.integers(0, 99))
def test_combining_in_two_steps_gives_what_one_step_gives(line: tuple[Kind, list[Sample]], seed: int) -> None:
    kind, samples = line
    hours = cut(samples, list(range(0, DAY + 1, HOUR)), kind, None)
    around = neighbours(samples, 0, DAY)
    noon = random.Random(seed).randrange(1, 24) * HOUR
    halves = [
        half
        for start, end in ((0, noon), (noon, DAY))
        if (half := _combined(hours, start, end, kind, samples)) is not None
    ]

    assert (combine(halves, 0, DAY, kind=kind, modulus=1000, **around) is None) == (not hours)
    if hours:
        one_step = combine(hours, 0, DAY, kind=kind, modulus=1000, **around)
        two_steps = combine(halves, 0, DAY, kind=kind, modulus=1000, **around)
        assert one_step is not None
        assert two_steps is not None
        assert agree(one_step, two_steps, sum(abs(sample.value) for sample in samples))


def _combined(hours: list[Rollup], start: int, end: int, kind: Kind, samples: list[Sample]) -> Rollup | None:
    inside = [hour for hour in hours if start <= hour.start < end]
    earlier = [hour for hour in hours if hour.start < start]
    later = [hour for hour in hours if hour.start >= end]
    outside = neighbours(samples, 0, DAY)
    before = last_of(earlier[-1]) if earlier else outside["before"]
    after = first_of(later[0]) if later else outside["after"]
    return combine(inside, start, end, kind=kind, before=before, after=after, modulus=1000)


@settings(max_examples=100, deadline=None)
@given(line=lines())
def test_windows_add_up_for_amounts_and_time(line: tuple[Kind, list[Sample]]) -> None:
    kind, samples = line
    hours = cut(samples, list(range(-6 * HOUR, 32 * HOUR, HOUR)), kind, 900)
    whole = roll(samples, -6 * HOUR, 31 * HOUR, kind=kind, modulus=1000, interval=900)

    assert whole is not None
    assert sum(hour.n for hour in hours) == whole.n
    assert sum(hour.slots or 0 for hour in hours) == whole.slots
    assert (whole.slots or 0) <= whole.n
    assert isclose(sum(hour.total for hour in hours), whole.total, rel_tol=1e-9, abs_tol=1e-3)
    if kind is Kind.DELTA:
        assert sum(hour.increase or 0 for hour in hours) == whole.increase
