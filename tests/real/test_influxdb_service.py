"""The whole platform on a real InfluxDB that goes away, is killed, runs out of disk or answers slowly.

After each: every uplink stored exactly once, the ledger balanced, memory bounded, and nobody had to lend a hand (a full
disk apart: there the operator is told to restart influxd).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from simulator.double.server import Double, Setup
from simulator.influxdb.proxy import Proxy
from tests.real.disks import fill, small_disk
from tests.real.influx import Influx
from tests.whole.burst import COUNTER, LAG_SECONDS, close_gaps, counted, publish
from tests.whole.judging import assert_stored_once, in_influxdb
from tests.whole.service import Service, region_of, stack_application

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

RATE: Final = 1_000
AWAY_SECONDS: Final = 20
"""Of the long absence. With 60, tried by hand, it comes to the same."""
BEFORE: Final = 2 * RATE
AFTER: Final = 2 * RATE
TENANT: Final = "musterstadt"
MORE_MEGABYTES: Final = 120
"""Loosely: what comes in while the store is away waits on disk, not in memory."""


@dataclass(frozen=True)
class World:
    """A platform that runs, The Things Stack before it, and InfluxDB behind it."""

    stack: Double
    influx: Influx
    proxy: Proxy
    service: Service

    def go_through(self, trouble: Callable[[], None], relief: Callable[[], None], uplinks: int) -> None:
        """Uplinks at 1 000 a second before, during and after the trouble; then look what became of each."""
        whole = BEFORE + uplinks + AFTER
        publish(self.stack, 0, BEFORE, rate=RATE)
        before = self.service.megabytes()
        publish(self.stack, BEFORE, uplinks + AFTER, {BEFORE: trouble, BEFORE + uplinks: relief}, rate=RATE)
        close_gaps(self.stack, self.service, whole)
        self.service.wait_until_ready()
        assert self.service.megabytes() - before < MORE_MEGABYTES
        assert self.service.stop() == 0
        assert "Traceback" not in self.service.told()
        assert_stored_once(self.service.data, counted(whole), in_influxdb(self.influx.url, TENANT))


@contextmanager
def world(folder: Path, *, disk: Path | None = None) -> Iterator[World]:
    """All of it, connected and ready. `disk`: where InfluxDB's readings lie."""
    with (
        Influx(folder / "influx", data=disk) as influx,
        Proxy(influx.port) as proxy,
        Double([stack_application()], setup=Setup(lag=LAG_SECONDS / 2)) as stack,
    ):
        influx.create([TENANT, f"{TENANT}_rollup", "smartregion"])
        store = f'[store]\nkind = "influxdb"\nurl = "{proxy.url}"\nwrite_path = "v1"\n'
        patience = "connect_seconds = 2\nwrite_seconds = 5\nquery_seconds = 10\n"
        region = region_of(stack, profile=COUNTER, storage_lag_s=LAG_SECONDS) + store + patience
        with Service(folder, region) as service:
            service.wait_for(lambda: bool(stack.connected()))
            service.wait_until_ready()
            yield World(stack, influx, proxy, service)


def test_it_is_away_for_long_under_load(tmp_path: Path) -> None:
    with world(tmp_path) as made:

        def relief() -> None:
            assert made.service.totals()["queued"] > 0
            assert "store does not answer" in made.service.readiness()
            made.influx.start()

        made.go_through(made.influx.stop, relief, AWAY_SECONDS * RATE)


def test_it_is_killed_and_starts_again(tmp_path: Path) -> None:
    with world(tmp_path) as made:

        def kill_and_restart() -> None:
            made.influx.kill()
            made.influx.start()

        made.go_through(kill_and_restart, kill_and_restart, 5 * RATE)


def test_its_disk_is_full_and_the_operator_is_told_that_it_needs_a_restart(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, world(tmp_path, disk=disk) as made:

        def relief() -> None:
            # Readiness may say that all is well (a canary is small enough for what is left of the last page), and pages
            # may have to wait: some of its questions hang then.
            made.service.wait_for(lambda: "only after a restart" in made.service.told())
            made.service.wait_for(lambda: "smartregion_store_held{" in made.service.text("/metrics"))
            (disk / "filler").unlink()
            made.influx.kill()
            made.influx.start()

        made.go_through(lambda: fill(disk / "filler"), relief, 10 * RATE)


def test_it_answers_slowly_and_some_answers_are_lost(tmp_path: Path) -> None:
    with world(tmp_path) as made:

        def trouble() -> None:
            made.proxy.bytes_a_second, made.proxy.delay = 20_000, 0.3
            made.proxy.cut_replies(3)

        def relief() -> None:
            received = made.service.totals()["received"]
            assert received > BEFORE, "what comes in must not wait for the store"
            made.proxy.bytes_a_second = made.proxy.delay = 0
            time.sleep(0.1)

        made.go_through(trouble, relief, 10 * RATE)
