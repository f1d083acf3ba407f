"""A double of The Things Stack, a service on it, and a data folder at rest: each made once for all commands."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.double.server import Double
from simulator.uplinks import Frame, render
from smartregion.clock import DAY, SECOND
from smartregion.model import Profile
from tests.whole.command import Outcome, smartregion
from tests.whole.service import APPLICATION, TENANT, Service, region_of, stack_application

LIVE = 5
PAST = 7


@dataclass(frozen=True)
class Place:
    """Where a command works."""

    data: Path
    region: Path
    running: bool

    def run(self, *typed: str) -> Outcome:
        """A command on this data folder."""
        return smartregion(*typed, "--data", self.data)


def frame(number: int, received_at: int, device_id: str = "klima-01") -> Frame:
    """An EM300-TH frame: 92 %, a tenth of a degree more each time, 50.5 %."""
    return Frame(
        APPLICATION,
        device_id,
        received_at,
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=number,
        f_port=85,
        payload=bytes.fromhex("01755c0367") + number.to_bytes(2, "little") + bytes.fromhex("046865"),
        profile=Profile("milesight-iot", "em300-th"),
    )


def publish(double: Double, *frames: Frame) -> None:
    """Send frames to whoever listens, and keep them in the storage."""
    for each in frames:
        double.publish(APPLICATION, TENANT, each.device_id, render(each), each.handled_at)


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    """A Things Stack that also holds frames of some days ago, before the first back-fill looks."""
    with Double([stack_application()]) as running:
        now = time.time_ns()
        publish(running, *(frame(100 + n, now - 3 * DAY + n * 600 * SECOND, "klima-02") for n in range(PAST)))
        yield running


@pytest.fixture(scope="module")
def service(double: Double, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that has taken in a few uplinks live."""
    with Service(tmp_path_factory.mktemp("running"), region_of(double)) as running:
        running.wait_for(lambda: bool(double.connected()))
        running.wait_until_ready()
        now = time.time_ns()
        publish(double, *(frame(n, now - (LIVE - n) * SECOND) for n in range(1, LIVE + 1)))
        running.wait_for(lambda: running.totals()["stored"] == LIVE)
        yield running
        assert running.stop() == 0
        assert "Traceback" not in running.told()


@pytest.fixture(scope="module")
def at_rest(double: Double, service: Service, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A folder with the same uplinks, brought in by an import; no service runs on it."""
    folder = tmp_path_factory.mktemp("at-rest")
    region = folder / "region.toml"
    region.write_text(region_of(double), encoding="utf-8")
    now = time.time_ns()
    lines = [render(frame(n, now - (LIVE - n) * SECOND)) for n in range(1, LIVE + 1)]
    (folder / "few.jsonl").write_bytes(b"\n".join(lines))
    told = smartregion("import", folder / "few.jsonl", "--region", region, "--data", folder / "data")
    assert told.status == 0, told.err
    return Place(folder / "data", region, running=False)


@pytest.fixture(params=["beside a running service", "without a service"])
def place(request: pytest.FixtureRequest, service: Service, at_rest: Place) -> Place:
    """Both ways a command may work: over the service's socket, or on the folder itself."""
    return Place(service.data, service.region, running=True) if "running" in request.param else at_rest
