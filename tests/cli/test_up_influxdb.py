"""`smartregion up` on an InfluxDB 2.9 (its double): what goes away comes back without a hand, and nothing is lost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.double.server import Double as Stack
from simulator.influxdb.server import Double as Influx
from smartregion.clock import SECOND
from tests.cli.conftest import frame, publish
from tests.whole.command import smartregion
from tests.whole.service import Service, assert_balanced, journal_of, region_of, stack_application

ORG = "kreis-musterland"


@contextmanager
def _platform(folder: Path) -> Iterator[tuple[Service, Stack, Influx]]:
    """A Things Stack, an InfluxDB that is set up, and a service that is not started."""
    with Influx(org=ORG) as influx, Stack([stack_application()]) as stack:
        store = f'[store]\nkind = "influxdb"\nurl = "{influx.url}"\norg = "{ORG}"\n'
        service = Service(folder, region_of(stack) + store)
        extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": influx.operator_token}
        typed = ("influxdb", "setup", "--region", service.region, "--data", service.data)
        assert smartregion(*typed, extra=extra).status == 0
        try:
            yield service, stack, influx
        finally:
            service.kill()


def _send(stack: Stack, first: int, count: int) -> None:
    now = time.time_ns()
    publish(stack, *(frame(number, now - (count - number) * SECOND) for number in range(first, first + count)))


def _stored(service: Service, count: int) -> None:
    service.wait_for(lambda: service.totals()["stored"] == count)


def test_uplinks_wait_while_it_is_away_and_are_stored_when_it_is_back(tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        service.start()
        service.wait_for(lambda: bool(stack.connected()))
        service.wait_until_ready()
        _send(stack, 1, 5)
        _stored(service, 5)
        influx.stop()
        _send(stack, 6, 5)
        service.wait_for(lambda: service.totals()["queued"] == 5)
        influx.start()
        _stored(service, 10)
        assert service.stop() == 0
        assert "Traceback" not in service.told()
        assert influx.operator_token not in service.told()
        values = [stream.values for stream in influx.bucket("musterstadt").series.values()]
        assert sum("temperature" in fields for times in values for fields in times.values()) == 10
    assert_balanced(list(journal_of(service.data)[0].ledger()))


@pytest.mark.parametrize("fault", ["token", "bucket"])
def test_a_token_or_a_bucket_that_is_gone_holds_uplinks_until_setup_made_it_again(fault: str, tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        service.start()
        service.wait_for(lambda: bool(stack.connected()))
        service.wait_until_ready()
        if fault == "token":
            held = (service.data / "secrets" / "influxdb-ingest.token").read_text(encoding="utf-8").strip()
            influx.delete_token(held)
        else:
            influx.delete_bucket("musterstadt")
        _send(stack, 1, 5)
        service.wait_for(lambda: "smartregion influxdb setup" in service.told())
        assert service.totals()["queued"] == 5
        extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": influx.operator_token}
        typed = ("influxdb", "setup", "--renew", "all", "--region", service.region, "--data", service.data)
        assert smartregion(*typed, extra=extra).status == 0
        _stored(service, 5)


def test_it_starts_while_influxdb_is_away(tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        influx.stop()
        service.start()
        service.wait_for(lambda: bool(stack.connected()))
        _send(stack, 1, 5)
        # Live and from the back-fill: which are the same is found out when they are booked.
        service.wait_for(lambda: service.totals()["queued"] >= 5)
        influx.start()
        _stored(service, 5)
