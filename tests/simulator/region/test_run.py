"""The county as a process of its own: it tells its ports, answers for its past, publishes its present, and ends."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.region.history import RegionHistory, schedule
from simulator.region.plan import PRESENT, plan
from simulator.region.run import publish
from simulator.uplinks import Frame
from smartregion.clock import DAY, ManualClock

ARGUMENTS = ("--devices", "30", "--days", "2", "--speed", "60")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "simulator.region", *ARGUMENTS]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        yield child
        if child.poll() is None:
            child.kill()


def card_of(child: subprocess.Popen[str]) -> dict[str, Any]:
    assert child.stdout is not None
    card: dict[str, Any] = json.loads(child.stdout.readline())
    return card


def test_it_answers_for_its_past_and_ends_when_its_input_closes(process: subprocess.Popen[str]) -> None:
    card = card_of(process)
    key = card["keys"]["SMARTREGION_KEY_MUSTERSTADT"]
    url = f"{card['url']}/api/v3/as/applications/smart-musterstadt/packages/storage/uplink_message/count"
    counts = httpx.get(url, headers={"Authorization": f"Bearer {key}"}).json()["count"]
    assert len(counts) >= 8
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(10) == 0


def test_it_ends_on_a_signal(process: subprocess.Popen[str]) -> None:
    assert card_of(process)["mqtt_port"] > 0
    process.terminate()
    assert process.wait(10) == 0


def test_frames_are_published_when_their_time_has_come_and_joins_before_new_sessions() -> None:
    county = plan(2, 20)
    begin = PRESENT
    clock, ended, kinds = ManualClock(begin), threading.Event(), list[str]()

    def send(frame: Frame, kind: str) -> None:
        assert clock.now() >= frame.handled_at
        kinds.append(kind)
        if clock.now() > begin + 20 * DAY:
            ended.set()

    publish(send, schedule(county, begin), clock, ended)
    past = RegionHistory(county, begin, begin + 20 * DAY)
    expected = sum(sum(past.count(application, None, 0, 2**63 - 1).values()) for application in county.by_application)
    assert kinds.count("up") == expected + 1
    assert kinds.count("join") >= 1
