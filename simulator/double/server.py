"""The whole double: MQTT and HTTP on loopback ports, one switchboard for tests, benchmarks and the demo."""

import itertools
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from simulator.double.accounts import Accounts, ApiKey, Application
from simulator.double.broker import Counts, Limits, Outgoing
from simulator.double.faults import Faults
from simulator.double.history import History, LaggingHistory, Recorded, RecordedHistory, Recorder
from simulator.double.identity import Identity
from simulator.double.mqtt import MqttServer
from simulator.double.storage import Storage
from simulator.double.web import Dated, WebServer, create_app
from simulator.uplinks import uid
from smartregion.clock import SECOND, Clock, SystemClock

_SLICE = 256


class Publication(NamedTuple):
    """A message to publish. `received_at` is the top-level time in its JSON, by which the storage sorts."""

    application: str
    tenant: str
    device_id: str
    payload: bytes
    received_at: int
    kind: str = "up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the double is like. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    mqtt_port: int = 0
    tls_port: int = 0
    http_port: int = 0
    certificate: tuple[Path, Path] | None = None
    """Certificate and key: MQTT then listens a second time with TLS, and HTTP becomes HTTPS."""
    storage: bool = True
    """False: as Open Source, whose storage paths do not exist."""
    lag: float = 0.0
    """Seconds until a message shows in the storage."""
    retention_days: float = 30.0
    largest_page: int = 0
    """Rows a page of the storage holds at most; 0: no bound."""
    limits: Limits = field(default_factory=Limits)


class Double:
    """A Things Stack of our own, for as long as the `with` lasts.

    Without a history of its own it remembers what is published. A given history is asked instead; when it is a
    `Recorder` it is also told what is published.
    """

    def __init__(
        self,
        applications: Iterable[Application],
        history: History | None = None,
        clock: Clock | None = None,
        setup: Setup | None = None,
        user_keys: Iterable[ApiKey] = (),
    ) -> None:
        self.setup = setup or Setup()
        self.accounts = Accounts(applications, user_keys)
        self.faults = Faults(self.setup.retention_days, self.setup.largest_page)
        self._clock = clock or SystemClock()
        self._recorder, self._history = self._remember(history)
        self._stored_while_silent = False
        self._mqtt = MqttServer(
            self.accounts, self.setup.limits, self.setup.host, self.setup.mqtt_port, _tls(self.setup)
        )
        self._web = self._make_web()

    def __enter__(self) -> Self:
        """Begin to listen."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End both servers."""
        self.stop()

    def start(self) -> None:
        """Begin to listen."""
        self._mqtt.start()
        self._web.start()

    def stop(self) -> None:
        """End both servers."""
        self._web.stop()
        self._mqtt.stop()

    @property
    def mqtt_port(self) -> int:
        """Plain MQTT."""
        return self._mqtt.ports[0]

    @property
    def tls_port(self) -> int:
        """MQTT with TLS; 0 without a certificate."""
        return self._mqtt.ports[1] if len(self._mqtt.ports) > 1 else 0

    @property
    def url(self) -> str:
        """Where the HTTP API begins, without /api/v3."""
        return f"{'https' if self.setup.certificate else 'http'}://{self.setup.host}:{self._web.port}"

    def publish(
        self, application: str, tenant: str, device_id: str, payload: bytes, received_at: int, kind: str = "up"
    ) -> None:
        """Store a message and send it to its subscribers, from any thread, without waiting for them."""
        self._store(Publication(application, tenant, device_id, payload, received_at, kind))
        self._mqtt.publish(Outgoing(uid(application, tenant), device_id, kind, payload))

    def publish_all(self, messages: Iterable[Publication], *, rate: float | None = None, lossless: bool = True) -> int:
        """Publish many, in order, at most `rate` a second, and say how many; returns when the last is written.

        `lossless` waits for slow readers, as long as it takes; without it they lose the newest, as they really would.
        When the double stops meanwhile, the rest is stored but sent to nobody.
        """
        step = _SLICE if rate is None else max(min(int(rate / 50), _SLICE), 1)
        begun, sent = self._clock.now(), 0
        feed = iter(messages)
        while batch := list(itertools.islice(feed, step)):
            for message in batch:
                self._store(message)
            self._mqtt.publish_batch([_outgoing(message) for message in batch], lossless=lossless)
            sent += len(batch)
            if rate is not None:
                self._wait_until(begun + int(sent / rate * SECOND))
        return sent

    def counts(self) -> Counts:
        """What the MQTT side sent and dropped so far."""
        return self._mqtt.counts()

    def connected(self) -> list[str]:
        """Client ids of the live connections."""
        return self._mqtt.ask(lambda: [one.client_id for one in self._mqtt.broker.connections()])

    def disconnect(self, client_id: str | None = None) -> int:
        """End connections hard: those of one client id, or all; says how many."""
        return self._mqtt.ask(
            lambda: self._mqtt.broker.disconnect(lambda one: client_id is None or one.client_id == client_id)
        )

    def mqtt_down(self) -> None:
        """MQTT goes away: connections end, the port refuses."""
        self._mqtt.down()

    def mqtt_up(self) -> None:
        """MQTT comes back on the same port."""
        self._mqtt.up()

    def refuse_connections(self, *, refused: bool) -> None:
        """Close new connections without CONNACK, as the rate limit of new connections does."""
        self._mqtt.broker.refusing = refused

    def redis_down(self, *, stored: bool = False) -> None:
        """Fall silent: sessions live, CONNECT and SUBSCRIBE succeed, nothing is delivered.

        The storage is fed by the same distribution inside the Application Server, so by default these messages are
        nowhere. `stored` keeps them there: a server that only stopped to deliver.
        """
        self._stored_while_silent = stored
        self._mqtt.broker.silent = True

    def redis_up(self) -> None:
        """Deliver again, to old and new sessions."""
        self._mqtt.broker.silent = False

    def _remember(self, history: History | None) -> tuple[Recorder | None, History]:
        if history is None:
            recorded = RecordedHistory(self._clock, self.setup.lag)
            return recorded, recorded
        recorder = history if isinstance(history, Recorder) else None
        return recorder, LaggingHistory(history, self._clock, self.setup.lag) if self.setup.lag else history

    def _make_web(self) -> WebServer:
        identity = Identity(self.accounts, self._addresses)
        storage = Storage(identity, self._history, self._clock, self.faults) if self.setup.storage else None
        certificate = self.setup.certificate and (str(self.setup.certificate[0]), str(self.setup.certificate[1]))
        app = Dated(create_app(identity, storage), self._clock)
        return WebServer(app, self.setup.host, self.setup.http_port, certificate, dated=True)

    def _addresses(self) -> tuple[str, str]:
        secure = f"{self.setup.host}:{self.tls_port}" if self.tls_port else ""
        return f"{self.setup.host}:{self.mqtt_port}", secure

    def _store(self, message: Publication) -> None:
        lost = self._mqtt.broker.silent and not self._stored_while_silent
        if self._recorder is not None and message.kind == "up" and not lost:
            row = Recorded(message.received_at, message.device_id, message.payload)
            self._recorder.record(message.application, row)

    def _wait_until(self, time: int) -> None:
        left = time - self._clock.now()
        if left > 0:
            self._clock.wait(threading.Event(), left / SECOND)


def _outgoing(message: Publication) -> Outgoing:
    return Outgoing(uid(message.application, message.tenant), message.device_id, message.kind, message.payload)


def _tls(setup: Setup) -> tuple[ssl.SSLContext, int] | None:
    if setup.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*setup.certificate)
    return context, setup.tls_port
