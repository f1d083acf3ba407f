"""The small world that ingest's tests need: a double of The Things Stack, and an application of it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.collector import Acknowledge
from ingest.mqtt import MqttSource
from ingest.status import Connection, Connections, Link
from simulator.double import accounts
from simulator.double.server import Double, Setup
from simulator.uplinks import Frame, render
from smartregion import logs, region
from smartregion.clock import Clock, SystemClock
from smartregion.model import Message
from smartregion.region import Application, Region

KEY = accounts.new_key()
BLIND_KEY = accounts.new_key((accounts.DEVICES_READ,))


def stack_application(*keys: accounts.ApiKey, tenant: str = "kreis") -> accounts.Application:
    """The application as the double knows it."""
    return accounts.Application(id="umwelt-sensorik", tenant=tenant, keys=keys or (KEY, BLIND_KEY))


def make_region(double: Double, **changes: object) -> Region:
    """A county whose one application lives on the double."""
    fields: dict[str, Any] = {
        "id": "umwelt-sensorik",
        "server": "127.0.0.1",
        "ttn_tenant": "kreis",
        "tenant": "musterstadt",
        "domain": "environment",
        "key_env": "SMARTREGION_KEY",
        "tls": False,
        "mqtt_port": double.mqtt_port,
        "http_port": int(double.url.rsplit(":", 1)[1]),
        "storage_lag_s": 0,
        "profiles": [{"device": "*", "brand": "milesight-iot", "model": "em300-th"}],
    }
    return Region.model_validate(
        {
            "name": "Kreis",
            "tenants": [{"key": "musterstadt", "name": "Musterstadt"}],
            "applications": [{**fields, **changes}],
        }
    )


@dataclass
class Received:
    """What a source offered, and how its connection went."""

    application: Application
    connections: Connections = field(default_factory=Connections)
    messages: list[Message] = field(default_factory=list)

    def offer(self, message: Message, acknowledge: Acknowledge | None) -> bool:
        self.messages.append(message)
        if acknowledge is not None:
            acknowledge()
        return True

    @property
    def connection(self) -> Connection:
        return self.connections.all()[0]

    def wait_for(self, claim: Callable[[], bool], seconds: float = 10) -> None:
        deadline = time.monotonic() + seconds
        while not claim():
            assert time.monotonic() < deadline, (self.connections.all(), len(self.messages))
            time.sleep(0.01)

    def wait_until(self, link: Link) -> None:
        self.wait_for(lambda: bool(self.connections.all()) and self.connection.link is link)


@contextmanager
def connected(
    application: Application,
    key: str,
    clock: Clock | None = None,
    *,
    quiet: Callable[[], float | None] = lambda: None,
    check_rights: Callable[[], str] = lambda: "",
) -> Iterator[Received]:
    """A source that runs against the application's server."""
    received = Received(application)
    source = MqttSource(
        application,
        key,
        received.offer,
        received.connections,
        clock or SystemClock(),
        logs.get("test"),
        quiet=quiet,
        check_rights=check_rights,
    )
    thread = threading.Thread(target=source.run)
    thread.start()
    try:
        yield received
    finally:
        source.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def double() -> Iterator[Double]:
    with Double([stack_application()], setup=Setup()) as running:
        yield running


def frame(number: int, received_at: int, device_id: str = "klima-01") -> Frame:
    """An EM300-TH frame: 92 %, 0.1 °C a number, 50.5 %."""
    payload = bytes.fromhex("01755c0367") + (number % 600).to_bytes(2, "little") + bytes.fromhex("046865")
    return Frame(
        "umwelt-sensorik",
        device_id,
        received_at,
        tenant="kreis",
        dev_eui="24E124136B326301",
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=number,
        f_port=85,
        payload=payload,
    )


def publish(double: Double, *frames: Frame, kind: str = "up") -> None:
    for each in frames:
        double.publish("umwelt-sensorik", "kreis", each.device_id, render(each), each.handled_at, kind)


__all__ = ["BLIND_KEY", "KEY", "connected", "frame", "make_region", "publish", "region", "stack_application"]
