"""`smartregion up` on an InfluxDB 2.9 (its double): what goes away comes back without a hand, and nothing is lost."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.double.accounts import Application
from simulator.double.server import Double as Stack
from simulator.influxdb.server import Double as Influx
from simulator.uplinks import render
from tests.cli.conftest import frame
from tests.whole.command import smartregion
from tests.whole.judging import ledger_of
from tests.whole.service import APPLICATION, KEY, TENANT, Service, region_of, stack_application

# Some minutes of real processes: they belong to the long part of the tests.
pytestmark = pytest.mark.real

ORG = "kreis-musterland"
VILLAGE = "dorf-sensorik"
MORE_MEGABYTES = 80


@contextmanager
def _platform(folder: Path) -> Iterator[tuple[Service, Stack, Influx]]:
    """A Things Stack with two applications, an InfluxDB that is set up, and a service that is not started.

    The applications belong to the tenants `musterstadt` and `neudorf`.
    """
    village = Application(id=VILLAGE, tenant=TENANT, keys=(KEY,))
    with Influx(org=ORG) as influx, Stack([stack_application(), village]) as stack:
        town = region_of(stack)
        store = f'[store]\nkind = "influxdb"\nurl = "{influx.url}"\norg = "{ORG}"\n'
        service = Service(folder, town + _village(town) + store)
        assert _set_up(service, influx) == 0
        try:
            yield service, stack, influx
        finally:
            service.kill()


def _village(town: str) -> str:
    """The same application once more, under other names."""
    application = town[town.index("[[applications]]") :]
    application = application.replace(APPLICATION, VILLAGE).replace("musterstadt", "neudorf")
    return f'[[tenants]]\nkey = "neudorf"\nname = "Neudorf"\n{application}'


def _set_up(service: Service, influx: Influx, *options: str) -> int:
    extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": influx.operator_token}
    typed: tuple[str | Path, ...] = ("influxdb", "setup", *options, "--region", service.region, "--data", service.data)
    return smartregion(*typed, extra=extra).status


def _start(service: Service, stack: Stack) -> None:
    service.start()
    service.wait_for(lambda: len(stack.connected()) == 2)


def _send(stack: Stack, first: int, count: int, application: str = APPLICATION) -> None:
    now = time.time_ns()
    for number in range(first, first + count):
        each = frame(number, now - (first + count - number) * 1_000_000)._replace(application=application)
        stack.publish(application, TENANT, each.device_id, render(each), each.handled_at)


def _states(service: Service, application: str) -> dict[str, int]:
    rows = [row for row in service.ask("/v1/ledger?limit=1000")["items"] if row["application"] == application]
    return {state: sum(row[state] for row in rows) for state in ("stored", "queued")}


def _stored(service: Service, count: int, application: str = APPLICATION) -> None:
    service.wait_for(lambda: _states(service, application)["stored"] == count)


def _temperatures(influx: Influx, bucket: str) -> list[float]:
    """Every one there is, in order of time."""
    streams = influx.bucket(bucket).series.values()
    values = {time: fields for each in streams for time, fields in each.values.items() if "temperature" in fields}
    return [float(values[time]["temperature"]) for time in sorted(values)]


def _end(service: Service, influx: Influx, **counts: int) -> None:
    """Stop it; by bucket so many uplinks are there, each once, and the ledger says so."""
    assert service.stop() == 0
    assert "Traceback" not in service.told()
    assert influx.operator_token not in service.told()
    for bucket, count in counts.items():
        assert _temperatures(influx, bucket) == [number / 10 for number in range(1, count + 1)]
    assert ledger_of(service.data).stored == sum(counts.values())


def test_uplinks_wait_while_it_is_away_and_are_stored_when_it_is_back(tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        _start(service, stack)
        service.wait_until_ready()
        _send(stack, 1, 5)
        _stored(service, 5)
        influx.stop()
        _send(stack, 6, 5)
        service.wait_for(lambda: service.totals()["queued"] == 5)
        influx.start()
        _stored(service, 10)
        _end(service, influx, musterstadt=10)


@pytest.mark.parametrize("fault", ["token", "bucket"])
def test_a_token_or_a_bucket_that_is_gone_holds_uplinks_until_setup_made_it_again(fault: str, tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        _start(service, stack)
        service.wait_until_ready()
        before = service.megabytes()
        if fault == "token":
            held = (service.data / "secrets" / "influxdb-ingest.token").read_text(encoding="utf-8").strip()
            influx.delete_token(held)
        else:
            influx.delete_bucket("musterstadt")
        _send(stack, 1, 5)
        service.wait_for(lambda: "smartregion influxdb setup" in service.told())
        assert service.totals()["queued"] == 5
        assert 'smartregion_store_held{part="musterstadt"} 1.0' in service.text("/metrics")
        assert "smartregion influxdb setup" in service.text("/")
        if fault == "bucket":
            # The other municipality does not notice; the service as a whole is ready.
            _send(stack, 1, 20, VILLAGE)
            _stored(service, 20, VILLAGE)
            assert _states(service, APPLICATION) == {"stored": 0, "queued": 5}
            assert service.readiness() == ""
        else:
            assert "smartregion influxdb setup" in service.readiness()
        assert _set_up(service, influx, "--renew", "all") == 0
        _stored(service, 5)
        service.wait_until_ready()
        assert "smartregion_store_held{" not in service.text("/metrics")
        assert service.megabytes() - before < MORE_MEGABYTES
        _end(service, influx, musterstadt=5, neudorf=20 if fault == "bucket" else 0)


def test_it_starts_while_influxdb_is_away(tmp_path: Path) -> None:
    with _platform(tmp_path) as (service, stack, influx):
        influx.stop()
        _start(service, stack)
        _send(stack, 1, 5)
        # Live and from the back-fill: which are the same is found out when they are booked.
        service.wait_for(lambda: service.totals()["queued"] >= 5)
        influx.start()
        _stored(service, 5)
        _end(service, influx, musterstadt=5)
