"""Coverage: expected slots that hold a reading, honest where nothing is known."""

from typing import NamedTuple

import pytest

from aggregates.coverage import Coverage, Evidence, coverage, evidence, expected_slots, interval_at, serving
from aggregates.rollup import roll
from aggregates.windows import Window
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.model import Assignment, Rollup, Sample, Series
from smartregion.quantities import Kind
from smartregion.timestamps import EARLIEST, LATEST

ALWAYS = [Window(EARLIEST, LATEST)]
METER = Series("hall", "app.meter", "water.volume_total", (("channel", "1"),))


class Every(NamedTuple):
    start: int
    seconds: float


def rolled(*minutes: float, interval: float | None = 900, end: int = HOUR) -> Rollup | None:
    samples = [Sample(int(minute * MINUTE), 1) for minute in minutes]
    return roll(samples, 0, end, kind=Kind.GAUGE, interval=interval)


def test_three_of_four_slots_are_three_quarters() -> None:
    # 4 slots in an hour, readings at 5, 20 and 50 minutes: the longest gap is the one from 20 to 50.
    window = Window(0, HOUR)
    expected = expected_slots([Every(0, 900)], ALWAYS, *window)

    assert coverage([evidence(rolled(5, 20, 50), window, expected, DAY)]) == Coverage(3, 4, 0.75, 1800)


def test_the_longest_gap_reaches_to_the_windows_edges() -> None:
    # 40 minutes from the start to the first reading; 50 from the last one to the end.
    assert evidence(rolled(40, 50), Window(0, HOUR), None, DAY).gap == 40 * MINUTE
    assert evidence(rolled(5, 10), Window(0, HOUR), None, DAY).gap == 50 * MINUTE
    assert evidence(None, Window(0, HOUR), None, DAY).gap == HOUR


def test_a_running_window_ends_now() -> None:
    # 10:30 into the hour: 5 minutes since the last reading, 10 before the first, half an hour holds 2 slots.
    now = 30 * MINUTE
    expected = expected_slots([Every(0, 900)], ALWAYS, 0, now)

    found = coverage([evidence(rolled(10, 25), Window(0, HOUR), expected, now)])

    assert found == Coverage(2, 2, 1, 900)


def test_without_an_interval_the_share_is_unknown_never_whole() -> None:
    found = coverage([evidence(rolled(5, 20, interval=None), Window(0, HOUR), None, DAY)])

    assert found == Coverage(2, None, None, 40 * 60)
    assert coverage([]) == Coverage(0, None, None, None)


def test_the_share_never_exceeds_one() -> None:
    assert coverage([Evidence(9, 9, 4.0, 0)]).share == 1


def test_a_window_may_span_several_intervals() -> None:
    # Unknown until 06:00, every hour until 12:00 (6 slots), every quarter of an hour after that (48 slots).
    changing = [Every(6 * HOUR, 3600), Every(12 * HOUR, 900)]

    assert expected_slots(changing, ALWAYS, 0, DAY) == 54
    assert expected_slots(changing, ALWAYS, 0, 6 * HOUR) is None
    assert [interval_at(changing, hour * HOUR) for hour in (5, 6, 13)] == [None, 3600, 900]


def test_nothing_is_expected_while_another_device_serves_the_point() -> None:
    # The meter served its point until 18:00.
    swapped = serving(METER, [Assignment("app.meter", "hall", 0, 18 * HOUR)])

    assert expected_slots([Every(0, 3600)], swapped, 0, DAY) == 18


def test_a_window_shorter_than_the_interval_expects_a_frame_only_where_one_came() -> None:
    daily = expected_slots([Every(0, 86400)], ALWAYS, 0, HOUR)

    assert coverage([evidence(rolled(5, interval=86400), Window(0, HOUR), daily, DAY)]) == Coverage(1, 1, 1, 3300)
    assert coverage([evidence(None, Window(0, HOUR), daily, DAY)]) == Coverage(0, 0, None, 3600)


def test_several_points_are_weighed_by_what_they_should_send() -> None:
    # 4 of 4, 0 of 24, and one that is not known: 4 of 28.
    found = coverage([Evidence(4, 4, 4.0, 9), Evidence(0, 0, 24.0, 7), Evidence(5, None, None, 3)])

    assert (found.received, found.expected) == (4, 28)


def test_hours_summed_up_before_the_interval_was_known_count_what_came() -> None:
    found = evidence(rolled(1, 2, 3, 4, 5, interval=None), Window(0, HOUR), 4.0, DAY)

    assert found.slots == 4


@pytest.mark.parametrize(
    ("assignments", "expected"),
    [
        ([], ALWAYS),
        ([Assignment("app.meter", "hall", 5, 9)], [Window(5, 9)]),
        (
            [Assignment("app.meter", "hall", 5, 9), Assignment("app.meter", "hall", 20)],
            [Window(5, 9), Window(20, LATEST)],
        ),
        ([Assignment("app.meter", "pool", 5, 9)], [Window(EARLIEST, 5), Window(9, LATEST)]),
        ([Assignment("app.meter", "pool", 5)], [Window(EARLIEST, 5)]),
        ([Assignment("app.meter", "pool", 5, 9, attributes=(("channel", "2"),))], ALWAYS),
        ([Assignment("app.meter", "pool", 5, 9, quantities=("air.temperature",))], ALWAYS),
        # Its parameters make something of what it selects.
        ([Assignment("app.meter", "hall", 5, 9, quantities=("pulse.count_total",))], [Window(5, 9)]),
    ],
)
def test_a_device_serves_a_point_while_it_is_assigned(assignments: list[Assignment], expected: list[Window]) -> None:
    assert serving(METER, assignments) == expected


def test_radio_stays_with_the_device() -> None:
    assert serving(Series("m", "app.meter", "radio.rssi"), [Assignment("app.meter", "pool", 5)]) == ALWAYS
