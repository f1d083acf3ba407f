"""A decoder of the operator's comes, changes and goes while the service runs."""

import time
from pathlib import Path

from simulator.double.server import Double
from simulator.uplinks import Frame, render
from smartregion.model import Profile
from tests.decoders.test_library import PYTHON, VECTORS
from tests.whole.service import APPLICATION, TENANT, Service, region_of, stack_application

DEVICE = "fremd-01"


def publish(double: Double, number: int) -> None:
    frame = Frame(
        APPLICATION,
        DEVICE,
        time.time_ns(),
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=number,
        f_port=2,
        payload=b"\x00\xe2",
        profile=Profile("acme", "t1"),
    )
    double.publish(APPLICATION, TENANT, DEVICE, render(frame), frame.handled_at)


def write(folder: Path, divisor: int) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "acme_t1.yaml").write_text(VECTORS.format(brand="acme"))
    (folder / "acme_t1.py").write_text(PYTHON.format(brand="acme", divisor=divisor))


def test_a_decoder_is_taken_up_within_seconds_and_dropped_when_its_vectors_fail(tmp_path: Path) -> None:
    with (
        Double([stack_application()]) as double,
        Service(tmp_path, region_of(double, profile=("acme", "t1"))) as service,
    ):
        service.wait_for(lambda: bool(double.connected()))
        service.wait_until_ready()
        publish(double, 1)
        service.wait_for(lambda: service.totals()["quarantined"] == 1)

        write(service.data / "decoders.d", divisor=10)
        service.wait_for(lambda: "decoders read again" in service.told())
        publish(double, 2)
        service.wait_for(lambda: service.totals()["stored"] == 1)

        write(service.data / "decoders.d", divisor=100)
        service.wait_for(lambda: "decoder not used" in service.told())
        publish(double, 3)
        service.wait_for(lambda: service.totals()["quarantined"] == 2)

        (page,) = [service.ask(f"/v1/points/{DEVICE}/messages")]
        noted = {each["state"]: each["decoder"] for each in page["items"]}
        assert noted["stored"].startswith("acme/t1 1.0.0+")
        assert noted["quarantined"] == ""
        assert service.stop() == 0
