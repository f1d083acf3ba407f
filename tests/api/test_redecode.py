"""The door to decoding again: described, local only, and it tells what a run found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from queries.redecoding import Difference, Example, Failure, RedecodeOrder, RedecodeProgress
from smartregion.timestamps import parse
from tests.api.conftest import Api

ADDRESS = "/v1/admin/redecode"
LOCAL = "http://smartregion"
BODY = {"application": "wasser", "from": "2026-11-01", "to": "2026-11-08", "devices": ["b", "a", "b"]}


class Runs:
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.orders: list[RedecodeOrder] = []
        self.stopped = False

    def start(self, order: RedecodeOrder) -> None:
        self.orders.append(order)

    def progress(self) -> RedecodeProgress | None:
        if not self.orders:
            return None
        example = Example("change", "p", "wasser.a", "water.volume_total", (("line", "1"),), 0, 1.0, 2.0)
        difference = Difference("axioma/w1 1", "water.volume_total", 7, 0, 1, 0, [example])
        failure = Failure("no decoder", "no decoder for acme/x", "b", 3)
        return RedecodeProgress(self.orders[-1], total=9, done=4, differences=[difference], failures=[failure])

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def door(api: Api, runs: Runs) -> Iterator[Api]:
    before, api.app = api.app, create_app(api.queries, redecoding=runs)
    yield api
    api.app = before


def test_a_run_is_begun_and_looked_at(door: Api, runs: Runs) -> None:
    begun = door.call("POST", ADDRESS, base=LOCAL, body=BODY)

    assert begun.status_code == 202, begun.text
    assert runs.orders == [
        RedecodeOrder(
            application="wasser",
            start=parse("2026-11-01T00:00:00+01:00"),
            end=parse("2026-11-08T00:00:00+01:00"),
            devices=("a", "b"),
        )
    ]
    seen = door.call("GET", ADDRESS, base=LOCAL).json()
    assert (seen["state"], seen["total"], seen["done"], seen["from"]) == ("running", 9, 4, "2026-11-01T00:00:00+01:00")
    assert seen["differences"][0]["examples"][0]["attributes"] == {"line": "1"}
    assert seen["failures"][0]["messages"] == 3


def test_a_run_is_stopped(door: Api, runs: Runs) -> None:
    door.call("POST", ADDRESS, base=LOCAL, body=BODY)

    assert door.call("POST", f"{ADDRESS}/stop", base=LOCAL).status_code == 200
    assert runs.stopped


def test_before_the_first_run_there_is_none(door: Api) -> None:
    assert door.call("GET", ADDRESS, base=LOCAL).status_code == 404


def test_an_application_that_is_not_there_is_refused_with_those_that_are(door: Api, runs: Runs) -> None:
    told = door.call("POST", ADDRESS, base=LOCAL, body={**BODY, "application": "gas"})

    assert told.status_code == 422
    assert "wasser" in told.json()["detail"]
    assert runs.orders == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_is_not_reached_over_the_network(door: Api, method: str) -> None:
    assert door.call(method, ADDRESS, body=BODY if method == "POST" else None).status_code == 403


def test_each_answer_is_described_with_an_example(door: Api, tmp_path: Path) -> None:
    described = door.get("/v1/openapi.json").json()["paths"]

    for path in (ADDRESS, f"{ADDRESS}/stop"):
        for operation in described[path].values():
            assert operation["description"]
            answers = [content for answer in operation["responses"].values() for content in answer["content"].values()]
            assert all(content.get("example") for content in answers)
