"""InfluxQL over /query: what a real 2.9.1 answered, its forms, and where it hides errors."""

import json

import msgspec
import pytest

from simulator.influxdb.server import Double
from tests.simulator.influxdb.conftest import Client, Connect

LINES = """water,point=a,device=d1 volume=1,flow=10 1
water,point=a,device=d1 volume=2.5 2
water,point=b,device=d2,phase=L1 volume=7 2
air,point=a temperature=21 3"""


@pytest.fixture
def filled(client: Client) -> Client:
    assert client.write(LINES).status_code == 204
    return client


def _bound(**given: object) -> str:
    return json.dumps(given)


def test_rows_of_each_series_come_with_all_tags_and_missing_fields_empty(filled: Client) -> None:
    found = filled.series('SELECT "volume", "flow" FROM "water" WHERE time >= 0 AND time < 3s GROUP BY *')
    assert found == [
        {
            "name": "water",
            "tags": {"device": "d1", "phase": "", "point": "a"},
            "columns": ["time", "volume", "flow"],
            "values": [[1, 1, 10], [2, 2.5, None]],
        },
        {
            "name": "water",
            "tags": {"device": "d2", "phase": "L1", "point": "b"},
            "columns": ["time", "volume", "flow"],
            "values": [[2, 7, None]],
        },
    ]


@pytest.mark.parametrize(
    ("statement", "rows"),
    [
        ("SELECT volume FROM water WHERE time > 1s", [[2, 2.5], [2, 7]]),
        ("SELECT volume FROM water WHERE time <= '1970-01-01T00:00:01Z'", [[1, 1]]),
        ("SELECT volume FROM water WHERE time >= '1970-01-01 00:00:02' AND point = 'a'", [[2, 2.5]]),
        ("SELECT volume FROM water WHERE phase = ''", [[1, 1], [2, 2.5]]),
        ("SELECT volume FROM water WHERE point =~ /^(b|c)$/", [[2, 7]]),
        ("SELECT volume FROM water WHERE (point = 'a' OR point = 'b') AND volume > 2", [[2, 2.5], [2, 7]]),
        ("SELECT volume FROM water ORDER BY time DESC LIMIT 1", [[2, 7]]),
        ("SELECT volume FROM water LIMIT 1 OFFSET 1", [[2, 2.5]]),
        ("SELECT volume, point FROM water WHERE point = 'b'", [[2, 7, "b"]]),
        ("SELECT last(volume), device FROM water WHERE point = 'a'", [[2, 2.5, "d1"]]),
        ("SELECT count(volume) FROM water", [[0, 3]]),
        ("SELECT count(volume), min(volume), max(volume) FROM water WHERE time >= 2s", [[2, 2, 2.5, 7]]),
        ("SELECT mean(volume) FROM water WHERE time >= 1s GROUP BY time(2s) fill(none)", [[0, 1], [2, 4.75]]),
        ('SELECT temperature FROM "w1"."autogen"."air"', [[3, 21]]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_statement_gives_the_rows_influxql_would(statement: str, rows: list[list[object]], filled: Client) -> None:
    assert filled.series(statement)[0]["values"] == rows


@pytest.mark.parametrize("what", ["volume FROM nope", "nope FROM water", "volume FROM water WHERE point = 1"])
def test_a_wrong_name_is_an_empty_answer_and_no_error(what: str, filled: Client) -> None:
    assert filled.ask(f"SELECT {what}").json() == {"results": [{"statement_id": 0}]}


class TestParameters:
    """Values are bound, never read."""

    def test_are_literals(self, filled: Client) -> None:
        given = _bound(p="a", a=0, b=2_000_000_000)
        statement = "SELECT volume FROM water WHERE point = $p AND time >= $a AND time < $b"
        assert filled.series(statement, params=given)[0]["values"] == [[1, 1]]
        assert filled.series("SELECT volume FROM water WHERE point=$p", params=_bound(p="a' OR point='b")) == []

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ("{}", "failed to parse query: missing parameter: p"),
            (_bound(p=None), "failed to parse query: unable to bind parameter with type <nil>"),
            (_bound(p=[1]), "failed to parse query: unable to bind parameter with type []interface {}"),
            ("{", "error parsing query parameters"),
        ],
    )
    def test_that_cannot_be_bound_are_a_400(self, given: str, words: str, filled: Client) -> None:
        reply = filled.ask("SELECT volume FROM water WHERE point = $p", params=given)
        assert reply.status_code == 400
        assert reply.json()["message"].startswith(words)

    def test_objects_become_names_so_never_pass_one_from_outside(self, filled: Client) -> None:
        given = _bound(f={"identifier": "volume"}, r={"regex": "^b$"})
        assert filled.series("SELECT $f FROM water WHERE point =~ $r", params=given)[0]["values"] == [[2, 7]]

    def test_a_bad_time_is_told_inside_a_200(self, filled: Client) -> None:
        reply = filled.ask("SELECT volume FROM water WHERE time > $t", params=_bound(t="soon"))
        assert (reply.status_code, reply.json()["results"][0]["error"]) == (200, "invalid timestamp string")


class TestErrors:
    """Status, then the error of each result, then their number."""

    @pytest.mark.parametrize("text", ["SELEC volume FROM water", "SELECT volume", "SELECT volume FROM water LIMIT x"])
    def test_what_cannot_be_read_is_a_400(self, text: str, filled: Client) -> None:
        reply = filled.ask(text)
        assert (reply.status_code, reply.json()["code"]) == (400, "invalid")
        assert reply.json()["message"].startswith("failed to parse query: ")

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("SELECT bad(volume) FROM water", "undefined function bad()"),
            ("SELECT volume, count(volume) FROM water", "mixing aggregate and non-aggregate queries is not supported"),
        ],
    )
    def test_what_makes_no_sense_is_told_inside_a_200(self, text: str, words: str, filled: Client) -> None:
        reply = filled.ask(text)
        assert (reply.status_code, reply.json()["results"]) == (200, [{"statement_id": 0, "error": words}])

    def test_of_several_statements_one_loses_its_reason_and_the_rest_is_missing(self, filled: Client) -> None:
        reply = filled.ask("SELECT bad(volume) FROM water; SELECT volume FROM water")
        assert reply.json()["results"] == [{"statement_id": 0, "error": "not executed"}]

    def test_an_empty_question_is_answered_by_nothing(self, filled: Client) -> None:
        assert filled.ask("").json() == {}
        assert filled.http.post("/query", json={"db": "w1", "q": "SELECT volume FROM water"}).json() == {}

    def test_what_a_token_may_not_read_is_as_if_it_were_not_there(self, double: Double, connect: Connect) -> None:
        missing = {"statement_id": 0, "error": "database not found: w1"}
        for token in (double.create_token(write=["w1"]), double.create_token(read=["w2"])):
            assert connect(token).ask("SELECT v FROM w").json()["results"] == [missing]
        shown = connect(token).ask("SHOW MEASUREMENTS").json()["results"][0]
        assert shown["error"] == "default retention policy not set for: w1"

    @pytest.mark.parametrize(("token", "words"), [("wrong", "Unauthorized"), ("", "unauthorized access")])
    def test_an_unknown_token_is_a_401(self, token: str, words: str, connect: Connect) -> None:
        reply = connect(token).ask("SELECT v FROM w")
        assert (reply.status_code, reply.json()["message"]) == (401, words)


class TestForms:
    """JSON, msgpack, CSV; times; chunks."""

    @pytest.mark.parametrize(
        ("epoch", "time"),
        [
            ("ns", 3_000_000_000),
            ("u", 3_000_000),
            ("ms", 3000),
            ("m", 0),
            ("xx", 3_000_000_000),
            ("", "1970-01-01T00:00:03Z"),
        ],
    )
    def test_the_time_is_as_asked_for(self, epoch: str, time: object, filled: Client) -> None:
        assert filled.series("SELECT temperature FROM air", epoch=epoch)[0]["values"] == [[time, 21]]

    def test_msgpack_keeps_floats(self, filled: Client) -> None:
        reply = filled.http.post(
            "/query",
            data={"db": "w1", "q": "SELECT temperature FROM air", "epoch": "ns"},
            headers={"Accept": "application/x-msgpack"},
        )
        assert reply.headers["Content-Type"] == "application/x-msgpack"
        value = msgspec.msgpack.decode(reply.content)["results"][0]["series"][0]["values"][0][1]
        assert isinstance(value, float)

    def test_chunks_are_documents_of_their_own(self, filled: Client) -> None:
        reply = filled.ask("SELECT volume FROM water", chunked="true", chunk_size="2")
        first, second = (json.loads(line)["results"][0] for line in reply.text.splitlines())
        assert (first["partial"], first["series"][0]["partial"]) == (True, True)
        assert "partial" not in second
        assert [len(each["series"][0]["values"]) for each in (first, second)] == [2, 1]

    def test_csv_swallows_every_error(self, filled: Client) -> None:
        reply = filled.http.post(
            "/query", data={"db": "w1", "q": "SELECT bad(volume) FROM water"}, headers={"Accept": "application/csv"}
        )
        assert (reply.status_code, reply.text) == (200, "")

    def test_whole_floats_lose_their_point_in_json(self, filled: Client) -> None:
        assert "[3,21]" in filled.ask("SELECT temperature FROM air").text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SHOW MEASUREMENTS", [["air"], ["water"]]),
        ("SHOW DATABASES", [["_monitoring"], ["_tasks"], ["short"], ["w1"], ["w2"]]),
        ("SHOW FIELD KEYS ON w1 FROM water", [["flow", "float"], ["volume", "float"]]),
        ("SHOW TAG KEYS FROM water", [["device"], ["phase"], ["point"]]),
        ("SHOW TAG VALUES FROM water WITH KEY = device", [["device", "d1"], ["device", "d2"]]),
        ("SHOW SERIES FROM air", [["air,point=a"]]),
    ],
)
def test_names_are_shown(text: str, values: list[list[str]], filled: Client) -> None:
    assert filled.series(text)[0]["values"] == values


@pytest.mark.parametrize("name", ["Müller-Stadt", "a b", "dot.name", "quo'te", "eur€", "semi;colon"])
def test_a_bucket_of_any_name_is_a_database(name: str, double: Double, client: Client) -> None:
    double.create_bucket(name)
    assert client.write("w v=1 1", bucket=name).status_code == 204
    assert client.series("SELECT v FROM w", db=name)[0]["values"] == [[1, 1]]
    double.delete_bucket(name)


def test_a_slash_in_a_buckets_name_parts_database_and_policy(double: Double, client: Client) -> None:
    double.create_bucket("x/y")
    client.write("w v=1 1", bucket="x/y")
    assert client.series("SELECT v FROM w", db="x", rp="y")[0]["values"] == [[1, 1]]
    assert "database not found" in client.ask("SELECT v FROM w", db="x/y").text
    assert "default retention policy not set for: x" in client.ask("SELECT v FROM w", db="x").text
    double.delete_bucket("x/y")
