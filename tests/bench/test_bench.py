"""Every benchmark runs in tiny size and gives JSON of one shape. What it measures is looked at by people, not here."""

import json
import tomllib
from collections import defaultdict
from dataclasses import replace

import pytest

from bench import telegraf
from bench.__main__ import BENCHMARKS, main
from bench.figure import Figure, number, percentile, rounded
from bench.size import QUICK
from cli.demo_store import DemoInflux

RESULT = {"benchmark", "conditions", "figures", "details", "seconds", "machine"}
FIGURE = {"what", "value", "unit", "at_most", "at_least", "wanted", "met"}


@pytest.mark.real
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_benchmark_prints_one_json_object_and_a_table(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([name, "--quick", "--markdown"])

    first, *table = capsys.readouterr().out.splitlines()
    result = json.loads(first)
    assert result.keys() == RESULT
    assert result["benchmark"] == name
    assert result["figures"]
    for figure in result["figures"]:
        assert figure.keys() == FIGURE
        assert figure["value"] is None or figure["value"] >= 0
        assert any(line.startswith(f"| {figure['what']} |") for line in table)


def test_telegraf_would_listen_to_every_application() -> None:
    card = {"mqtt_port": 1883, "keys": defaultdict(lambda: "key")}
    text = telegraf.configuration(card, replace(QUICK, devices=60), DemoInflux("http://127.0.0.1:8086", "v1"))

    read = tomllib.loads(text)
    users = {each["username"] for each in read["inputs"]["mqtt_consumer"]}
    assert len(users) == 6
    assert read["outputs"]["influxdb"][0]["urls"] == ["http://127.0.0.1:8086"]


def test_a_bound_is_met_missed_or_not_known() -> None:
    assert Figure("memory", 200.0, "MB", at_most=256).met
    assert Figure("rate", 9_000.0, "uplinks/s", at_least=10_000).met is False
    assert Figure("rate", None, "uplinks/s", at_least=10_000).met is None
    assert Figure("idle", 200.0, "MB").met is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (0.012345, "0.0123"), (1.0, "1"), (12.345, "12.3"), (123.45, "123"), (12345.6, "12\u202f346")],
)
def test_numbers_show_three_digits_that_count(value: float, text: str) -> None:
    assert number(value) == text


def test_rounding_keeps_what_is_not_there() -> None:
    assert rounded(None) is None


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.99) == 5.0
    assert percentile([7.0], 0.5) == 7.0
