"""Answers of an InfluxDB to questions: msgpack or JSON, in pieces, and errors that hide behind a 200."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import msgpack
import pytest

from smartregion.errors import Unavailable
from store.series.influxdb_address import InfluxAddress, InfluxTokens
from store.series.influxdb_http import Block, Limits, Server
from store.series.influxdb_statements import Condition, Statement

ASK = Statement.select(['"v"'], "water", Condition.between(0, 10))
SERIES: dict[str, Any] = {"name": "water", "tags": {"point": "a", "site": ""}, "columns": ["time", "v"]}
BLOCK = Block((("point", "a"),), ["time", "v"], [[5, 1.5], [6, 2.0]])
FIRST = {
    "results": [{"statement_id": 0, "series": [{**SERIES, "values": [[5, 1.5]], "partial": True}], "partial": True}]
}
SECOND = {"results": [{"statement_id": 0, "series": [{**SERIES, "values": [[6, 2]]}]}]}


def server(reply: Callable[[httpx.Request], httpx.Response]) -> Server:
    made = Server(InfluxAddress("http://influx"), InfluxTokens, Limits(rows=100))
    made._client = httpx.Client(base_url="http://influx", transport=httpx.MockTransport(reply))
    return made


def in_json(*documents: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    text = "\n".join(map(json.dumps, documents)) + "\n"
    return lambda _: httpx.Response(200, text=text, headers={"Content-Type": "application/json"})


def in_msgpack(*documents: dict[str, Any]) -> Callable[[httpx.Request], httpx.Response]:
    content = b"".join(map(msgpack.packb, documents))

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 3):
            yield content[start : start + 3]

    return lambda _: httpx.Response(200, content=pieces(), headers={"Content-Type": "application/x-msgpack"})


@pytest.mark.parametrize("written", [in_json, in_msgpack])
def test_pieces_come_together_in_either_form(written: Callable[..., Callable[[httpx.Request], httpx.Response]]) -> None:
    blocks = list(server(written(FIRST, SECOND)).ask("t", ASK))
    assert [block.tags for block in blocks] == [BLOCK.tags] * 2
    rows = [row for block in blocks for row in block.rows]
    assert [list(row) for row in rows] == BLOCK.rows
    assert all(isinstance(value, float) for row in rows for value in row[1:]) or written is in_msgpack


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        ([{"results": [{"statement_id": 0, "error": "undefined function bad()"}]}], "undefined function"),
        ([FIRST, {"results": [{"statement_id": 0, "error": "database not found: t"}]}], "missing, or the token"),
        ([FIRST, {"error": "timeout"}], "timeout"),
        ([{}], "with nothing"),
        ([], "with nothing"),
    ],
)
@pytest.mark.parametrize("written", [in_json, in_msgpack])
def test_an_error_behind_a_200_is_found(
    written: Callable[..., Callable[[httpx.Request], httpx.Response]], documents: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(Unavailable, match=words):
        list(server(written(*documents)).ask("t", ASK))


def test_nothing_of_the_asker_stands_in_the_question() -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"results": [{"statement_id": 0}]})

    evil = "a' OR 'x'='x"
    condition = Condition.between(0, 10).with_tags((("point", evil),)).with_one_of("tenant", [evil])
    assert list(server(reply).ask("t", Statement.select(['"v"'], "water", condition))) == []
    form = dict(httpx.QueryParams(asked[0].content.decode()))
    assert "OR" not in form["q"]
    assert json.loads(form["params"]) == {"start": 0, "last": 9, "tag0": evil, "tenant0": evil}
    assert form["epoch"] == "ns"


def test_too_many_rows_are_refused() -> None:
    rows = {"results": [{"series": [{**SERIES, "values": [[n, 1.0] for n in range(101)]}]}]}
    with pytest.raises(Unavailable, match="more than 100 rows"):
        list(server(in_msgpack(rows)).ask("t", ASK))


def test_what_does_not_answer_is_unavailable_with_the_address() -> None:
    def reply(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("timed out", request=request)

    with pytest.raises(Unavailable, match="http://influx does not answer: timed out"):
        list(server(reply).ask("t", ASK))
