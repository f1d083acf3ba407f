"""The ways by which uplinks come to the platform."""

import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol, Self

import httpx
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from faults.certificates import Certificate
from faults.sending import COUNTER, Sent
from simulator.double.history import Recorded, RecordedHistory
from simulator.double.server import Double, Publication, Setup
from simulator.influxdb.proxy import Proxy
from simulator.uplinks import topic
from smartregion.clock import Clock
from tests.real.broker import PASSWORD, USER, Mosquitto
from tests.whole.service import APPLICATION, KEY, TENANT, region_text, stack_application

NO_HTTP: Final = 1
_PATIENCE: Final = 180.0
HOOK_VARIABLE: Final = "SMARTREGION_WEBHOOK"
SECRET: Final = secrets.token_hex(16)
SENDERS: Final = 64


class Way(StrEnum):
    """A way, as the table names it."""

    STACK = "MQTT, QoS 0"
    BROKER = "MQTT, QoS 1"
    WEBHOOK = "webhook"


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

    def __init__(
        self,
        clock: Clock,
        lag: float = 0.2,
        *,
        proxied: bool = False,
        certificate: Certificate | None = None,
    ) -> None:
        """`lag`: seconds until an uplink shows in the storage. `proxied`: the platform comes through a proxy.
        `certificate`: of MQTT and HTTP, which else are without TLS.
        """
        self.lag = lag
        self.clock = clock
        self.history = RecordedHistory(clock, lag)
        self.application = stack_application()
        self._certificate = certificate
        self.double = self._double(Setup(certificate=certificate))
        self._ending = contextlib.ExitStack()
        self._proxied = proxied
        self.proxies: list[Proxy] = []
        """Before MQTT and before HTTP, where there are any."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        self.double.start()
        self._ports = self.double.mqtt_port, self.double.tls_port, int(self.double.url.rsplit(":", 1)[1])
        if self._proxied:
            self.proxies = [self._ending.enter_context(Proxy(self._ports[number])) for number in (0, 2)]
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self._ending.close()
        self.double.stop()

    def region(self) -> str:
        """The region file that goes with it."""
        mqtt, tls, http = self._ports
        if self._certificate is not None:
            return self._region(tls, http, server="localhost", tls=True)
        mqtt, http = [each.port for each in self.proxies] or (mqtt, http)
        return self._region(mqtt, http)

    def send(self, messages: Sequence[Sent]) -> None:
        """Publish; who is not there or slow misses it, the storage has it."""
        self.double.publish_all(map(_publication, messages), lossless=False)

    def down(self) -> None:
        """MQTT goes away; what is sent meanwhile is in the storage alone."""
        self.double.mqtt_down()

    def up(self) -> None:
        """MQTT is back on the same port."""
        self.double.mqtt_up()

    def restart(self, seconds: float = 0, certificate: Certificate | None = None) -> None:
        """The whole server ends, and comes back on the same ports; its storage outlives it."""
        self.double.stop()
        time.sleep(seconds)
        mqtt, tls, http = self._ports
        self.double = self._double(Setup(mqtt_port=mqtt, tls_port=tls, http_port=http, certificate=certificate))
        self.double.start()

    def _double(self, setup: Setup) -> Double:
        return Double([self.application], self.history, self.clock, setup)

    def _region(self, mqtt_port: int, http_port: int, **changes: object) -> str:
        return region_text(mqtt_port, http_port, profile=COUNTER, storage_lag_s=self.lag + 0.3, **changes)


class Webhook(Stack):
    """The Things Stack posts each uplink, once; it does not try again, and the storage has what failed."""

    def __init__(self, clock: Clock, lag: float = 0.2) -> None:
        super().__init__(clock, lag)
        self.address: Callable[[], str] = str
        """Where the platform listens just now."""
        self._client = httpx.Client(timeout=30, limits=httpx.Limits(max_connections=SENDERS, keepalive_expiry=1.0))
        self._senders = ThreadPoolExecutor(SENDERS)

    def __exit__(self, *_: object) -> None:
        """End."""
        self._senders.shutdown()
        self._client.close()
        super().__exit__()

    def send(self, messages: Sequence[Sent]) -> None:
        """Post them, many at a time."""
        for each in messages:
            self.history.record(APPLICATION, _recorded(each))
        list(self._senders.map(self._post, [each.payload for each in messages]))

    def _post(self, payload: bytes) -> None:
        with contextlib.suppress(httpx.TransportError, IndexError):
            address = f"{self.address()}hooks/tts/{APPLICATION}"
            headers = {"X-Webhook-Secret": SECRET, "Content-Type": "application/json"}
            self._client.post(address, content=payload, headers=headers)

    def _region(self, mqtt_port: int, http_port: int, **changes: object) -> str:
        entries = {**changes, "mqtt": False, "webhook_env": HOOK_VARIABLE}
        return super()._region(mqtt_port, http_port, **entries)


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
        self._network.on_publish = lambda _client, _data, number, _code, _properties: self._taken.add(number)
        self._taken: set[int] = set()

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
        under_way = {self._network.publish(topic(each.frame), each.payload, qos=1).mid for each in messages}
        deadline = time.monotonic() + _PATIENCE
        while not under_way <= self._taken:
            if time.monotonic() > deadline:
                raise TimeoutError("the broker takes nothing")
            time.sleep(0.01)
        self._taken -= under_way

    def down(self) -> None:
        """It goes away; who publishes waits."""
        self.mosquitto.stop()

    def up(self) -> None:
        """It is back with its sessions."""
        self.mosquitto.start()


def _recorded(sent: Sent) -> Recorded:
    return Recorded(sent.frame.handled_at, sent.frame.device_id, sent.payload)


def _publication(sent: Sent) -> Publication:
    return Publication(APPLICATION, TENANT, sent.frame.device_id, sent.payload, sent.frame.handled_at)
