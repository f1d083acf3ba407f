"""Gaps follow the holes in a device's frames, and their cause follows our outages."""

from dataclasses import replace

import pytest

from aggregates.frames import Hole
from aggregates.gaps import close, explain, fold, outage_of, reconcile, repair
from smartregion.clock import DAY, MINUTE
from smartregion.gaps import Gap, GapCause, GapState, Outage

GAP = Gap("a.w1", "a", 10, 50, 3)
SILENCE = Gap("a.w1", "a", 10, None, 4, cause=GapCause.SILENT)


def test_a_hole_that_no_gap_covers_is_new() -> None:
    assert reconcile([GAP], [Hole(10, 50, 3), Hole(60, 70, 1)], 0, 70) == ([], [Hole(60, 70, 1)])


@pytest.mark.parametrize(
    ("holes", "repaired", "state"),
    [
        ([Hole(10, 30, 1), Hole(30, 50, 1)], 1, GapState.OPEN),
        ([Hole(20, 30, 1)], 2, GapState.OPEN),
        ([], 3, GapState.REPAIRED),
        ([Hole(90, 95, 7)], 3, GapState.REPAIRED),
    ],
)
def test_late_frames_repair_a_gap(holes: list[Hole], repaired: int, state: GapState) -> None:
    assert reconcile([GAP], holes, 0, 95).put == [replace(GAP, repaired=repaired, state=state)]


def test_what_was_given_up_is_repaired_too_when_it_comes_after_all() -> None:
    lost = replace(GAP, state=GapState.LOST, cause=GapCause.RADIO)

    assert reconcile([lost], [], 0, 95).put == [replace(lost, repaired=3, state=GapState.REPAIRED)]
    assert repair(lost, 2) == replace(lost, repaired=2)
    assert repair(lost, 5) == replace(lost, repaired=3, state=GapState.REPAIRED)


def test_what_is_settled_is_left_alone() -> None:
    assert reconcile([GAP], [], 11, 95) == ([], [])


def test_a_silence_lasts_while_nothing_is_heard() -> None:
    assert reconcile([SILENCE], [], 0, 10) == ([], [])


def test_a_silence_ends_with_the_next_frame() -> None:
    assert reconcile([SILENCE], [], 0, 90).put == [replace(SILENCE, until=90, missing=0, state=GapState.OVER)]


def test_a_silence_in_which_frames_were_sent_becomes_a_gap_of_frames() -> None:
    assert reconcile([SILENCE], [Hole(10, 90, 2)], 0, 90) == ([], [Hole(10, 90, 2)])


@pytest.mark.parametrize(
    ("outages", "cause"),
    [
        ([], GapCause.UNKNOWN),
        ([Outage("a", 20, 30)], GapCause.CUT),
        ([Outage("b", 20, 30)], GapCause.UNKNOWN),
        ([Outage("a", 20, None)], GapCause.CUT),
        ([Outage("a", 50, 60), Outage("a", 0, 10)], GapCause.UNKNOWN),
        ([Outage("a", 20, 30), Outage("", 49, 60)], GapCause.DOWN),
    ],
)
def test_our_outages_explain_what_is_missing(outages: list[Outage], cause: GapCause) -> None:
    assert explain("a", 10, 50, outages) is cause


def test_frames_fetched_later_are_told_to_the_outage_they_fell_into() -> None:
    cut, down = Outage("a", 20 * MINUTE, 30 * MINUTE), Outage("", 60 * MINUTE, 70 * MINUTE)

    assert outage_of("a", 25 * MINUTE, [cut, down]) == cut
    assert outage_of("a", 20 * MINUTE - 1, [cut, down]) == cut
    assert outage_of("b", 65 * MINUTE, [cut, down]) == down
    assert outage_of("a", 45 * MINUTE, [cut, down]) is None


def test_what_the_server_does_not_hold_either_was_lost_by_radio() -> None:
    assert close(GAP, compared=True) == replace(GAP, state=GapState.LOST, cause=GapCause.RADIO)
    cut = replace(GAP, cause=GapCause.CUT, repaired=1)
    assert close(cut, compared=True) == replace(cut, state=GapState.LOST)
    assert close(GAP, compared=False) == replace(GAP, state=GapState.LOST)


def test_gaps_by_radio_are_one_for_each_device_and_day() -> None:
    one, two = replace(GAP, start=5, until=9), replace(GAP, start=20, until=30, missing=1)
    later = replace(GAP, start=DAY + 5, until=DAY + 9)
    elsewhere = replace(one, device="a.w2")

    folded = list(fold([one, two, later, elsewhere], lambda time: time // DAY))

    assert folded == [(replace(one, until=30, missing=4, parts=2), [one, two])]
