"""A broker that keeps sessions: what comes while the platform is away waits there, and is stored once."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from simulator.uplinks import Frame
from store.journal.protocol import LedgerRow
from tests.real.broker import PASSWORD, Mosquitto, program
from tests.whole.judging import assert_stored_once, ledger_of
from tests.whole.service import APPLICATION, Service, region_text

pytestmark = pytest.mark.real

COUNTER: Final = ("milesight-iot", "em300-di")
NO_HTTP: Final = 1


def _frames(first: int, number: int) -> list[Frame]:
    """Frames that count on, pulse by pulse."""
    now = time.time_ns()
    return [
        Frame(
            APPLICATION,
            "zaehler-01",
            now + n,
            session="AZikssPU5fYHGCk6S1xtfg==",
            f_cnt=n,
            f_port=85,
            payload=bytes.fromhex("05c8") + n.to_bytes(4, "little"),
        )
        for n in range(first, first + number)
    ]


def _region(broker: Mosquitto, **changes: object) -> str:
    """A region on this broker. There is no Storage Integration: what the broker does not keep is lost."""
    entries: dict[str, object] = {"ttn_tenant": "", "qos": 1, "client_id": "smartregion-test", **changes}
    return region_text(broker.port, NO_HTTP, profile=COUNTER, **entries)


def _assert_stored_once(data: Path, uplinks: int) -> LedgerRow:
    return assert_stored_once(data, {f"{APPLICATION}.zaehler-01": [*range(uplinks)]})


def _has_received(service: Service, least: int) -> bool:
    return service.totals()["received"] >= least


def _connections(service: Service) -> int:
    return service.told().count("mqtt connected")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def service(broker: Mosquitto, tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path, _region(broker), key=PASSWORD) as running:
        running.wait_until_ready()
        running.wait_for(lambda: _connections(running) == 1)
        yield running
    assert "Traceback" not in running.told()


def test_messages_of_the_time_without_a_platform_arrive_after_its_restart(broker: Mosquitto, service: Service) -> None:
    broker.publish(_frames(0, 100))
    service.wait_for(lambda: service.totals()["stored"] == 100)
    assert service.stop() == 0
    broker.publish(_frames(100, 400))
    service.start()
    service.wait_until_ready()
    service.wait_for(lambda: service.totals()["stored"] == 500)
    assert service.stop() == 0
    # Nothing was in hand when it stopped, so nothing comes twice.
    assert _assert_stored_once(service.data, 500).duplicate == 0


def test_messages_wait_through_a_restart_of_the_broker_too(broker: Mosquitto, service: Service) -> None:
    assert service.stop() == 0
    broker.publish(_frames(0, 300))
    broker.stop()
    broker.start()
    service.start()
    service.wait_until_ready()
    service.wait_for(lambda: service.totals()["stored"] == 300)
    assert service.stop() == 0
    _assert_stored_once(service.data, 300)


def test_what_a_kill_takes_from_memory_is_delivered_again_and_stored_once(broker: Mosquitto, service: Service) -> None:
    publishing = threading.Thread(target=broker.publish, args=(_frames(0, 5_000),))
    publishing.start()
    for least in (1_000, 2_000, 3_000):
        service.wait_for(partial(_has_received, service, least))
        service.kill()
        service.start()
        service.wait_until_ready()
    publishing.join()
    service.wait_for(lambda: service.totals()["stored"] == 5_000)
    assert service.stop() == 0
    _assert_stored_once(service.data, 5_000)


def test_a_message_is_acknowledged_only_when_the_journal_has_it(broker: Mosquitto, service: Service) -> None:
    """While the log's file is locked by another process nothing can be durable, so nothing may be acknowledged."""
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE'); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    locker = subprocess.Popen(
        [program("python3"), "-c", script, str(service.data / "log.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert locker.stdout is not None
        assert locker.stdout.readline() == b"locked\n"
        broker.publish(_frames(0, 50))
        service.wait_for(lambda: "journal away" in service.told())
        service.kill()
    finally:
        locker.communicate()
    assert ledger_of(service.data).received == 0

    service.start()
    service.wait_until_ready()
    service.wait_for(lambda: service.totals()["stored"] == 50)
    assert service.stop() == 0
    _assert_stored_once(service.data, 50)


def test_a_broker_that_comes_back_is_found_again(broker: Mosquitto, service: Service) -> None:
    broker.stop()
    service.wait_for(lambda: "mqtt away" in service.told())
    broker.start()
    service.wait_for(lambda: _connections(service) == 2)
    broker.publish(_frames(0, 20))
    service.wait_for(lambda: service.totals()["stored"] == 20)
    assert service.stop() == 0
    _assert_stored_once(service.data, 20)


def test_a_wrong_password_is_told_in_words(broker: Mosquitto, tmp_path: Path) -> None:
    (tmp_path / "wrong").mkdir()
    with Service(tmp_path / "wrong", _region(broker), key="not-the-password") as running:
        running.wait_for(lambda: "the server refuses the key (CONNACK 5)" in running.told())
        assert running.stop() == 0
    assert "not-the-password" not in running.told()
    assert "Traceback" not in running.told()


def test_tls_takes_a_certificate_that_is_trusted_and_tells_of_one_that_is_not(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run(
        [program("openssl"), *command.split(), "-addext", "subjectAltName=DNS:localhost"],
        check=True,
        capture_output=True,
    )
    with Mosquitto(tmp_path / "broker", certificate=(certificate, key)) as broker:
        region = _region(broker, server="localhost", tls=True)
        trusting = {"SSL_CERT_FILE": str(certificate)}
        (tmp_path / "stranger").mkdir()
        with (
            Service(tmp_path, region, key=PASSWORD, extra=trusting) as trusted,
            Service(tmp_path / "stranger", region, key=PASSWORD) as stranger,
        ):
            trusted.wait_for(lambda: _connections(trusted) == 1)
            stranger.wait_for(lambda: f"the certificate of localhost:{broker.port} is not trusted" in stranger.told())
            assert trusted.stop() == 0
            assert stranger.stop() == 0


def test_what_does_not_fit_into_memory_stays_with_the_broker_until_there_is_room(
    broker: Mosquitto, tmp_path: Path
) -> None:
    """A megabyte of memory, two of messages not acknowledged, and a log that is locked for a while."""
    large = [each._replace(decoded={"filler": "x" * 9_000}) for each in _frames(0, 600)]
    region = _region(broker) + "\n[journal]\nmemory_megabytes = 1\n"
    with Service(tmp_path, region, key=PASSWORD) as service:
        service.wait_until_ready()
        service.wait_for(lambda: _connections(service) == 1)
        with _locked(service.data / "log.db"):
            broker.publish(large)
            service.wait_for(lambda: "the journal takes no more messages" in service.told())
        service.wait_for(lambda: service.totals()["stored"] == 600)
        assert service.stop() == 0
        assert "lost_live=0" in service.told()
        assert "Traceback" not in service.told()
    _assert_stored_once(service.data, 600)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Another process holds the file for itself."""
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE'); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    command = [program("python3"), "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as locker:
        assert locker.stdout is not None
        assert locker.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            locker.communicate()
