"""A device that nobody hears is a gap that lasts, until its next frame."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.pipeline import Settled
from ingest.status import Link
from smartregion.clock import HOUR
from smartregion.gaps import GapCause, GapState
from smartregion.model import Uplink
from store.registry.protocol import Interval, Sighting
from tests.ingest.test_gaps import LABEL, NOW, Watch, watching


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watching(tmp_path) as found:
        found.begin()
        yield found


def silent_device(watch: Watch) -> None:
    watch.registry.sight([Sighting(LABEL, "w01", NOW)])
    watch.registry.set_interval("wasser.w01", Interval(0, 600, "configured"))
    watch.hear(0)


def test_a_device_that_nobody_hears_is_silent_until_its_next_frame(watch: Watch) -> None:
    silent_device(watch)
    watch.link(Link.CONNECTED, 0)
    watch.to(29)
    assert watch.told() == []
    watch.to(31)
    assert watch.told() == [(0, 3, 0, GapCause.SILENT, GapState.OPEN)]
    watch.hearing.settled(Settled(heard=[(Uplink(LABEL, "w01", NOW + HOUR, 0, session_key_id="s", f_cnt=1), "mqtt")]))

    assert watch.told() == [(0, 0, 0, GapCause.SILENT, GapState.OVER)]


def test_a_silence_in_which_frames_were_sent_becomes_a_gap(watch: Watch) -> None:
    silent_device(watch)
    watch.link(Link.CONNECTED, 0)
    watch.to(31)
    watch.keeper.sweep()
    watch.hearing.settled(Settled(heard=[(Uplink(LABEL, "w01", NOW + HOUR, 0, session_key_id="s", f_cnt=6), "mqtt")]))

    assert watch.told() == [(0, 5, 0, GapCause.UNKNOWN, GapState.OPEN)]


def test_nobody_is_silent_while_we_do_not_listen(watch: Watch) -> None:
    silent_device(watch)
    watch.to(500)
    assert watch.told() == []
    watch.link(Link.CONNECTED, 495)
    assert watch.told() == []
    watch.to(530)

    assert [cause for *_, cause, _ in watch.told()] == [GapCause.SILENT]
