"""Deletes, as tried on a real 2.9.1: 204 says nothing of what is gone."""

import pytest

from simulator.influxdb.server import Double
from tests.simulator.influxdb.conftest import Client, Connect

LINES = """m1,device=da v=3 10
m1,device=da v=3 20
m1,device=db v=3 10
m1 v=3 10
m2,device=da,site=s\\ 1 v=3 10"""
ALL = {"m1/da": 2, "m1/db": 1, "m1/": 1, "m2/da": 1}


@pytest.fixture
def filled(client: Client) -> Client:
    assert client.write(LINES).status_code == 204
    return client


def _left(client: Client) -> dict[str, int]:
    found = client.series("SELECT count(v) FROM m1, m2 GROUP BY device")
    return {f"{each['name']}/{each['tags']['device']}": each["values"][0][1] for each in found}


def _without(*names: str) -> dict[str, int]:
    return {name: count for name, count in ALL.items() if name not in names}


@pytest.mark.parametrize(
    ("predicate", "left"),
    [
        ('device="da"', _without("m1/da", "m2/da")),
        ('(device="da")', _without("m1/da", "m2/da")),
        ("device=da", _without("m1/da", "m2/da")),
        ('_measurement="m1" AND device="da"', _without("m1/da")),
        ('_measurement="m2" AND site="s 1"', _without("m2/da")),
        ('device!="da"', _without("m1/db")),
        ('_measurement="m1" AND device!="da"', _without("m1/db")),
        ('_measurement!="m1"', ALL),
        ('nosuch="x"', ALL),
        ('nosuch!="x"', ALL),
        ('v="3"', ALL),
        ("v=3", ALL),
        ('device=""', ALL),
        ("", {}),
    ],
)
def test_a_predicate_chooses_what_the_real_server_chose(predicate: str, left: dict[str, int], filled: Client) -> None:
    assert filled.delete(predicate).status_code == 204
    assert _left(filled) == left


@pytest.mark.parametrize(
    ("predicate", "status", "code"),
    [
        ('_field="v"', 501, "not implemented"),
        ('device="da" AND _field="v"', 501, "not implemented"),
        ('device="da" OR device="db"', 400, "invalid"),
        ('device=~"d."', 400, "invalid"),
        ("device='da'", 400, "invalid"),
        ('device="da', 400, "invalid"),
    ],
)
def test_what_is_not_understood_deletes_nothing(predicate: str, status: int, code: str, filled: Client) -> None:
    reply = filled.delete(predicate)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert _left(filled) == ALL


def test_both_ends_are_included(filled: Client) -> None:
    filled.delete('device="da"', 10, 20)
    assert _left(filled) == _without("m1/da", "m2/da")


def test_an_end_before_the_start_deletes_nothing(filled: Client) -> None:
    assert filled.delete("", 20, 10).status_code == 204
    assert _left(filled) == ALL


def test_written_again_after_a_delete_it_is_seen(filled: Client) -> None:
    filled.delete("")
    filled.write(LINES)
    assert _left(filled) == ALL


@pytest.mark.parametrize("stop", ["", "1970-01-02"])
def test_times_must_be_whole(stop: str, client: Client) -> None:
    body = {"start": "1970-01-01T00:00:00Z", "stop": stop}
    reply = client.http.post("/api/v2/delete", params={"org": "county", "bucket": "w1"}, json=body)
    assert reply.status_code == 400


def test_the_bucket_must_be_there_and_the_token_may_write_it(double: Double, connect: Connect) -> None:
    assert connect().delete("", bucket="nope").status_code == 404
    assert connect(double.create_token(write=["w1"])).delete("").status_code == 204
    assert connect(double.create_token(read=["w1"])).delete("").status_code == 403
