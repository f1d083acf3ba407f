"""The double as a whole: TLS, pace, and running on its own."""

import json
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from simulator.double.accounts import ApiKey
from simulator.double.server import Publication, Setup
from smartregion.clock import SECOND, ManualClock
from tests.simulator.double.bare import APPLICATION, TENANT, UID, RawClient
from tests.simulator.double.conftest import Start


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    order = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    order += ["-addext", "subjectAltName=IP:127.0.0.1", "-out", str(paths[0]), "-keyout", str(paths[1])]
    try:
        subprocess.run(order, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl to make a certificate with")
    return paths


def test_with_a_certificate_both_sides_speak_tls(start: Start, key: ApiKey, certificate: tuple[Path, Path]) -> None:
    double = start(Setup(certificate=certificate))
    heard, trusted = threading.Event(), ssl.create_default_context(cafile=certificate[0])
    client = paho.Client(CallbackAPIVersion.VERSION2, "tls")
    client.tls_set_context(trusted)
    client.username_pw_set(UID, key.text)
    client.on_connect = _subscribe
    client.on_subscribe = lambda *_: double.publish(APPLICATION, TENANT, "pegel-01", b"{}", 1)
    client.on_message = lambda *_: heard.set()
    client.connect("127.0.0.1", double.tls_port)
    client.loop_start()
    assert heard.wait(20)
    client.disconnect()
    client.loop_stop()
    headers = {"Authorization": f"Bearer {key.text}"}
    url = f"{double.url}/api/v3/as/applications/{APPLICATION}/mqtt-connection-info"
    assert url.startswith("https://")
    reply = httpx.get(url, headers=headers, verify=trusted).json()
    assert reply["public_tls_address"] == f"127.0.0.1:{double.tls_port}"


def test_paho_gets_every_message_of_a_burst(start: Start, key: ApiKey) -> None:
    double = start()
    numbers: list[bytes] = []
    subscribed, done = threading.Event(), threading.Event()
    client = paho.Client(CallbackAPIVersion.VERSION2, "burst")

    def on_message(_client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        numbers.append(bytes(message.payload))
        if len(numbers) == 5000:
            done.set()

    client.on_message = on_message
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_connect = _subscribe
    client.username_pw_set(UID, key.text)
    client.connect("127.0.0.1", double.mqtt_port)
    client.loop_start()
    assert subscribed.wait(20)
    assert double.publish_all(_uplinks(5000)) == 5000
    assert done.wait(60)
    client.disconnect()
    client.loop_stop()
    assert numbers == [message.payload for message in _uplinks(5000)]


def _subscribe(client: paho.Client, *_: object) -> None:
    client.subscribe("v3/+/devices/+/up", 1)


def _uplinks(count: int) -> Iterator[Publication]:
    for number in range(count):
        yield Publication(APPLICATION, TENANT, "pegel-01", f"{number}{'x' * 2000}".encode(), number)


def test_a_rate_is_kept_by_the_clock_that_was_given(start: Start) -> None:
    clock = ManualClock()
    assert start(clock=clock).publish_all(_uplinks(500), rate=100) == 500
    assert 5 * SECOND - SECOND // 100 <= clock.now() <= 5 * SECOND


def test_publishing_from_many_threads_loses_nothing(start: Start, key: ApiKey) -> None:
    double = start()
    me = RawClient(double.mqtt_port)
    me.connect(UID, key.text)
    me.packet()
    me.subscribe(("#", 0))

    def publish(name: int) -> None:
        for number in range(200):
            double.publish(APPLICATION, TENANT, f"pegel-{name:02d}", str(number).encode(), number)

    threads = [threading.Thread(target=publish, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    received = [me.published() for _ in range(800)]
    for thread in threads:
        thread.join()
    me.socket.close()
    for name in range(4):
        own = [payload for topic, payload in received if f"pegel-{name:02d}" in topic]
        assert own == [str(number).encode() for number in range(200)]


def test_on_its_own_it_prints_where_it_is_publishes_and_ends_on_a_signal() -> None:
    order = [sys.executable, "-m", "simulator.double", "--uplinks", "50", "--devices", "5", "--for", "60"]
    with subprocess.Popen(order, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            card = json.loads(process.stdout.readline())
            me = RawClient(card["mqtt_port"])
            me.connect(card["username"], card["key"])
            me.packet()
            me.send(b"\x82\6\0\1\0\1#\0")
            assert me.packet() == (0x90, b"\0\1\0")
            assert json.loads(me.published()[1])["end_device_ids"]["device_id"].startswith("sensor-")
            assert httpx.get(f"{card['url']}/api/v3/auth_info").status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            me.socket.close()
        finally:
            process.kill()
