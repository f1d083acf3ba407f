"""The demo on an InfluxDB: the double of 2.9 with tokens that it makes itself, and Debian's 1.6 without any."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.influxdb.server import Double
from tests.real.influx import Influx
from tests.whole.command import smartregion
from tests.whole.service import PROGRAM, environment

# Some minutes of real processes: they belong to the long part of the tests.
pytestmark = pytest.mark.real

RESULTS = ("stored", "ignored", "quarantined", "queued", "duplicate")


def _demo(folder: Path, url: str, *typed: str) -> list[dict[str, Any]]:
    command = [str(PROGRAM), "demo", "--no-browser", "--port", "0", "--devices", "20", "--for", "4", "--json"]
    ended = subprocess.run(
        [*command, "--data", str(folder / "data"), "--store", "influxdb", "--influxdb-url", url, *typed],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    return list(json.loads(ended.stdout))


def _check(rows: list[dict[str, Any]]) -> None:
    """Something is stored, and nothing unaccounted for."""
    assert sum(row["stored"] for row in rows) > 0
    assert all(row["received"] == sum(row[result] for result in RESULTS) for row in rows)


def test_on_the_double_of_2_9_it_makes_buckets_and_tokens_and_stores(tmp_path: Path) -> None:
    with Double(org="operators") as double:
        token = tmp_path / "operator.token"
        token.write_text(double.operator_token, encoding="utf-8")
        _check(_demo(tmp_path, double.url, "--influxdb-token-file", str(token)))
        buckets = {each.name: each for each in double.accounts.organisation("smartregion-demo").buckets.values()}
        assert {"smartregion", "musterstadt", "musterstadt_rollup"} <= set(buckets)
        assert any(stream.values for stream in buckets["musterstadt"].series.values())
        # Again, on the same folder: it goes on with what is there.
        _check(_demo(tmp_path, double.url, "--influxdb-token-file", str(token)))


@pytest.mark.real
def test_on_debians_1_6_it_makes_databases_and_stores(tmp_path: Path) -> None:
    with Influx(tmp_path / "influx") as influx:
        _check(_demo(tmp_path, influx.url, "--influxdb-write-path", "v1"))
        assert "musterstadt_rollup" in influx.command("SHOW DATABASES")
        assert '"values"' in influx.command('SHOW MEASUREMENTS ON "musterstadt"')


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--store", "influxdb"], "--store influxdb needs --influxdb-url"),
        (["--influxdb-url", "http://127.0.0.1:1"], "--influxdb-url counts only with --store influxdb"),
        (
            ["--store", "influxdb", "--influxdb-url", "127.0.0.1:8086"],
            "--influxdb-url is '127.0.0.1:8086'; write http://",
        ),
    ],
    ids=["no address", "no store", "no scheme"],
)
def test_options_that_contradict_each_other_are_told(typed: list[str], words: str, tmp_path: Path) -> None:
    told = smartregion("demo", "--no-browser", "--data", tmp_path / "data", *typed)
    assert told.status == 1
    assert words in told.words
    assert not (tmp_path / "data").exists()
