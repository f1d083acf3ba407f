"""Every message captured from a real The Things Stack ends in the right state, with its reason.

The table beside the data lists them one by one, once for applications that take simulated messages and once without.
"""

import csv
import json
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from ingest.importing import messages
from simulator.double import accounts
from simulator.double.server import Double
from smartregion import timestamps
from smartregion.clock import ManualClock
from tests.ingest.conftest import KEY, connected, make_region
from tests.ingest.test_wire import MINIMAL, RICH
from tests.ingest.world import assert_balanced, running

DATA = Path(__file__).parent.parent / "data"
SUBSCRIBED = ("up", "join", "location/solved")
CAPTURED_AT = timestamps.parse("2026-11-22T18:30:00Z")
PROFILES = [
    {"device": "klima-*", "brand": "milesight-iot", "model": "em300-th"},
    {"device": "raum-elsys-*", "brand": "elsys", "model": "ers"},
    {"device": "pegel-*", "brand": "dragino", "model": "ldds75"},
    {"device": "parkplatz-*", "brand": "bosch", "model": "tps110"},
    {"device": "abp-*", "brand": "elsys", "model": "ers"},
]


class Captured(NamedTuple):
    topic: str
    payload: bytes
    line: bytes

    @property
    def kind(self) -> str:
        return self.topic.split("/", 4)[4]

    @property
    def device_id(self) -> str:
        return self.topic.split("/")[3]


def captured() -> list[Captured]:
    lines = [line for line in (DATA / "tts-captured.jsonl").read_bytes().split(b"\n") if line]
    parsed = [json.loads(line) for line in lines]
    return [Captured(each["topic"], each["payload"].encode(), line) for each, line in zip(parsed, lines, strict=True)]


def expected(*, accept_simulated: bool) -> list[tuple[str, str]]:
    ending = "_if_simulated_accepted" if accept_simulated else ""
    with (DATA / "tts-captured-expected.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", restval=""))
    return [(row[f"state{ending}"], row[f"reason{ending}"]) for row in rows]


@pytest.mark.parametrize("accept_simulated", [False, True])
def test_all_captured_messages_end_as_listed(tmp_path: Path, accept_simulated: bool) -> None:
    everything = captured()
    by_mqtt = [each for each in everything if each.kind in SUBSCRIBED]
    clock = ManualClock(CAPTURED_AT)
    with Double([accounts.Application(id="umwelt-sensorik", keys=(KEY,))]) as double:
        county = make_region(double, ttn_tenant="", accept_simulated=accept_simulated, profiles=PROFILES)
        with running(county, tmp_path, clock) as world, connected(county.applications[0], KEY.text, clock) as received:
            received.wait_for(lambda: bool(double.connected()))
            time.sleep(0.2)
            for each in by_mqtt:
                double.publish("umwelt-sensorik", "", each.device_id, each.payload, CAPTURED_AT, each.kind)
            received.wait_for(lambda: len(received.messages) == len(by_mqtt))
            rest = (each.line for each in everything if each.kind not in SUBSCRIBED)
            world.collector.keep([*received.messages, *messages(rest, "import", CAPTURED_AT)])
            world.wait_for_messages(len(everything))

    fate = world.fate()
    assert len(everything) == 147
    found = [(fate[each.payload].state.value, fate[each.payload].cause) for each in everything]
    differing = [
        (number, one, other)
        for number, (one, other) in enumerate(zip(found, expected(accept_simulated=accept_simulated), strict=True), 1)
        if one != other
    ]
    assert not differing
    assert_balanced(world.book)


def test_the_rich_and_the_minimal_example_are_stored(tmp_path: Path) -> None:
    clock = ManualClock(timestamps.parse("2026-04-21T06:31:10Z"))
    with Double([accounts.Application(id="umwelt-sensorik", keys=(KEY,))]) as double:
        county = make_region(double, profiles=[{"device": "pegel-*", "brand": "dragino", "model": "ldds75"}])
        second = county.applications[0].model_copy(update={"id": "hochwasser", "ttn_tenant": ""})
        county = county.model_copy(update={"applications": (*county.applications, second)})
    with running(county, tmp_path, clock) as world:
        lines = [json.dumps(each).encode() for each in (RICH, MINIMAL)]
        world.collector.keep(list(messages(iter(lines), "import", clock.now())))
        world.wait_for_messages(2)

    latest = {(series.device, series.quantity): sample.value for series, sample in world.series.latest()}
    assert latest["umwelt-sensorik.klima-rathaus-01", "air.temperature"] == pytest.approx(30.8)
    assert latest["umwelt-sensorik.klima-rathaus-01", "air.relative_humidity"] == pytest.approx(50.5)
    assert latest["hochwasser.pegel-03", "level.distance"] == pytest.approx(0.536)
    assert latest["hochwasser.pegel-03", "radio.snr"] == -9.25
    assert_balanced(world.book)
