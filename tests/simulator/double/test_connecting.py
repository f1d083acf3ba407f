"""How the MQTT side greets, refuses and leaves."""

import itertools
import socket

import pytest
from paho.mqtt import client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from simulator.double.accounts import ApiKey, new_key
from simulator.double.broker import Limits
from simulator.double.server import Double, Setup
from tests.simulator.double.bare import APPLICATION, UID, RawClient
from tests.simulator.double.conftest import Connect, Start

ACCEPTED, WRONG_VERSION, UNAVAILABLE, NOT_AUTHORIZED = ((0x20, bytes((0, code))) for code in (0, 1, 3, 5))


@pytest.mark.parametrize(("name", "level"), [("MQTT", 4), ("MQIsdp", 3), ("MQTT", 3)])
def test_protocol_3_1_and_3_1_1_are_welcome(caller: Connect, key: ApiKey, name: str, level: int) -> None:
    me = caller()
    me.connect(UID, key.text, name=name, level=level)
    assert me.packet() == ACCEPTED


@pytest.mark.parametrize("properties", [b"\0", b"\3\x21\0\x0a", b"\5\x11\0\0\0\x3c"])
def test_mqtt_5_with_credentials_is_closed_without_an_answer(caller: Connect, key: ApiKey, properties: bytes) -> None:
    me = caller()
    me.connect(UID, key.text, level=5, properties=properties)
    assert me.rest() == b""


@pytest.mark.parametrize("properties", [b"\0", b"\3\x21\0\x0a", b""])
def test_mqtt_5_without_credentials_is_told_the_version_is_wrong(caller: Connect, properties: bytes) -> None:
    me = caller()
    me.connect(None, None, level=5, properties=properties)
    assert me.rest() == b"\x20\2\0\1"


@pytest.mark.parametrize(("name", "level"), [("MQTT", 5), ("MQTT", 6), ("AMQP", 4), ("MQIsdp", 4)])
def test_an_unknown_version_in_readable_fields_gets_code_1(caller: Connect, key: ApiKey, name: str, level: int) -> None:
    me = caller()
    me.connect(UID, key.text, name=name, level=level)
    assert me.packet() == WRONG_VERSION
    assert me.rest() == b""


@pytest.mark.parametrize(
    ("username", "password"),
    [
        (UID, "NNSXS.NOBODY.NOTHING"),
        (UID, "geheim"),
        (UID, ""),
        (UID, None),
        (None, None),
        (APPLICATION, "the key"),
        (f"{APPLICATION}@ttn", "the key"),
        ("gibt-es-nicht@kreis-musterland", "the key"),
        ("hochwasser@kreis-musterland", "the key"),
        ("NOT AN ID", "the key"),
    ],
)
def test_every_wrong_credential_gets_code_5(
    caller: Connect, key: ApiKey, username: str | None, password: str | None
) -> None:
    me = caller()
    me.connect(username, key.text if password == "the key" else password)
    assert me.packet() == NOT_AUTHORIZED
    assert me.rest() == b""


def test_an_open_source_server_takes_the_bare_application(start: Start, key: ApiKey) -> None:
    double = start(tenant="")
    for username, answer in ((APPLICATION, ACCEPTED), (f"{APPLICATION}@ttn", NOT_AUTHORIZED)):
        me = RawClient(double.mqtt_port)
        me.connect(username, key.text)
        assert me.packet() == answer
        me.socket.close()


def test_a_persons_key_works_as_password(caller: Connect, user_key: ApiKey) -> None:
    me = caller()
    me.connect(UID, user_key.text)
    assert me.packet() == ACCEPTED


def test_the_connection_limit_gets_code_3(start: Start, key: ApiKey) -> None:
    double = start(connection_limit=1)
    first, second = RawClient(double.mqtt_port), RawClient(double.mqtt_port)
    for me, answer in ((first, ACCEPTED), (second, UNAVAILABLE)):
        me.connect(UID, key.text)
        assert me.packet() == answer
    first.socket.close()
    second.socket.close()


def test_the_rate_limit_of_connections_closes_without_connack(double: Double, client: Connect, key: ApiKey) -> None:
    double.refuse_connections(refused=True)
    assert client().rest() == b""
    double.refuse_connections(refused=False)
    assert client(key)


@pytest.mark.parametrize("client_id", ["", "x" * 200])
def test_no_session_is_ever_present(caller: Connect, key: ApiKey, client_id: str) -> None:
    for _ in range(2):
        me = caller()
        me.connect(UID, key.text, client_id=client_id, clean=False)
        assert me.packet() == ACCEPTED
        me.socket.close()


def test_the_same_client_id_never_takes_over(double: Double, client: Connect, key: ApiKey) -> None:
    both = [client(key, client_id="twin") for _ in range(2)]
    for me in both:
        assert me.subscribe(("#", 0)) == [0]
    double.publish(APPLICATION, "kreis-musterland", "pegel-01", b"{}", 1)
    assert [me.published()[1] for me in both] == [b"{}", b"{}"]


def test_a_second_connect_ends_the_connection(caller: Connect, key: ApiKey) -> None:
    me = caller(key)
    me.connect(UID, key.text)
    assert me.rest() == b""


@pytest.mark.parametrize(
    "first", [b"\xc0\0", b"\x82\x05\0\1\0\0\0", b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20, b"\x10\xff\xff\xff\xff\xff"]
)
def test_anything_before_connect_ends_the_connection(caller: Connect, first: bytes) -> None:
    me = caller()
    me.send(first)
    assert me.rest() == b""


def test_who_never_sends_connect_is_closed(start: Start) -> None:
    double = start(Setup(limits=Limits(connect_seconds=0.2)))
    me = RawClient(double.mqtt_port)
    assert me.rest() == b""
    me.socket.close()


def test_connect_must_come_within_ten_seconds() -> None:
    assert Limits().connect_seconds == 10


def test_patience_is_one_and_a_half_times_the_keepalive_and_an_hour_without() -> None:
    assert [Limits().patience(seconds) for seconds in (30, 5, 0)] == [45, 7.5, 3600]


def test_only_what_the_client_sends_keeps_it_alive(double: Double, client: Connect, key: ApiKey) -> None:
    me = client()
    me.connect(UID, key.text, keepalive=1)
    assert me.packet() == ACCEPTED
    me.subscribe(("#", 0))
    with pytest.raises(EOFError):
        _hear_until_the_end(double, me)


def _hear_until_the_end(double: Double, me: RawClient) -> None:
    for number in itertools.count():
        double.publish(APPLICATION, "kreis-musterland", "pegel-01", b"{}", number)
        me.published()


def test_pings_keep_a_connection_alive(caller: Connect, key: ApiKey) -> None:
    me = caller()
    me.connect(UID, key.text, keepalive=2)
    assert me.packet() == ACCEPTED
    for _ in range(4):
        me.ping()
        me.socket.settimeout(0.9)
        with pytest.raises(TimeoutError):
            me.packet()
        me.socket.settimeout(20)


def test_a_revoked_key_ends_with_its_session_not_before(double: Double, client: Connect, key: ApiKey) -> None:
    application = double.accounts.by_uid(UID)
    assert application is not None
    gone = new_key()
    application.keys = (*application.keys, gone)
    me = client(gone)
    me.subscribe(("#", 0))
    application.revoke(gone)
    double.publish(APPLICATION, "kreis-musterland", "pegel-01", b"still", 1)
    assert me.published()[1] == b"still"
    again = client()
    again.connect(UID, gone.text)
    assert again.packet() == NOT_AUTHORIZED


def test_connections_can_be_cut_one_by_one_and_all_at_once(double: Double, client: Connect, key: ApiKey) -> None:
    first, second, third = (client(key, client_id=name) for name in ("a", "b", "c"))
    assert double.disconnect("b") == 1
    assert second.rest() == b""
    first.ping()
    assert double.disconnect() == 2
    assert first.rest() + third.rest() == b""
    assert double.connected() == []


def test_a_server_that_is_away_refuses_and_comes_back_on_its_port(double: Double, client: Connect, key: ApiKey) -> None:
    silent, me = client(), client(key)
    double.mqtt_down()
    assert me.rest() + silent.rest() == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", double.mqtt_port))
    double.mqtt_up()
    client(key).ping()


def test_paho_with_mqtt_5_is_refused_and_with_3_1_1_is_not(double: Double, key: ApiKey) -> None:
    assert _paho_connects(double, key, MQTTProtocolVersion.MQTTv311) is True
    assert _paho_connects(double, key, MQTTProtocolVersion.MQTTv31) is True
    assert _paho_connects(double, key, MQTTProtocolVersion.MQTTv5) is False


def _paho_connects(double: Double, key: ApiKey, protocol: MQTTProtocolVersion) -> bool:
    client = paho.Client(CallbackAPIVersion.VERSION2, "paho", protocol=protocol)
    client.username_pw_set(UID, key.text)
    client.connect("127.0.0.1", double.mqtt_port)
    while client.loop(1) == paho.MQTT_ERR_SUCCESS and not client.is_connected():
        pass
    connected = client.is_connected()
    client.disconnect()
    client.loop(1)
    return connected
