"""The ways by which uplinks come to the platform."""

import contextlib
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from faults.sending import COUNTER, Sent
from simulator.double.history import RecordedHistory
from simulator.double.server import Double, Publication, Setup
from simulator.influxdb.proxy import Proxy
from simulator.uplinks import topic
from smartregion.clock import SystemClock
from tests.real.broker import PASSWORD, USER, Mosquitto
from tests.whole.service import APPLICATION, KEY, TENANT, region_text, stack_application

NO_HTTP: Final = 1
_PATIENCE: Final = 180.0


class Way(StrEnum):
    """A way, as the table names it."""

    STACK = "MQTT, QoS 0"
    BROKER = "MQTT, QoS 1"


class Route(Protocol):
    """One way to the platform, up from the beginning of its `with`."""

    tenant: str
    key: str

    def region(self) -> str:
        """The region file that goes with it."""
        ...

    def send(self, messages: Sequence[Sent]) -> None:
        """Hand messages over; returns when nobody can call them unsent."""
        ...

    def down(self) -> None:
        """The server goes away."""
        ...

    def up(self) -> None:
        """It is back."""
        ...


class Stack:
    """The Things Stack: MQTT at QoS 0 without sessions, and the Storage Integration."""

    tenant = TENANT
    key = KEY.text

    def __init__(self, lag: float = 0.2, *, proxied: bool = False) -> None:
        """`lag`: seconds until an uplink shows in the storage. `proxied`: the platform comes through a proxy."""
        self.lag = lag
        self.history = RecordedHistory(SystemClock(), lag)
        self.application = stack_application()
        self.double = Double([self.application], self.history)
        self._ending = contextlib.ExitStack()
        self._proxied = proxied
        self.proxies: list[Proxy] = []
        """Before MQTT and before HTTP, where there are any."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        self.double.start()
        self._ports = self.double.mqtt_port, int(self.double.url.rsplit(":", 1)[1])
        if self._proxied:
            self.proxies = [self._ending.enter_context(Proxy(port)) for port in self._ports]
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ending.close()
        self.double.stop()

    def region(self) -> str:
        """The region file that goes with it."""
        mqtt_port, http_port = [each.port for each in self.proxies] or self._ports
        return region_text(mqtt_port, http_port, profile=COUNTER, storage_lag_s=self.lag + 0.3)

    def send(self, messages: Sequence[Sent]) -> None:
        """Publish; who is not there or slow misses it, the storage has it."""
        self.double.publish_all(map(_publication, messages), lossless=False)

    def down(self) -> None:
        """MQTT goes away; what is sent meanwhile is in the storage alone."""
        self.double.mqtt_down()

    def up(self) -> None:
        """MQTT is back on the same port."""
        self.double.mqtt_up()

    def restart(self, seconds: float) -> None:
        """The whole server ends, and comes back on the same ports; its storage outlives it."""
        self.double.stop()
        time.sleep(seconds)
        setup = Setup(mqtt_port=self._ports[0], http_port=self._ports[1])
        self.double = Double([self.application], self.history, setup=setup)
        self.double.start()


class Broker:
    """A Mosquitto that keeps the session; what it has acknowledged and the platform has not waits there."""

    tenant = ""
    key = PASSWORD

    def __init__(self, folder: Path) -> None:
        self.mosquitto = Mosquitto(folder / "broker")
        self._network = Client(CallbackAPIVersion.VERSION2, client_id="network", clean_session=False)
        self._network.username_pw_set(USER, PASSWORD)
        self._network.reconnect_delay_set(1, 1)
        self._network.max_queued_messages_set(0)

    def __enter__(self) -> Self:
        """Begin to listen; the network server connects."""
        self.mosquitto.start()
        self._network.connect("127.0.0.1", self.mosquitto.port)
        self._network.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._network.disconnect()
        self._network.loop_stop()
        self.mosquitto.stop()

    def region(self) -> str:
        """The region file that goes with it: there is no storage."""
        entries = {"ttn_tenant": "", "qos": 1, "client_id": "smartregion-faults"}
        return region_text(self.mosquitto.port, NO_HTTP, profile=COUNTER, **entries)

    def send(self, messages: Sequence[Sent]) -> None:
        """Publish at QoS 1; returns when the broker has them all, be it after a while."""
        under_way = [self._network.publish(topic(each.frame), each.payload, qos=1) for each in messages]
        for each in under_way:
            each.wait_for_publish(_PATIENCE)
            if not each.is_published():
                raise TimeoutError("the broker takes nothing")

    def down(self) -> None:
        """It goes away; who publishes waits."""
        self.mosquitto.stop()

    def up(self) -> None:
        """It is back with its sessions."""
        self.mosquitto.start()


def _publication(sent: Sent) -> Publication:
    return Publication(APPLICATION, TENANT, sent.frame.device_id, sent.payload, sent.frame.handled_at)
