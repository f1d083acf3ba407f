"""Gaps are found as frames are settled, explained by our outages, followed while they are repaired, and given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.gap_keeping import GapKeeper
from ingest.hearing import Hearing
from ingest.outages import Outages
from ingest.pipeline import Settled
from ingest.silences import Silences
from ingest.status import Connection, Connections, Link
from queries.progress import Progress
from simulator.uplinks import Frame, render
from smartregion.clock import DAY, HOUR, MINUTE, ManualClock
from smartregion.gaps import Gap, GapCause, GapState, Sought
from smartregion.model import Message, Uplink
from smartregion.region import Region
from smartregion.timestamps import parse
from store.journal.memory import MemoryLog
from store.registry.sql import SqlRegistry

NOW = parse("2026-11-22T12:00:00Z")
LABEL = "wasser"
REGION = Region.model_validate(
    {
        "name": "Kreis",
        "tenants": [{"key": "musterstadt", "name": "Musterstadt"}],
        "applications": [
            {
                "id": LABEL,
                "server": "127.0.0.1",
                "tenant": "musterstadt",
                "domain": "water",
                "key_env": "SMARTREGION_KEY",
            }
        ],
    }
)


@dataclass
class Watch:
    """A registry, and what listens and keeps; `minute` is the time of the frames."""

    registry: SqlRegistry
    clock: ManualClock
    connections: Connections = field(default_factory=Connections)
    progress: list[Progress] = field(default_factory=list)
    appended: int = 0

    def __post_init__(self) -> None:
        store = self.registry.gaps
        self.hearing = Hearing()
        self.outages = Outages(store, self.connections, self.clock)
        silences = Silences(store, self.registry, self.connections.connected_since, self.clock)
        self.keeper = GapKeeper(
            REGION,
            store,
            self.hearing,
            self.outages,
            silences,
            self.clock,
            lambda: self.appended,
            lambda: self.progress,
        )

    def begin(self, log: MemoryLog | None = None, booked: int = 0) -> None:
        self.outages.begin()
        self.hearing.load(self.registry.gaps, log or MemoryLog(), REGION, booked)

    def hear(self, *counts: int, device: str = "w01", source: str = "mqtt", session: str = "s") -> None:
        """Frames; frame n is sent n minutes after NOW."""
        heard = [
            (Uplink(LABEL, device, NOW + count * MINUTE, 0, session_key_id=session, f_cnt=count), source)
            for count in counts
        ]
        self.hearing.settled(Settled(heard=heard, position=self.appended))

    def link(self, link: Link, minute: int) -> None:
        self.connections.set(Connection(LABEL, link, NOW + minute * MINUTE))

    def to(self, minute: int) -> None:
        self.clock.advance((NOW + minute * MINUTE - self.clock.now()) / 1e9)

    def gaps(self) -> list[Gap]:
        self.keeper.sweep()
        return self.registry.gaps.page(Sought(), 100)

    def told(self) -> list[tuple[int, int, int, GapCause, GapState]]:
        """(from minute, frames missing, repaired, cause, state), the oldest first."""
        return [
            ((gap.start - NOW) // MINUTE, gap.missing, gap.repaired, gap.cause, gap.state) for gap in self.gaps()[::-1]
        ]


@contextmanager
def watching(folder: Path, minute: int = 0) -> Iterator[Watch]:
    registry = SqlRegistry.open(folder / "registry.db", REGION)
    try:
        yield Watch(registry, ManualClock(NOW + minute * MINUTE))
    finally:
        registry.close()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with watching(tmp_path) as found:
        found.begin()
        yield found


def test_frames_that_come_one_after_the_other_are_no_gap(watch: Watch) -> None:
    watch.hear(1, 2, 3, 4)

    assert watch.gaps() == []


def test_a_gap_is_told_with_its_ends_and_what_is_missing(watch: Watch) -> None:
    watch.hear(1, 2, 6)
    watch.to(7)

    assert watch.gaps() == [
        Gap("wasser.w01", LABEL, NOW + 2 * MINUTE, NOW + 6 * MINUTE, 3, found=NOW + 7 * MINUTE),
    ]


def test_late_frames_repair_it_one_by_one(watch: Watch) -> None:
    watch.hear(1, 5)
    assert watch.told() == [(1, 3, 0, GapCause.UNKNOWN, GapState.OPEN)]
    watch.hear(3)
    assert watch.told() == [(1, 3, 1, GapCause.UNKNOWN, GapState.OPEN)]
    watch.hear(4, 2)
    assert watch.told() == [(1, 3, 3, GapCause.UNKNOWN, GapState.REPAIRED)]


def test_a_cut_connection_explains_a_gap(watch: Watch) -> None:
    watch.link(Link.CONNECTED, 0)
    watch.hear(1, 2)
    watch.link(Link.AWAY, 3)
    watch.link(Link.CONNECTED, 5)
    watch.hear(6)

    assert watch.told() == [(2, 3, 0, GapCause.CUT, GapState.OPEN)]


def test_a_cut_that_lasts_explains_it_too_and_is_closed_later(watch: Watch) -> None:
    watch.link(Link.AWAY, 3)
    watch.keeper.sweep()
    watch.hear(2, 6, source="webhook")
    assert watch.told() == [(2, 3, 0, GapCause.CUT, GapState.OPEN)]
    watch.link(Link.CONNECTED, 8)
    watch.hear(9, 11)

    assert watch.told()[2:] == [(9, 1, 0, GapCause.UNKNOWN, GapState.OPEN)]
    assert [outage.until for outage in watch.outages.since(0)] == [NOW + 8 * MINUTE]


def test_an_outage_of_the_platform_explains_a_gap_after_a_restart(tmp_path: Path) -> None:
    with watching(tmp_path) as before:
        before.begin()
        before.hear(1, 2)
        before.keeper.sweep()
        before.keeper.save()
    with watching(tmp_path, minute=9) as after:
        after.begin()
        after.hear(10)

        assert after.told() == [(2, 7, 0, GapCause.DOWN, GapState.OPEN)]


def test_frames_heard_after_the_last_save_are_read_again_from_the_log(tmp_path: Path) -> None:
    frames = [Frame(LABEL, "w01", NOW + n * MINUTE, session="s", f_cnt=n, f_port=1, payload=b"1") for n in range(4)]
    log = MemoryLog()
    with watching(tmp_path) as before:
        before.begin()
        before.keeper.sweep()
        before.keeper.save()
        for frame in frames:
            log.append([Message("mqtt", LABEL, "", frame.received_at, render(frame))])
    with watching(tmp_path, minute=5) as after:
        after.begin(log, booked=4)
        after.hear(5)

        assert after.told() == [(3, 1, 0, GapCause.DOWN, GapState.OPEN)]
        assert after.hearing.position == 4


def test_frames_that_the_back_fill_brought_before_they_were_missed_are_told_with_their_outage(watch: Watch) -> None:
    watch.link(Link.CONNECTED, 0)
    watch.hear(1, 2)
    watch.link(Link.AWAY, 3)
    watch.link(Link.CONNECTED, 6)
    watch.hear(3, 4, source="backfill")
    watch.keeper.sweep()
    watch.hear(5, source="backfill")
    watch.hear(6)

    assert watch.told() == [(3, 3, 3, GapCause.CUT, GapState.REPAIRED)]


def test_history_that_is_filled_in_is_no_repair_and_no_gap_meanwhile(watch: Watch) -> None:
    watch.progress.append(Progress(LABEL, "running", 0, 9, NOW - DAY, NOW + HOUR))
    watch.hear(50, 51, source="backfill")
    watch.hear(10, 11, source="backfill")
    assert watch.told() == []
    watch.progress.clear()

    assert watch.told() == [(11, 38, 0, GapCause.UNKNOWN, GapState.OPEN)]


def test_what_the_server_does_not_hold_was_lost_by_radio_once_the_comparison_is_in(watch: Watch) -> None:
    watch.hear(1, 5)
    watch.keeper.sweep()
    watch.appended = 7
    watch.keeper.compared(LABEL, 0, NOW + 6 * MINUTE)
    assert watch.told() == [(1, 3, 0, GapCause.UNKNOWN, GapState.OPEN)]
    watch.hear(3, source="backfill")

    assert watch.told() == [(1, 3, 1, GapCause.RADIO, GapState.LOST)]


def test_a_gap_after_the_compared_time_stays_open(watch: Watch) -> None:
    watch.hear(1, 5)
    watch.keeper.compared(LABEL, 0, NOW + 4 * MINUTE)

    assert watch.told() == [(1, 3, 0, GapCause.UNKNOWN, GapState.OPEN)]


def test_gaps_by_radio_of_one_day_are_kept_as_one_and_still_repaired_by_an_import(watch: Watch) -> None:
    watch.hear(*range(0, 40, 2))
    watch.keeper.compared(LABEL, 0, NOW + HOUR)
    watch.keeper.sweep()
    (folded, *_) = watch.gaps()[::-1]
    assert sum(gap.missing for gap in watch.gaps()) == 19
    assert folded.parts == 18
    watch.hear(5, 7, source="import")

    assert watch.told()[0] == (0, 18, 2, GapCause.RADIO, GapState.LOST)


def test_a_server_without_storage_leaves_gaps_lost_for_good(watch: Watch) -> None:
    watch.link(Link.CONNECTED, 0)
    watch.link(Link.AWAY, 3)
    watch.link(Link.CONNECTED, 4)
    watch.hear(1, 5)
    watch.keeper.without_storage(LABEL)

    assert watch.told() == [(1, 3, 0, GapCause.CUT, GapState.LOST)]


def test_gaps_older_than_the_server_keeps_are_outside(watch: Watch) -> None:
    watch.hear(1, 5, 6, 9)
    watch.keeper.outside(LABEL, NOW + 4 * MINUTE)

    assert watch.told() == [
        (1, 3, 0, GapCause.UNKNOWN, GapState.OUTSIDE),
        (6, 2, 0, GapCause.UNKNOWN, GapState.OPEN),
    ]


def test_what_is_known_outlives_a_restart(tmp_path: Path) -> None:
    with watching(tmp_path) as before:
        before.begin()
        before.hear(1, 5)
        before.keeper.sweep()
        before.keeper.save()
    with watching(tmp_path, minute=6) as after:
        after.begin()
        after.hear(2, 3, 4)

        assert after.told() == [(1, 3, 3, GapCause.UNKNOWN, GapState.REPAIRED)]
