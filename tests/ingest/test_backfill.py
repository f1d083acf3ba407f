"""Gaps are found by comparison and closed by pulling what differs; the mark moves only when all is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ingest.backfill import Backfill
from ingest.storage import NoStorage, SlowDown, StackHttp
from simulator.double.server import Double, Setup
from smartregion import logs, timestamps
from smartregion.clock import DAY, MINUTE, SECOND, ManualClock
from smartregion.errors import Misconfigured, Unavailable
from tests.ingest.conftest import BLIND_KEY, KEY, frame, make_region, publish, stack_application
from tests.ingest.world import World, assert_balanced, running

NOW = timestamps.parse("2026-11-22T12:00:00Z")
LABEL = "umwelt-sensorik"


@dataclass
class Scene:
    """A double with its storage, and a platform that has not seen any of it."""

    double: Double
    world: World
    backfill: Backfill
    stack: StackHttp
    clock: ManualClock

    def publish(self, *numbers_and_times: tuple[int, int], device_id: str = "klima-01") -> None:
        publish(self.double, *(frame(number, time, device_id) for number, time in numbers_and_times))

    def stored(self) -> int:
        return sum(row.stored for row in self.world.book.ledger())

    def duplicates(self) -> int:
        return sum(row.duplicate for row in self.world.book.ledger())

    @property
    def state(self) -> str:
        return self.backfill.progress()[0].state


@contextmanager
def scene(
    folder: Path, key: str = KEY.text, setup: Setup | None = None, server: ManualClock | None = None
) -> Iterator[Scene]:
    """`server`: the server's own clock, where it is not the platform's."""
    clock = ManualClock(NOW)
    with (
        Double([stack_application()], clock=server or clock, setup=setup) as double,
        httpx.Client(timeout=10) as http,
    ):
        county = make_region(double)
        stack = StackHttp(county.applications[0], key, http)
        with running(county, folder, clock) as world:
            backfill = Backfill(
                county,
                {LABEL: stack},
                world.book,
                world.registry,
                world.collector,
                world.worker,
                clock,
                logs.get("test"),
            )
            yield Scene(double, world, backfill, stack, clock)
            assert_balanced(world.book)


def test_what_was_missed_is_pulled_once_and_the_mark_moves(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish(*((number, NOW - 3 * DAY + number * MINUTE) for number in range(700)))

        at.backfill.round()
        at.world.wait_for_messages(700)

        assert at.stored() == 700
        assert at.world.registry.complete_until(LABEL) == NOW
        assert at.state == "complete"


def test_a_second_round_finds_nothing_to_do(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish(*((number, NOW - DAY + number * MINUTE) for number in range(50)))
        at.backfill.round()
        at.clock.advance(300)

        at.backfill.round()

        assert at.duplicates() == 0
        assert at.world.registry.complete_until(LABEL) == NOW + 300 * SECOND


def test_a_clock_that_runs_ahead_does_not_bring_the_mark_beyond_the_server_s_own_time(tmp_path: Path) -> None:
    """Else a gap of the time in between would be taken for compared, for ever."""
    server = ManualClock(NOW - 3600 * SECOND)
    with scene(tmp_path, server=server) as at:
        at.backfill.round()
        assert at.world.registry.complete_until(LABEL) == server.now()

        server.advance(60)
        at.publish((1, server.now() - 30 * SECOND))
        at.backfill.round()
        at.world.wait_for_messages(1)
        assert at.stored() == 1


def test_only_the_device_that_misses_something_is_pulled(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish(*((number, NOW - 2 * 60 * MINUTE + number * MINUTE) for number in range(20)))
        at.backfill.round()
        at.world.wait_for_messages(20)
        at.clock.advance(30)
        at.publish(*((number, NOW + number * SECOND) for number in range(1, 4)), device_id="klima-02")

        at.backfill.round()
        at.world.wait_for_messages(23)

        assert at.stored() == 23
        assert at.duplicates() == 0


def test_a_small_gap_in_much_that_is_here_is_narrowed_down_before_it_is_pulled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.comparing.PAGE", 50)
    with scene(tmp_path) as at:
        at.publish(*((number, NOW - 20 * 60 * MINUTE + number * MINUTE) for number in range(400)))
        at.backfill.round()
        at.world.wait_for_messages(400)
        at.publish(*((1000 + number, NOW - 15 * 60 * MINUTE + number) for number in range(5)), device_id="klima-02")
        at.publish(*((1000 + number, NOW - 15 * 60 * MINUTE + number) for number in range(5)))

        at.backfill.ask(LABEL, NOW - DAY, NOW)
        at.backfill.round()
        at.world.wait_for_messages(410)

        assert at.stored() == 410
        assert at.duplicates() < 50


def test_the_newest_day_comes_first(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish(*((day, NOW - day * DAY - MINUTE) for day in range(5)))

        at.backfill.round()
        at.world.wait_for_messages(5)

        times = [
            frame.uplink.received_at for each in at.world.settled for frame in each.stored if frame.uplink is not None
        ]
        assert times == sorted(times, reverse=True)


def test_a_stream_that_breaks_off_leaves_the_mark_and_is_pulled_again(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish(*((number, NOW - DAY + number * MINUTE) for number in range(100)))
        at.double.faults.break_stream(1, rows=40)

        at.backfill.round()

        assert at.world.registry.complete_until(LABEL) is None
        assert at.state == "waiting"
        at.backfill.round()
        at.world.wait_for_messages(100)
        assert at.stored() == 100


def test_what_was_asked_by_hand_is_tried_again_until_it_is_done(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.backfill.round()
        # Far before the mark: only the window asked for covers it.
        at.publish(*((number, NOW - 10 * DAY + number * MINUTE) for number in range(30)))
        at.backfill.ask(LABEL, NOW - 11 * DAY, NOW - 9 * DAY)
        at.double.faults.break_stream(1, rows=10)
        at.backfill.round()
        assert at.state == "waiting"

        at.backfill.round()
        at.world.wait_for_messages(30)

        assert at.stored() == 30
        assert at.state == "complete"


def test_pages_are_followed_by_their_token(tmp_path: Path) -> None:
    with scene(tmp_path, setup=Setup(largest_page=7)) as at:
        at.publish(*((number, NOW - DAY + number * MINUTE) for number in range(40)))

        at.backfill.round()
        at.world.wait_for_messages(40)

        assert at.stored() == 40


def test_a_server_that_asks_to_slow_down_is_given_time(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.publish((1, NOW - MINUTE))
        at.double.faults.throttle(2)

        at.backfill.round()
        at.world.wait_for_messages(1)

        assert at.clock.now() > NOW


def test_a_server_without_storage_is_told_once_and_the_mark_stays(tmp_path: Path) -> None:
    with scene(tmp_path, setup=Setup(storage=False)) as at:
        at.backfill.round()

        assert at.state == "no storage"
        assert at.world.registry.complete_until(LABEL) is None
        with pytest.raises(NoStorage, match="Storage Integration"):
            at.stack.count(NOW - DAY, NOW)


def test_a_key_without_the_right_to_read_is_told_with_the_right_it_lacks(tmp_path: Path) -> None:
    with scene(tmp_path, key=BLIND_KEY.text) as at:
        assert "RIGHT_APPLICATION_TRAFFIC_READ" in at.stack.missing_right()
        with pytest.raises(Misconfigured, match="SMARTREGION_KEY"):
            at.stack.count(NOW - DAY, NOW)


def test_a_good_key_lacks_nothing(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        assert at.stack.missing_right() == ""


def test_a_server_that_is_away_is_unavailable(tmp_path: Path) -> None:
    with scene(tmp_path) as at, httpx.Client() as http:
        nobody = at.world.region.applications[0].model_copy(update={"http_port": 1})
        with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
            StackHttp(nobody, KEY.text, http).count(NOW - DAY, NOW)


def test_slow_down_says_when_to_come_back(tmp_path: Path) -> None:
    with scene(tmp_path) as at:
        at.double.faults.throttle(1)
        with pytest.raises(SlowDown) as caught:
            at.stack.count(NOW - DAY, NOW)

        assert caught.value.seconds > 0
