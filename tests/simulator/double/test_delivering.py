"""What the MQTT side takes as a filter, and what then arrives."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from simulator.double.accounts import ApiKey
from simulator.double.broker import Limits
from simulator.double.server import Double, Publication, Setup
from tests.simulator.double.bare import APPLICATION, TENANT, UID, RawClient
from tests.simulator.double.conftest import Connect, Start

DEVICE = "pegel-01"


def publish(double: Double, payload: bytes = b"{}", kind: str = "up", device: str = DEVICE) -> None:
    double.publish(APPLICATION, TENANT, device, payload, 1, kind)


@pytest.mark.parametrize(
    "wanted",
    ["v3/+/devices/+/up", "#", "v3/#", "v3/+", f"v3/{UID}/devices/+/join", f"v3/{UID}", "v3/+/devices/pegel-01/#"],
)
def test_own_filters_are_granted(caller: Connect, key: ApiKey, wanted: str) -> None:
    assert caller(key).subscribe((wanted, 0)) == [0]


@pytest.mark.parametrize(
    "wanted",
    [
        "v3/other/devices/+/up",
        "v3/hochwasser@kreis-musterland/devices/+/up",
        f"v3/{APPLICATION}/devices/+/up",
        "+/+/devices/+/up",
        "$share/group/v3/+/devices/+/up",
        "v3",
        "foo",
        f"/v3/{UID}/devices/+/up",
        "+",
    ],
)
def test_foreign_filters_are_refused_and_the_connection_lives(caller: Connect, key: ApiKey, wanted: str) -> None:
    me = caller(key)
    assert me.subscribe((wanted, 1)) == [0x80]
    me.ping()


def test_the_asked_quality_is_echoed_but_never_kept(double: Double, client: Connect, key: ApiKey) -> None:
    me = client(key)
    assert me.subscribe(("#", 0), ("foo", 1), ("v3/+/devices/+/up", 1), ("v3/#", 2)) == [0, 0x80, 1, 2]
    publish(double)
    assert me.published() == (f"v3/{UID}/devices/{DEVICE}/up", b"{}")


@pytest.mark.parametrize("wanted", [("a#", 0), ("+x", 0), ("v3/#/up", 0), ("v3/\0", 0), ("", 0), ("#", 3)])
def test_what_is_no_filter_ends_the_connection(caller: Connect, key: ApiKey, wanted: tuple[str, int]) -> None:
    with pytest.raises(EOFError):
        caller(key).subscribe(wanted)


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        ("#", ["up", "up/normalized", "join"]),
        ("v3/+/devices/+/up", ["up"]),
        ("v3/+/devices/+/up/#", ["up/normalized"]),
        ("v3/+/devices/+/#", ["up", "up/normalized", "join"]),
        ("v3/+", []),
        ("v3/+/devices/pegel-02/#", []),
        ("v3/+/devices/pegel-01/up/normalized", ["up/normalized"]),
    ],
)
def test_a_hash_does_not_match_its_parent(
    double: Double, client: Connect, key: ApiKey, wanted: str, kinds: list[str]
) -> None:
    me = client(key)
    me.subscribe((wanted, 0))
    for kind in ("up", "up/normalized", "join"):
        publish(double, kind.encode(), kind)
    double.counts()
    assert [me.published()[1].decode() for _ in kinds] == kinds
    me.ping()


def test_overlapping_filters_bring_one_copy(double: Double, client: Connect, key: ApiKey) -> None:
    me = client(key)
    me.subscribe(("#", 0), ("v3/+/devices/+/up", 1), ("v3/+/devices/pegel-01/+", 2))
    publish(double, b"once")
    publish(double, b"last")
    assert [me.published()[1] for _ in range(2)] == [b"once", b"last"]


def test_other_applications_are_never_heard(double: Double, client: Connect, key: ApiKey) -> None:
    me = client(key)
    me.subscribe(("#", 0))
    double.publish("hochwasser", TENANT, DEVICE, b"foreign", 1)
    publish(double, b"own")
    assert me.published()[1] == b"own"


def test_nothing_is_kept_for_later(double: Double, client: Connect, key: ApiKey) -> None:
    early = client(key)
    early.subscribe(("#", 0))
    early.socket.close()
    publish(double, b"missed")
    double.counts()
    late = client(key)
    late.subscribe(("#", 0))
    publish(double, b"heard")
    assert late.published()[1] == b"heard"


def test_unsubscribing_ends_delivery(double: Double, client: Connect, key: ApiKey) -> None:
    me = client(key)
    me.subscribe(("v3/+/devices/+/up", 0), ("v3/+/devices/+/join", 0))
    me.send(b"\xa2\x15\0\x08\0\x11v3/+/devices/+/up")
    assert me.packet() == (0xB0, b"\0\x08")
    publish(double, b"up")
    publish(double, b"join", "join")
    assert me.published()[1] == b"join"


def test_a_key_without_the_right_to_read_traffic_hears_nothing(
    double: Double, client: Connect, half_key: ApiKey
) -> None:
    me = client(half_key)
    assert me.subscribe(("v3/+/devices/+/up", 0)) == [0]
    publish(double)
    assert double.counts().unheard == 1
    me.ping()


def test_what_clients_publish_is_acknowledged_and_ignored(caller: Connect, key: ApiKey) -> None:
    me = caller(key)
    me.subscribe(("#", 0))
    topic = f"v3/{UID}/devices/{DEVICE}/up".encode()
    for text in (topic, b"foo"):
        body = len(text).to_bytes(2) + text + b"\0\x09" + b"{}"
        me.send(bytes((0x32, len(body))) + body)
        assert me.packet() == (0x40, b"\0\x09")
    me.send(bytes((0x34, 8)) + b"\0\x03foo\0\x0a" + b"!")
    assert me.packet() == (0x50, b"\0\x0a")
    me.send(b"\x62\2\0\x0a")
    assert me.packet() == (0x70, b"\0\x0a")
    me.ping()


def test_while_redis_is_down_sessions_live_and_messages_are_lost(double: Double, client: Connect, key: ApiKey) -> None:
    old = client(key)
    old.subscribe(("#", 0))
    double.redis_down()
    new = client(key)
    assert new.subscribe(("v3/+/devices/+/up", 0)) == [0]
    publish(double, b"lost")
    double.counts()
    double.redis_up()
    publish(double, b"heard")
    assert [me.published()[1] for me in (old, new)] == [b"heard", b"heard"]


SMALL = Setup(limits=Limits(buffer_bytes=100_000, queue_packets=64))


def _numbered(count: int, size: int) -> list[Publication]:
    return [
        Publication(APPLICATION, TENANT, DEVICE, json.dumps({"n": number, "fill": "x" * size}).encode(), number)
        for number in range(count)
    ]


def _subscribed(double: Double, key: ApiKey, receive_buffer: int | None = None) -> RawClient:
    me = RawClient(double.mqtt_port, receive_buffer)
    me.connect(UID, key.text)
    me.packet()
    me.subscribe(("#", 0))
    return me


def test_a_slow_reader_silently_loses_the_newest(start: Start, key: ApiKey) -> None:
    double = start(SMALL)
    slow = _subscribed(double, key, receive_buffer=4096)
    double.publish_all(_numbered(600, 2000), lossless=False)
    counts = double.counts()
    assert counts.dropped > 0
    assert counts.sent + counts.dropped == 600
    kept = [json.loads(slow.published()[1])["n"] for _ in range(counts.sent)]
    assert kept == list(range(counts.sent))
    slow.ping()
    double.publish_all(_numbered(1, 10), lossless=False)
    assert json.loads(slow.published()[1])["n"] == 0
    slow.socket.close()


def test_beside_a_slow_reader_a_prompt_one_gets_all(start: Start, key: ApiKey) -> None:
    double = start(SMALL)
    slow, prompt = _subscribed(double, key, receive_buffer=4096), _subscribed(double, key)
    for message in _numbered(400, 2000):
        double.publish_all([message], lossless=False)
        assert prompt.published()[1] == message.payload
    assert double.counts().dropped > 0
    slow.socket.close()
    prompt.socket.close()


def test_a_slow_reader_may_leave_three_megabytes_lying(start: Start, key: ApiKey) -> None:
    double = start()
    slow = _subscribed(double, key, receive_buffer=4096)
    double.publish_all(_numbered(3000, 2000), lossless=False)
    arrived = double.counts().sent
    assert 1450 < arrived < 1900
    slow.socket.close()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def test_lossless_publishing_waits_for_a_slow_reader(start: Start, key: ApiKey, pool: ThreadPoolExecutor) -> None:
    double = start(SMALL)
    messages = _numbered(2000, 500)
    slow = _subscribed(double, key, receive_buffer=4096)
    reader = pool.submit(lambda: [slow.published()[1] for _ in messages])
    assert double.publish_all(messages) == 2000
    assert reader.result() == [message.payload for message in messages]
    assert double.counts().dropped == 0
    slow.socket.close()


def test_lossless_publishing_goes_on_when_the_slow_reader_is_gone(
    start: Start, key: ApiKey, pool: ThreadPoolExecutor
) -> None:
    double = start(SMALL)
    slow = _subscribed(double, key, receive_buffer=4096)
    publishing = pool.submit(lambda: double.publish_all(_numbered(2000, 2000)))
    while not double.disconnect():
        pass
    assert publishing.result() == 2000
    slow.socket.close()


def test_stopping_lets_go_of_who_publishes(start: Start, key: ApiKey, pool: ThreadPoolExecutor) -> None:
    double = start(SMALL)
    slow = _subscribed(double, key, receive_buffer=4096)
    publishing = pool.submit(lambda: double.publish_all(_numbered(2000, 2000)))
    assert slow.published()
    double.stop()
    assert publishing.result() == 2000
    publish(double)
    slow.socket.close()
