"""Consumption rules seen from outside, slices, and figures over several points."""

import pytest

from aggregates import several
from aggregates.consumption import Rule, fall, rules, step
from aggregates.rollup import roll
from aggregates.slices import Behaviour, Slice, slices
from aggregates.totals import Track, total
from aggregates.windows import Window
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Rollup, Sample, Series
from smartregion.quantities import Kind

HOURS = [Window(hour * HOUR, (hour + 1) * HOUR) for hour in range(4)]


def at(minute: float, value: float) -> Sample:
    return Sample(int(minute * MINUTE), value)


def rolled(kind: Kind, *samples: Sample, modulus: float | None = None, hour: int = 0) -> Rollup:
    rollup = roll(samples, hour * HOUR, (hour + 1) * HOUR, kind=kind, modulus=modulus)
    assert rollup is not None
    return rollup


def gauge(*values: float) -> Slice:
    return Slice(rolled(Kind.GAUGE, *(at(minute, value) for minute, value in enumerate(values))), None, None)


@pytest.mark.parametrize(
    ("previous", "now", "modulus", "rise", "why"),
    [
        (10, 10, None, 0, None),
        (10, 12, 100, 2, None),
        (90, 5, 100, 15, Rule.ROLLOVER),  # 100 − 90 + 5 = 15 < 25
        (80, 5, 100, 5, Rule.RESET),  # 100 − 80 + 5 = 25, not less than 25
        (90, 5, None, 5, Rule.RESET),
        (120, 5, 100, 5, Rule.RESET),  # above its modulus: the modulus is wrong
        (5, -3, None, 0, Rule.RESET),
    ],
)
def test_steps(previous: float, now: float, modulus: float | None, rise: float, why: Rule | None) -> None:
    assert step(previous, now, modulus) == rise
    assert fall(previous, now, modulus) is why


def test_the_rules_behind_an_increase_are_told_from_the_rollup_alone() -> None:
    steady = rolled(Kind.COUNTER, at(0, 5), at(30, 8))
    over = rolled(Kind.COUNTER, at(0, 98), at(30, 3), at(40, 99), modulus=100)
    reset = rolled(Kind.COUNTER, at(0, 40), at(30, 2), at(40, 60))

    assert rules(steady, None, None, None) == set()
    assert rules(over, None, None, 100) == {Rule.ROLLOVER}
    assert rules(reset, None, None, None) == {Rule.RESET}
    assert rules(steady, at(-9, 1), None, None) == set()
    assert rules(reset, None, at(61, 61), None) == {Rule.RESET, Rule.INTERPOLATED}
    assert rules(rolled(Kind.COUNTER, at(10, 5)), at(-10, 90), None, None) == {Rule.RESET, Rule.INTERPOLATED}


def test_slices_of_a_counter_know_the_hours_it_was_silent_in() -> None:
    # 10 L at 00:30, 40 L at 03:30: 10 L an hour.
    samples = [at(30, 10), at(210, 40)]
    parts = [
        roll(samples[:1], *HOURS[0], kind=Kind.COUNTER, after=samples[1]),
        roll(samples[1:], *HOURS[3], kind=Kind.COUNTER, before=samples[0]),
    ]

    cut = slices(HOURS, [part for part in parts if part], Behaviour(Kind.COUNTER), None, None, DAY)

    assert [each.increase for each in cut] == [5, 10, 10, 5]
    assert [each.rollup is None for each in cut] == [False, True, True, False]
    assert cut[1].rules == {Rule.INTERPOLATED}


def test_nothing_is_known_of_a_counter_before_its_first_and_after_its_last_reading() -> None:
    parts = [rolled(Kind.COUNTER, at(70, 1), at(80, 4), hour=1)]

    cut = slices(HOURS, parts, Behaviour(Kind.COUNTER), None, None, DAY)

    assert [each.increase for each in cut] == [None, 3, None, None]


def test_a_state_holds_over_hours_without_a_reading_but_not_beyond_now() -> None:
    # On at 00:45; now is 02:20. 15 minutes, an hour, 20 minutes of the 20 that have passed.
    parts = [rolled(Kind.STATE, at(45, 1))]

    cut = slices(HOURS[:3], parts, Behaviour(Kind.STATE), None, None, 140 * MINUTE)

    assert [each.on_seconds for each in cut] == [900, 3600, 1200]
    assert [each.known_seconds for each in cut] == [900, 3600, 1200]


def test_a_running_hour_with_a_reading_ends_now() -> None:
    # Off before, on at 10, now is 40: 30 minutes of 40.
    (cut,) = slices(HOURS[:1], [rolled(Kind.STATE, at(10, 1))], Behaviour(Kind.STATE), at(-5, 0), None, 40 * MINUTE)

    assert (cut.on_seconds, cut.known_seconds) == (1800, 2400)


def test_the_mean_weighs_points_or_readings() -> None:
    # Means 2 (of 1, 2, 3) and 10: (2 + 10) / 2 = 6; readings: 16 / 4 = 4.
    points = [gauge(1, 2, 3), gauge(10)]

    assert several.mean(points) == 6
    assert several.mean(points, by_readings=True) == 4
    assert several.sum_of_means(points) == 12
    assert (several.minimum(points), several.maximum(points), several.count(points)) == (1, 10, 4)
    assert several.mean([Slice(None, None, None)]) is None


def test_share_is_a_share_of_the_time_that_is_known() -> None:
    # 30 of 60 minutes and 0 of 30: 30 / 90.
    points = [Slice(None, None, 1800.0, 3600.0), Slice(None, None, 0.0, 1800.0), Slice(None, None, None, 0.0)]

    assert several.share(points) == pytest.approx(1 / 3)
    assert several.share([Slice(None, None, None)]) is None


def test_percentiles_lie_between_the_two_nearest_readings() -> None:
    # Place 0.95 · 3 = 2.85: 30 + 0.85 · 10.
    assert several.percentile([40, 10, 30, 20], 0.95) == 38.5
    assert several.percentile([40, 10, 30, 20], 0.5) == 25
    assert several.percentile([7], 0.95) == 7
    assert several.percentile([], 0.5) is None


def test_a_swap_adds_both_devices_and_says_so() -> None:
    old, new = Series("hall", "app.old", "water.volume_total"), Series("hall", "app.new", "water.volume_total")
    first = rolled(Kind.COUNTER, at(0, 900), at(20, 905))
    second = rolled(Kind.COUNTER, at(30, 0), at(50, 7))

    merged = several.merge([(old, Slice(first, 5.0, None)), (new, Slice(second, 7.0, None))])

    assert merged.increase == 12
    assert merged.rules == {Rule.SWAP}
    assert merged.rollup is not None
    assert (merged.rollup.first, merged.rollup.last, merged.rollup.n) == (900, 7, 4)


def test_two_devices_side_by_side_are_no_swap() -> None:
    left = Series("hall", "app.a", "water.volume_total", (("channel", "1"),))
    right = Series("hall", "app.b", "water.volume_total", (("channel", "2"),))
    flow = Slice(rolled(Kind.COUNTER, at(0, 1), at(9, 3)), 2.0, None)

    assert several.merge([(left, flow), (right, flow)]).rules == frozenset()


def test_parts_of_a_series_do_not_speak_beside_the_whole() -> None:
    whole = Series("hall", "app.a", "power.active")
    phases = [Series("hall", "app.a", "power.active", (("phase", name),)) for name in ("L1", "L2")]
    elsewhere = Series("pool", "app.b", "power.active", (("phase", "L1"),))

    assert several.speaking([whole, *phases, elsewhere]) == [whole, elsewhere]
    assert several.speaking(phases) == phases


def test_a_total_sums_points_and_the_share_of_silent_counters() -> None:
    silent = Series("pool", "app.b", "water.volume_total")
    tracks = [
        Track(Series("hall", "app.a", "water.volume_total"), rolled(Kind.COUNTER, at(0, 1), at(30, 4)), 4.0),
        # 12 L in two hours, the window is half of them.
        Track(silent, None, None, at(-30, 0), at(90, 12)),
    ]

    found = total("town", "water.volume_total", Kind.COUNTER, HOURS[0], tracks, DAY)

    assert (found.increase, found.points, found.n, found.expected) == (9, 1, 2, 4)
