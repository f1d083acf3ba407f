"""What is asked by hand outlives a restart, gives others their turn, and never delays live messages or the marks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from ingest.backfill import Backfill
from ingest.orders import Orders
from simulator.uplinks import Frame
from smartregion import logs
from smartregion.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from smartregion.region import Region
from smartregion.timestamps import parse
from tests.ingest.stack_rows import Rows, stack
from tests.ingest.world import World, running

NOW = parse("2026-11-22T12:00:00Z")
FIELDS = {"server": "127.0.0.1", "tenant": "stadt", "domain": "water", "key_env": "SMARTREGION_KEY", "storage_lag_s": 0}
REGION = Region.model_validate(
    {
        "name": "Kreis",
        "tenants": [{"key": "stadt", "name": "Stadt"}],
        "applications": [
            {"id": "wasser", **FIELDS, "storage_days": 40},
            {"id": "klima", **FIELDS, "storage_days": 40},
            {"id": "sandbox", **FIELDS, "server": "eu1.cloud.thethings.network"},
        ],
    }
)


@dataclass
class Told:
    """Hears what was compared."""

    compared_: list[tuple[str, int, int]] = field(default_factory=list)
    outside_: list[tuple[str, int]] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def compared(self, application: str, start: int, end: int) -> None:
        self.compared_.append((application, start, end))

    def outside(self, application: str, before: int) -> None:
        self.outside_.append((application, before))

    def without_storage(self, application: str) -> None:
        self.without.append(application)


@dataclass
class Scene:
    """Servers made of rows, and a platform."""

    world: World
    clock: ManualClock
    servers: dict[str, Rows]
    backfill: Backfill
    told: Told

    def states(self) -> dict[str, str]:
        return {each.application: each.state for each in self.backfill.progress()}


def make(world: World, clock: ManualClock, servers: dict[str, Rows], told: Told, *, by_itself: bool = True) -> Backfill:
    stacks = {label: stack(REGION.by_label[label], rows) for label, rows in servers.items()}
    return Backfill(
        REGION,
        stacks,
        world.book,
        world.registry,
        world.collector,
        world.worker,
        clock,
        logs.get("test"),
        by_itself=by_itself,
        orders=Orders(world.registry.gaps, clock),
        told=told,
    )


class WithoutDevices(Rows):
    """A server that no longer knows any of its devices, but all that they sent."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(404, json={}) if "/devices/" in str(request.url) else super().answer(request)


@contextmanager
def scene(folder: Path, *labels: str, by_itself: bool = False) -> Iterator[Scene]:
    clock, told = ManualClock(NOW), Told()
    servers = {label: Rows() for label in labels}
    with running(REGION, folder, clock) as world:
        yield Scene(world, clock, servers, make(world, clock, servers, told, by_itself=by_itself), told)


def daily(label: str, days: int) -> list[Frame]:
    """A frame an hour before noon on each of the last days, the newest first."""
    return [
        Frame(label, "w01", NOW - day * DAY - HOUR, session="s", f_cnt=900 - day, f_port=1, payload=b"1")
        for day in range(days)
    ]


def test_it_goes_on_where_it_was_after_a_restart(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser") as at:
        rows = at.servers["wasser"]
        rows.frames = daily("wasser", 6)
        at.backfill.ask("wasser", NOW - 6 * DAY, NOW)
        rows.asks = lambda pulls: at.backfill.stop() if pulls == 3 else None
        at.backfill.round()
        at.world.wait_for_messages(4)
        rows.asked.clear()

        again = make(at.world, at.clock, at.servers, at.told, by_itself=False)
        again.take_up()
        assert again.progress()[0].done == 4
        again.round()
        at.world.wait_for_messages(6)

        assert [before for _, before in rows.pulled()] == [NOW - day * DAY for day in (4, 5)]
        assert (again.progress()[0].done, again.progress()[0].total) == (6, 6)
        assert again.progress()[0].state == "complete"
        assert at.world.registry.gaps.fetches() == []


def test_asking_again_goes_on_too(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser") as at:
        rows = at.servers["wasser"]
        rows.frames = daily("wasser", 4)
        at.backfill.ask("wasser", NOW - 4 * DAY, NOW)
        rows.asks = lambda pulls: at.backfill.stop() if pulls == 1 else None
        at.backfill.round()
        at.world.wait_for_messages(2)
        rows.asked.clear()

        at.clock.advance(60)
        again = make(at.world, at.clock, at.servers, at.told, by_itself=False)
        again.ask("wasser", NOW - 4 * DAY, NOW + 60 * SECOND)
        again.round()
        at.world.wait_for_messages(4)

        assert len(list(rows.pulled())) == 2
        assert again.progress()[0].state == "complete"


def test_applications_take_turns_day_by_day(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser", "klima") as at:
        order: list[str] = []
        for label, rows in at.servers.items():
            rows.frames = daily(label, 4)
            rows.asked = Noted(order, label)
        at.backfill.ask("wasser", NOW - 4 * DAY, NOW)
        at.backfill.ask("klima", NOW - 4 * DAY, NOW)

        at.backfill.round()
        at.world.wait_for_messages(8)

        assert sorted(order[:2]) == sorted(order[2:4]) == sorted(order[4:6]) == ["klima", "wasser"]


class Noted(list[tuple[str, int, int]]):
    """Requests of one application, noted with those of others."""

    def __init__(self, order: list[str], label: str) -> None:
        super().__init__()
        self._order = order
        self._label = label

    def append(self, asked: tuple[str, int, int]) -> None:
        super().append(asked)
        if asked[0] == "pull":
            self._order.append(self._label)


def test_a_server_that_wants_long_rest_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser", "klima") as at:
        for label, rows in at.servers.items():
            rows.frames = daily(label, 2)
            at.backfill.ask(label, NOW - 2 * DAY, NOW)
        at.servers["wasser"].instead = [httpx.Response(429, headers={"X-Rate-Limit-Retry": "1800"})]

        at.backfill.round()

        assert at.states() == {"klima": "complete", "wasser": "waiting"}
        assert at.clock.now() - NOW < MINUTE
        at.backfill.round()
        assert at.servers["wasser"].asked == []
        at.clock.advance(1801)
        at.backfill.round()
        at.world.wait_for_messages(4)
        assert at.states()["wasser"] == "complete"


def test_the_marks_come_first_again_while_much_is_fetched_by_hand(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser", by_itself=True) as at:
        at.servers["wasser"].frames = daily("wasser", 40)
        at.backfill.round()
        at.backfill.ask("wasser", NOW - 39 * DAY, NOW - 31 * DAY)
        at.servers["wasser"].asks = lambda pulls: at.backfill.ask()

        assert at.backfill.round()
        assert at.states()["wasser"] == "running"
        at.servers["wasser"].asks = lambda pulls: None
        assert not at.backfill.round()
        assert at.states()["wasser"] == "complete"


def test_what_is_older_than_the_server_keeps_is_told_as_such(tmp_path: Path) -> None:
    with scene(tmp_path, "sandbox") as at:
        at.backfill.ask("sandbox", NOW - 9 * DAY, NOW - 5 * DAY)
        at.backfill.round()

        assert at.states() == {"sandbox": "outside storage"}
        assert at.servers["sandbox"].asked == []


def test_only_what_the_server_keeps_is_asked_for(tmp_path: Path) -> None:
    with scene(tmp_path, "sandbox") as at:
        at.backfill.ask("sandbox", NOW - 9 * DAY, NOW)
        at.backfill.round()

        assert at.states() == {"sandbox": "complete"}
        assert min(after for _, after, _ in at.servers["sandbox"].asked) == NOW - DAY


def test_after_a_pause_longer_than_the_storage_reaches_the_rest_is_outside(tmp_path: Path) -> None:
    with scene(tmp_path, "sandbox", by_itself=True) as at:
        at.world.registry.set_complete_until("sandbox", NOW - 4 * DAY)

        at.backfill.round()

        assert at.told.outside_ == [("sandbox", NOW - DAY)]
        assert at.told.compared_ == [("sandbox", NOW - DAY, NOW)]


def test_a_comparison_from_the_mark_on_covers_all_before_it(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser", by_itself=True) as at:
        at.backfill.round()
        at.clock.advance(300)
        at.backfill.round()

        assert at.told.compared_ == [("wasser", NOW - 30 * DAY, NOW), ("wasser", 0, NOW + 300 * SECOND)]


def test_a_server_without_storage_is_told_of_and_ends_what_was_asked(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser", by_itself=True) as at:
        rows = at.servers["wasser"]
        rows.instead = [httpx.Response(404, json={"code": 5, "message": "Not Found"}) for _ in range(2)]
        at.backfill.ask("wasser", NOW - DAY, NOW)

        at.backfill.round()

        assert at.told.without == ["wasser"]
        assert at.states() == {"wasser": "no storage"}
        assert at.world.registry.gaps.fetches() == []


def test_a_device_gone_from_the_server_does_not_look_like_a_server_without_storage(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser") as at:
        servers: dict[str, Rows] = {"wasser": WithoutDevices(daily("wasser", 1))}
        backfill = make(at.world, at.clock, servers, at.told, by_itself=False)
        backfill.ask("wasser", NOW - DAY, NOW)
        backfill.round()
        at.world.wait_for_messages(1)

        assert backfill.progress()[0].state == "complete"


def test_a_command_beside_no_service_does_only_what_it_was_asked(tmp_path: Path) -> None:
    with scene(tmp_path, "wasser") as at:
        Orders(at.world.registry.gaps, at.clock).add("wasser", NOW - 3 * DAY, NOW - 2 * DAY)

        at.backfill.round()

        assert at.servers["wasser"].asked == []
