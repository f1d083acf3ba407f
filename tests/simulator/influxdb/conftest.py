"""A double of InfluxDB with three buckets, and clients with tokens of each kind."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from simulator.influxdb.server import ORG, Double

MONTH_SECONDS = 30 * 86_400


class Client:
    """Speaks to the double as a program with one token would."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def write(self, body: str | bytes, *, headers: dict[str, str] | None = None, **params: str) -> httpx.Response:
        """Write to w1 with seconds, unless told otherwise; an empty parameter is left out."""
        asked = {"org": ORG, "bucket": "w1", "precision": "s"} | params
        known = {name: value for name, value in asked.items() if value}
        return self.http.post("/api/v2/write", params=known, content=body, headers=headers)

    def ask(self, text: str, **form: str) -> httpx.Response:
        """Ask w1."""
        return self.http.post("/query", data={"db": "w1", "epoch": "s", "q": text} | form)

    def series(self, text: str, **form: str) -> list[dict[str, Any]]:
        """The series of the only statement's answer."""
        (result,) = self.ask(text, **form).json()["results"]
        assert "error" not in result, result
        return list(result.get("series", []))

    def delete(self, predicate: str, start: int = 0, stop: int = 100, bucket: str = "w1") -> httpx.Response:
        """Delete from w1 between two seconds of 1970."""
        body = {
            "start": f"1970-01-01T00:{start // 60:02d}:{start % 60:02d}Z",
            "stop": f"1970-01-01T00:{stop // 60:02d}:{stop % 60:02d}Z",
            "predicate": predicate,
        }
        return self.http.post("/api/v2/delete", params={"org": ORG, "bucket": bucket}, json=body)


@pytest.fixture(scope="module")
def running() -> Iterator[Double]:
    """One double for the tests of a module."""
    with Double() as double:
        yield double


@pytest.fixture
def double(running: Double) -> Iterator[Double]:
    """The double with w1, w2 and `short`, which keeps 30 days; all empty."""
    running.create_bucket("w1")
    running.create_bucket("w2")
    running.create_bucket("short", retention_seconds=MONTH_SECONDS)
    yield running
    for bucket in running.accounts.all_buckets():
        bucket.series.clear()
    for name in ("w1", "w2", "short"):
        running.delete_bucket(name)


Connect = Callable[..., Client]


@pytest.fixture
def connect(double: Double) -> Iterator[Connect]:
    """Makes clients; without a token the operator's."""
    opened: list[httpx.Client] = []

    def made(token: str | None = None, headers: dict[str, str] | None = None) -> Client:
        text = double.operator_token if token is None else token
        signed = {"Authorization": f"Token {text}"} if text else {}
        opened.append(httpx.Client(base_url=double.url, headers=signed | (headers or {})))
        return Client(opened[-1])

    yield made
    for each in opened:
        each.close()


@pytest.fixture
def client(connect: Connect) -> Client:
    """With the operator's token."""
    return connect()
