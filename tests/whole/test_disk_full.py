"""A full disk stops only what can't be kept, is told once, and is over by itself."""

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from faults.disks import NotHere, filled, small_disk
from simulator.double.server import Double
from simulator.uplinks import Frame, render
from tests.whole.service import APPLICATION, TENANT, Service, region_of, stack_application

MOST = 20_000
SECRET = "a secret of the webhook, long enough"


def frame(number: int, device_id: str = "klima-01") -> Frame:
    """An EM300-TH frame heard just now."""
    return Frame(
        APPLICATION,
        device_id,
        time.time_ns(),
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=number,
        f_port=85,
        payload=bytes.fromhex("01755c0367") + (number % 600).to_bytes(2, "little") + bytes.fromhex("046865"),
    )


def publish(double: Double, *frames: Frame) -> None:
    """Send frames to whoever listens, and keep them in the storage."""
    for each in frames:
        double.publish(APPLICATION, TENANT, each.device_id, render(each), each.handled_at)


def post(service: Service, each: Frame) -> httpx.Response:
    address = f"{service.address()}hooks/tts/{APPLICATION}"
    return httpx.post(address, content=render(each), headers={"X-Webhook-Secret": SECRET}, timeout=10)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    try:
        with small_disk(tmp_path / "data", 64) as made:
            yield made
    except NotHere as why:
        pytest.skip(str(why))


@pytest.fixture
def double() -> Iterator[Double]:
    with Double([stack_application()]) as running:
        yield running


def test_while_the_disk_is_full_what_can_not_be_kept_is_refused_and_afterwards_nothing_is_missing(
    double: Double, disk: Path
) -> None:
    # A megabyte of memory holds some 450 messages; beyond that they are lost live.
    region = region_of(double, webhook_env="SMARTREGION_WEBHOOK") + "\n[journal]\nmemory_megabytes = 1\n"
    with Service(disk.parent, region, extra={"SMARTREGION_WEBHOOK": SECRET}) as service:
        service.wait_until_ready()
        service.wait_for(lambda: bool(double.connected()))
        publish(double, frame(0))
        service.wait_for(lambda: service.totals()["stored"] == 1)
        with filled(disk):
            # The files have some room of their own left.
            for number in range(1, MOST):
                publish(double, frame(number))
                if "memory full" in told(service):
                    break
                time.sleep(0.002)
            service.wait_for(lambda: "memory full" in told(service))
            posted = frame(0, "klima-02")
            answer = post(service, posted)
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            sent = number + 1
        service.wait_for(lambda: "journal back" in told(service))
        assert post(service, posted).status_code == 202
        service.wait_for(lambda: service.totals()["stored"] == sent + 1)
        assert service.stop() == 0
        words = told(service)
    assert words.count("messages wait in memory") == words.count("memory full") == words.count("journal back") == 1
    assert "Traceback" not in words


def told(service: Service) -> str:
    """What it said so far."""
    return service.told()
