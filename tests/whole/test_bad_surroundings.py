"""Where the platform can't run as it is told, it says what is wrong, where, and what to do; never a stack trace."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest

from simulator.double import accounts
from simulator.double.server import Double, Setup
from tests.whole.command import Outcome, smartregion
from tests.whole.service import Service, region_of, region_text, stack_application

TEN_MISTAKES: Final = """name = ""
time_zone = "Europe/Berlln"
language = "fr"
backfill_days = -1
colour = "blue"

[[tenants]]
key = "Musterstadt"
name = "Musterstadt"
latitude = 151.3

[[applications]]
id = "Umwelt Sensorik"
server = "https://eu1.cloud.thethings.network/"
tenant = "altenau"
domain = "weather"
key_env = "UMWELT_KEY"
mqtt_port = 88830
"""
PLACES: Final = {
    1: "name",
    2: "time_zone",
    3: "language",
    4: "backfill_days",
    5: "colour",
    8: "tenants[1].key",
    10: "tenants[1].latitude",
    13: "applications[1].id",
    14: "applications[1].server",
    15: "applications[1].tenant",
    16: "applications[1].domain",
    17: "applications[1].key_env",
    18: "applications[1].mqtt_port",
}


def _assert_told(outcome: Outcome, *words: str) -> None:
    """It failed, in words, all of these among them."""
    assert outcome.status == 1, outcome
    assert "Traceback" not in outcome.words
    for each in words:
        assert each in outcome.words, outcome.words


@pytest.fixture
def region(tmp_path: Path) -> Path:
    file = tmp_path / "region.toml"
    file.write_text(region_text(1, 1), encoding="utf-8")
    return file


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("command", ["check", "up"])
def test_a_broken_region_file_is_told_with_all_its_mistakes_and_their_lines(command: str, tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_text(TEN_MISTAKES, encoding="utf-8")
    outcome = smartregion(command, "--region", file, "--data", tmp_path / "data")
    _assert_told(outcome, f"{len(PLACES)} mistakes", *(f"line {line}: {place} " for line, place in PLACES.items()))
    assert "pattern" not in outcome.words  # that is for programmers
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b'name = "Kreis', "is not valid TOML", id="cut off"),
        pytest.param(b'name = "Kr\xe4is"\n', "can't be read", id="in Latin-1"),
        pytest.param(b"", "line 1: name is missing", id="empty"),
    ],
)
def test_a_region_file_that_is_none_is_told(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    file.write_bytes(content)
    _assert_told(smartregion("check", "--region", file, "--data", tmp_path / "data"), str(file), words)


def test_a_missing_region_file_is_told_with_the_way_to_one(tmp_path: Path) -> None:
    _assert_told(smartregion("up", "--data", tmp_path), str(tmp_path / "region.toml"), "smartregion init")


def test_a_missing_key_is_told_with_its_variable(region: Path, tmp_path: Path) -> None:
    outcome = smartregion("up", "--region", region, "--data", tmp_path / "data", extra={"SMARTREGION_KEY": ""})
    _assert_told(outcome, "SMARTREGION_KEY", "SMARTREGION_KEY_FILE")


def test_a_key_file_that_is_not_there_is_told(region: Path, tmp_path: Path) -> None:
    named = str(tmp_path / "no-key")
    outcome = smartregion("up", "--region", region, "--data", tmp_path, extra={"SMARTREGION_KEY_FILE": named})
    _assert_told(outcome, "SMARTREGION_KEY_FILE", named)


def test_a_taken_port_is_told(region: Path, tmp_path: Path, busy_port: int) -> None:
    outcome = smartregion("up", "--region", region, "--data", tmp_path / "data", "--port", str(busy_port))
    _assert_told(outcome, f"port {busy_port}", "--port")


def test_the_demo_tells_a_taken_port_and_leaves_nothing_behind(tmp_path: Path, busy_port: int) -> None:
    outcome = smartregion("demo", "--no-browser", "--port", str(busy_port), extra={"TMPDIR": str(tmp_path)})
    _assert_told(outcome, f"port {busy_port}", "--port")


@pytest.mark.parametrize("command", ["up", "check"])
@pytest.mark.parametrize("place", ["below a file", "where nobody may write"])
def test_a_data_folder_that_is_not_writable_is_told(command: str, place: str, region: Path) -> None:
    data = region / "data" if place == "below a file" else Path("/proc/smartregion")
    outcome = smartregion(command, "--region", region, "--data", data)
    _assert_told(outcome, "can't be used", "--data")
    assert str(data) in outcome.words.replace(" ", "")


def test_a_data_folder_that_is_a_file_is_told(region: Path) -> None:
    _assert_told(smartregion("up", "--region", region, "--data", region), str(region), "can't be used")


def test_a_wrong_key_is_told_in_words_that_help(tmp_path: Path) -> None:
    wrong = accounts.new_key().text
    with Double([stack_application()]) as double, Service(tmp_path, region_of(double), key=wrong) as service:
        service.wait_for(lambda: "refuses the key (CONNACK 5)" in service.told())
        service.wait_for(lambda: "check the API key in SMARTREGION_KEY" in service.told())
        outcome = smartregion("check", "--region", service.region, extra={"SMARTREGION_KEY": wrong})
        assert service.stop() == 0
    _assert_told(outcome, "refuses the key (CONNACK 5)", "check the API key in SMARTREGION_KEY")
    assert "Traceback" not in service.told()
    assert wrong not in service.told() + outcome.words


def test_a_broker_that_is_gone_at_the_start_is_awaited_while_the_pages_answer(tmp_path: Path) -> None:
    mqtt_port, http_port = _free_ports(2)
    with Service(tmp_path, region_text(mqtt_port, http_port)) as service:
        service.wait_for(lambda: f"127.0.0.1:{mqtt_port} can't be reached" in service.told())
        service.wait_until_ready()
        service.wait_for(lambda: "http://127.0.0.1:" in service.told())
        page = httpx.get(service.address(), follow_redirects=True, timeout=30)
        assert page.status_code == 200
        assert "Kreis Musterland" in page.text

        application = stack_application()
        with Double([application], setup=Setup(mqtt_port=mqtt_port, http_port=http_port)) as double:
            service.wait_for(lambda: bool(double.connected()))
            assert service.stop() == 0
    assert "Traceback" not in service.told()


def test_a_data_folder_in_use_is_told_with_the_process_that_has_it(tmp_path: Path) -> None:
    with Service(tmp_path, region_text(*_free_ports(2))) as service:
        service.wait_until_ready()
        outcome = smartregion("up", "--region", service.region, "--data", service.data, "--port", "0")
        _assert_told(outcome, "in use", f"process {service.process.pid}", "smartregion up", "--data")
        # The one that has it is not disturbed, and its socket still answers.
        assert service.ask("/healthz") == {"status": "ok"}
        assert service.stop() == 0


def _free_ports(number: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports
