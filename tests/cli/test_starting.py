"""The first minutes: write a region file, check it, listen to a source, look at the demo."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from simulator.double import accounts
from simulator.double.server import Double, Setup
from smartregion import region
from tests.cli.conftest import frame, publish
from tests.whole.command import smartregion
from tests.whole.service import APPLICATION, KEY, PROGRAM, TENANT, environment, region_of, region_text

BLIND = accounts.new_key((accounts.DEVICES_READ,))


@contextmanager
def _talking(double: Double) -> Iterator[None]:
    """Uplinks come as long as this lasts."""
    ended = threading.Event()

    def talk() -> None:
        number = 0
        while not ended.wait(0.1):
            number += 1
            publish(double, frame(number, time.time_ns()))

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


@pytest.fixture(scope="module")
def open_stack() -> Iterator[Double]:
    """A Things Stack with a key that may read and one that may not."""
    application = accounts.Application(id=APPLICATION, tenant=TENANT, keys=(KEY, BLIND))
    with Double([application]) as running:
        yield running


@pytest.fixture
def county(open_stack: Double, tmp_path: Path) -> Path:
    file = tmp_path / "region.toml"
    file.write_text(region_of(open_stack), encoding="utf-8")
    return file


def test_init_writes_a_file_that_is_right_and_never_over_another(tmp_path: Path) -> None:
    file = tmp_path / "region.toml"
    written = smartregion("init", file, "--lang", "de")
    assert written.status == 0
    assert f"{file} geschrieben" in written.words
    assert region.parse(file.read_text(encoding="utf-8")).name == "Kreis Musterland"

    file.write_text("mine", encoding="utf-8")
    again = smartregion("init", file)
    assert again.status == 1
    assert str(file) in again.err
    assert file.read_text(encoding="utf-8") == "mine"


def test_check_after_init_says_which_key_is_missing(tmp_path: Path) -> None:
    smartregion("init", tmp_path / "region.toml")
    told = smartregion("check", "--region", tmp_path / "region.toml", "--data", tmp_path / "data")
    assert told.status == 1
    assert "SMARTREGION_KEY_UMWELT" in told.words
    assert not (tmp_path / "data").exists()


def test_check_finds_nothing_where_all_is_well(county: Path, tmp_path: Path) -> None:
    told = smartregion("check", "--region", county, "--data", tmp_path / "data", "--json")
    assert told.status == 0, told.out
    assert [each["status"] for each in told.rows()] == ["fine"] * 5
    assert "in Ordnung" in smartregion("check", "--region", county, "--data", tmp_path, "--lang", "de").words


def test_check_tells_a_key_without_the_right_to_read(county: Path, tmp_path: Path) -> None:
    typed = ("check", "--region", county, "--data", tmp_path / "data", "--json")
    told = smartregion(*typed, extra={"SMARTREGION_KEY": BLIND.text})
    assert told.status == 1
    assert any("lacks the right to read messages" in each["why"] for each in told.rows())


def test_check_takes_a_server_without_storage_as_fine_and_says_what_that_means(tmp_path: Path) -> None:
    application = accounts.Application(id=APPLICATION, keys=(KEY,))
    with Double([application], setup=Setup(storage=False)) as double:
        (tmp_path / "region.toml").write_text(region_of(double, ttn_tenant=""), encoding="utf-8")
        told = smartregion("check", "--region", tmp_path / "region.toml", "--data", tmp_path / "data", "--json")
    assert told.status == 0, told.out
    assert "has no Storage Integration" in told.rows()[-1]["why"]


def test_source_test_shows_what_comes(county: Path, open_stack: Double, tmp_path: Path) -> None:
    with _talking(open_stack):
        told = smartregion("source", "test", "--for", "1.5", "--region", county, "--data", tmp_path)
    assert told.status == 0, told.err
    assert f"v3/{APPLICATION}@{TENANT}/devices/klima-01/up {{" in told.out
    assert list(tmp_path.iterdir()) == [county]


@pytest.mark.parametrize(
    ("key", "words"),
    [(accounts.new_key(), "refuses the key (CONNACK 5)"), (BLIND, "lacks the right to read messages")],
    ids=["a wrong key", "a key without the right to read"],
)
def test_source_test_tells_what_is_wrong_with_the_key(
    key: accounts.ApiKey, words: str, county: Path, tmp_path: Path
) -> None:
    typed = ("source", "test", "--for", "0", "--region", county, "--data", tmp_path)
    told = smartregion(*typed, extra={"SMARTREGION_KEY": key.text})
    assert told.status == 1
    assert words in told.err


def test_source_test_tells_a_server_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "region.toml").write_text(region_text(1, 1), encoding="utf-8")
    told = smartregion("source", "test", "--region", tmp_path / "region.toml", "--data", tmp_path)
    assert told.status == 1
    assert "127.0.0.1:1 can't be reached" in told.err


def _demo(folder: Path, *typed: str) -> "subprocess.CompletedProcess[str]":
    command = [str(PROGRAM), "demo", "--no-browser", "--port", "0", "--devices", "20", *typed]
    return subprocess.run(
        command, env={**environment(), "TMPDIR": str(folder)}, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_demo_ends_by_itself_with_a_ledger_and_leaves_nothing_behind(tmp_path: Path) -> None:
    ended = _demo(tmp_path, "--for", "5", "--lang", "en")
    assert ended.returncode == 0, ended.stderr
    assert "http://127.0.0.1:" in ended.stdout
    assert "received = stored + ignored + quarantined + queued + duplicate" in ended.stdout
    assert "Total" in ended.stdout
    assert "Traceback" not in ended.stdout + ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_demo_keeps_a_folder_that_was_named_and_goes_on_with_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    first = json.loads(_demo(tmp_path, "--for", "2", "--data", str(data), "--json").stdout)
    assert sum(row["stored"] for row in first) > 0
    kept = smartregion("ledger", "--data", data, "--json").rows()
    assert kept == first

    second = json.loads(_demo(tmp_path, "--for", "1", "--data", str(data), "--json").stdout)
    assert sum(row["stored"] for row in second) >= sum(row["stored"] for row in first)
    other = smartregion("demo", "--no-browser", "--seed", "2", "--data", data)
    assert other.status == 1
    assert "--seed 1" in other.err
