"""One application of The Things Stack over MQTT 3.1.1.

The server keeps no session and publishes at QoS 0: subscribe anew after each connect, never be slow, and let the
back-fill fetch what is missed.
"""

import random
import select
import socket
import ssl
import threading
from collections.abc import Callable
from functools import partial

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.buffered import BufferedSocket
from ingest.collector import Acknowledge
from ingest.status import Connection, Connections, Link
from smartregion.clock import SECOND, Clock
from smartregion.logs import Logger
from smartregion.model import Message
from smartregion.region import Application

FILTERS = ("v3/+/devices/+/up", "v3/+/devices/+/join", "v3/+/devices/+/location/solved")
KEEPALIVE = 30
CONNECT_SECONDS = 10.0
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0

# The server answers 5 to every failure of authentication; paho translates it to MQTT 5's 135.
REFUSALS = {
    132: "the server refuses MQTT 3.1.1; is this an MQTT server of The Things Stack?",
    134: "the server refuses user name or key; check `id`, `ttn_tenant` and the API key",
    135: (
        "the server refuses the key (CONNACK 5): wrong or expired API key, another application's key, or a wrong "
        "`id` or `ttn_tenant`; on an Open Source server leave `ttn_tenant` out"
    ),
    136: "the server has reached its limit of connections (CONNACK 3); close others or ask its operator",
}

Offer = Callable[[Message, Acknowledge | None], bool]


class _Client(Client):
    """paho's client on a socket that reads much at once, and is closed when TLS fails."""

    def _create_socket(self) -> BufferedSocket:
        plain = socket.create_connection((self.host, self.port), CONNECT_SECONDS)
        context = self.user_data_get()
        if not isinstance(context, ssl.SSLContext):
            return BufferedSocket(plain)
        try:
            return BufferedSocket(context.wrap_socket(plain, server_hostname=self.host))
        except OSError:
            plain.close()
            raise


class MqttSource:
    """Connects, subscribes, collects; reconnects with growing and random pauses until it is stopped."""

    def __init__(
        self,
        application: Application,
        key: str,
        offer: Offer,
        connections: Connections,
        clock: Clock,
        logger: Logger,
        *,
        quiet: Callable[[], float | None] = lambda: None,
        check_rights: Callable[[], str] = lambda: "",
        connected: Callable[[], None] = lambda: None,
        room: Callable[[], bool] = lambda: True,
    ) -> None:
        """`quiet` gives the seconds after which silence is suspicious; `check_rights` what is wrong with the key;
        `connected` is told of each connection that stands, since messages before it may be missing. `room`
        says whether messages are taken again after one was refused.
        """
        self._application = application
        self._key = key
        self._offer = offer
        self._connections = connections
        self._clock = clock
        self._logger = logger.bind(application=application.label)
        self._quiet = quiet
        self._check_rights = check_rights
        self._connected = connected
        self._room = room
        self._put_off = False
        self._stop = threading.Event()
        self._pause = FIRST_PAUSE
        self._last: int | None = None
        self._since_silence = clock.now()
        self._link: Link | None = None
        self._told: set[str] = set()
        """What was said of this absence; a further reason is said too, each once."""

    def run(self) -> None:
        """Stay connected until stopped."""
        self._note(Link.CONNECTING)
        while not self._stop.is_set():
            if self._put_off and not self._room():
                self._stop.wait(1.0)
                continue
            self._put_off = False
            client = self._client()
            try:
                client.connect(self._application.server, self._application.mqtt_port, KEEPALIVE)
                self._read(client)
            except (OSError, ssl.SSLError, ValueError) as error:
                self._note(Link.AWAY, _reachable_words(self._application, error))
            finally:
                client.disconnect()
            self._stop.wait(self._pause * random.uniform(0.5, 1.0))  # noqa: S311 — jitter, not a secret
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """Make `run` return soon."""
        self._stop.set()

    def _client(self) -> Client:
        wanted = self._application
        client = _Client(
            CallbackAPIVersion.VERSION2,
            client_id=wanted.client_id,
            clean_session=None if not wanted.client_id else wanted.qos == 0,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=wanted.qos == 1,
        )
        client.username_pw_set(wanted.user, self._key)
        client.user_data_set(ssl.create_default_context() if wanted.tls else None)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _read(self, client: Client) -> None:
        """Read until the connection ends. Everything at hand is read before the next wait."""
        while not self._stop.is_set():
            channel = client.socket()
            if channel is None:
                return
            writing = [channel] if client.want_write() else []
            ready, writable, _ = select.select([channel], writing, [], 1.0)
            if ready and not _drain(client):
                self._note_away("the server ended the connection")
                return
            if writable:
                client.loop_write()
            if client.loop_misc() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
                self._note_away("the server no longer answers")
                return
            if self._put_off:
                # What was not acknowledged comes again with the next connection; until then the broker keeps it.
                self._note(Link.AWAY, "the journal takes no more messages; connecting anew once it does")
                return
            if self._too_quiet():
                return

    def _too_quiet(self) -> bool:
        """Whether an open connection has been silent for so long that it is given up."""
        limit = self._quiet()
        if limit is None or self._link is not Link.CONNECTED:
            return False
        seconds = (self._clock.now() - self._since_silence) / SECOND
        if seconds < limit:
            return False
        self._since_silence = self._clock.now()
        self._note(
            Link.SILENT,
            f"connected, but nothing has come for {seconds / 60:.0f} minutes; "
            + (self._check_rights() or "The Things Stack may be ill (its Redis, for instance); connecting anew"),
        )
        return True

    def _on_connect(
        self, client: Client, _userdata: object, _flags: object, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._note(Link.REFUSED, REFUSALS.get(code.value, f"the server refuses the connection: {code}"))
            return
        qos: int = self._application.qos
        client.subscribe([(topic, qos) for topic in FILTERS])

    def _on_subscribe(
        self,
        _client: Client,
        _userdata: object,
        _mid: int,
        codes: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        refused = [topic for topic, code in zip(FILTERS, codes, strict=False) if code.is_failure]
        if FILTERS[0] in refused:
            self._note(Link.REFUSED, f"the server refuses to subscribe to {', '.join(refused)} (SUBACK 0x80)")
            return
        self._pause = FIRST_PAUSE
        self._since_silence = self._clock.now()
        self._note(Link.CONNECTED)
        # Asking over HTTP may take long, and this thread must read.
        threading.Thread(target=self._look_behind, name="rights", daemon=True).start()

    def _look_behind(self) -> None:
        self._connected()
        words = self._check_rights()
        if words and self._link is Link.CONNECTED:
            self._note(Link.CONNECTED, words)

    def _on_message(self, client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._last = self._since_silence = now = self._clock.now()
        try:
            topic = message.topic
        except UnicodeDecodeError:
            topic = ""
        acknowledge = partial(_acknowledge, client, message) if message.qos else None
        taken = self._offer(Message("mqtt", self._application.label, topic, now, bytes(message.payload)), acknowledge)
        self._put_off |= not taken and acknowledge is not None

    def _note_away(self, words: str) -> None:
        """The connection is gone; a refusal told before says more."""
        if self._link is not Link.REFUSED:
            self._note(Link.AWAY, words)

    def _note(self, link: Link, words: str = "") -> None:
        """Keep the state for those who ask, and tell it once when it changes."""
        name = self._application.label
        self._connections.set(Connection(name, link, self._clock.now(), words, self._last))
        if link is Link.CONNECTED:
            self._told.clear()
        if link is not self._link or (link is Link.AWAY and words not in self._told):
            tell = self._logger.info if link in {Link.CONNECTED, Link.CONNECTING} else self._logger.warning
            tell(f"mqtt {link.value}", why=words or None)
        elif words and link is Link.CONNECTED:
            self._logger.warning("mqtt connected, but", why=words)
        self._link = link
        self._told.add(words)


def _acknowledge(client: Client, message: MQTTMessage) -> None:
    client.ack(message.mid, message.qos)


def _drain(client: Client) -> bool:
    """Read all packets at hand; false when the connection has ended."""
    while True:
        if client.loop_read() is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return False
        channel: object = client.socket()
        if not isinstance(channel, BufferedSocket) or channel.pending() == 0:
            return channel is not None


def _reachable_words(application: Application, error: Exception) -> str:
    where = f"{application.server}:{application.mqtt_port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate of {where} is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"no TLS with {where}: {error.reason}; is `tls` right for this port?"
    return f"{where} can't be reached: {error}"
