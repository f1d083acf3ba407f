"""Alarms begin and end, each once, and do not flap."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.alarm_rules import RULES, Judged, Measure, Name, judge
from queries.alarm_words import TITLES, title, words
from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import SECOND

SUBJECT = "wasser.w1"


def play(kind: AlarmKind, values: Iterable[tuple[float, float | None]]) -> tuple[list[Alarm], list[Alarm]]:
    """Judge one subject's values, given with their seconds; gives what began and what ended."""
    active: dict[Name, Alarm] = {}
    judged = Judged([], [], {})
    begun: list[Alarm] = []
    ended: list[Alarm] = []
    for seconds, value in values:
        measures = [] if value is None else [Measure(kind, SUBJECT, value)]
        judged = judge(active, judged.since, measures, int(seconds * SECOND))
        for alarm in judged.begun:
            assert alarm.name not in active
            active[alarm.name] = alarm
        for alarm in judged.ended:
            assert active.pop(alarm.name).begin == alarm.begin
        begun += judged.begun
        ended += judged.ended
    return begun, ended


@pytest.mark.parametrize("kind", AlarmKind)
def test_what_is_bad_for_long_enough_is_an_alarm_and_ends_when_it_is_good_for_long_enough(kind: AlarmKind) -> None:
    rule = RULES[kind]
    turn = rule.begin_after + 600
    bad = [(second, rule.begins) for second in (0.0, rule.begin_after / 2, rule.begin_after, turn - 1)]
    good = [(turn + second, rule.ends) for second in (0.0, rule.end_after / 2, rule.end_after, rule.end_after + 60)]

    begun, ended = play(kind, bad + good)

    assert [(each.begin, each.end) for each in begun] == [(0, None)]
    assert [(each.begin, each.end) for each in ended] == [(0, int(turn * SECOND))]


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if RULES[kind].begin_after])
def test_what_is_bad_for_a_moment_is_none(kind: AlarmKind) -> None:
    rule = RULES[kind]
    moments = [(number * rule.begin_after * 0.6, (rule.begins, rule.ends)[number % 2]) for number in range(20)]
    assert play(kind, moments) == ([], [])


@pytest.mark.parametrize("kind", [kind for kind in AlarmKind if RULES[kind].end_after])
def test_what_swings_is_one_alarm(kind: AlarmKind) -> None:
    rule = RULES[kind]
    start = [(0.0, rule.begins), (rule.begin_after, rule.begins)]
    step = rule.end_after * 0.6
    swing = [(rule.begin_after + (number + 1) * step, (rule.ends, rule.begins)[number % 2]) for number in range(20)]
    begun, ended = play(kind, start + swing)
    assert (len(begun), ended) == (1, [])


@pytest.mark.parametrize("kind", AlarmKind)
def test_between_the_limits_and_unknown_nothing_changes(kind: AlarmKind) -> None:
    rule = RULES[kind]
    between = (rule.begins + rule.ends) / 2
    start = [(0.0, rule.begins), (rule.begin_after, rule.begins)]
    later = [(rule.begin_after + number * 86400.0, (between, None)[number % 2]) for number in range(1, 20)]
    begun, ended = play(kind, start + later)
    assert (len(begun), ended) == (1, [])
    assert play(kind, later) == ([], [])


@given(st.data())
def test_begin_and_end_take_turns_and_an_alarm_lasts_as_long_as_it_must(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(AlarmKind))
    rule = RULES[kind]
    span = sorted((rule.begins, rule.ends))
    value = st.one_of(st.none(), st.floats(span[0] - 5, span[1] + 5))
    steps = data.draw(st.lists(st.tuples(st.floats(1, 4000), value), max_size=60))
    at, values = 0.0, []
    for pause, worth in steps:
        at += pause
        values.append((at, worth))

    begun, ended = play(kind, values)

    assert 0 <= len(begun) - len(ended) <= 1
    for alarm in ended:
        assert alarm.end is not None
        assert alarm.end >= alarm.begin
    for before, after in zip(ended, begun[1:], strict=False):
        assert before.end is not None
        assert after.begin >= before.end


@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize("subject", ["", SUBJECT, "disk", "writing"])
def test_every_alarm_has_words_in_both_languages(kind: AlarmKind, subject: str) -> None:
    for value in (None, 0.0, 12.4):
        alarm = Alarm(kind, subject, 1, None, value)
        assert words(alarm, "de") != words(alarm, "en")
        assert "{" not in words(alarm, "de") + words(alarm, "en")
    assert title(kind, "de")
    assert set(TITLES) == set(AlarmKind)
