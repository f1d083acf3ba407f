"""What goes wrong on demand: disk, tokens, refusals, slowness, the way to the server."""

import time

import httpx
import pytest

from simulator.influxdb.proxy import Proxy
from simulator.influxdb.server import ORG, Double
from tests.simulator.influxdb.conftest import Client, Connect


def test_on_a_full_disk_unacknowledged_points_are_seen_until_the_restart(double: Double, client: Client) -> None:
    assert client.write("w v=1 1").status_code == 204
    double.faults.fill_disk()
    refused = client.write("w v=9 1\nw v=2 2\nother v=1 1")
    assert (refused.status_code, refused.json()["code"]) == (500, "internal error")
    assert refused.json()["message"].startswith("unexpected error writing points to database: ")
    assert refused.json()["message"].endswith("no space left on device")
    assert client.series("SELECT v FROM w")[0]["values"] == [[1, 9], [2, 2]]
    assert [client.http.get(path).status_code for path in ("/health", "/ready", "/ping")] == [200, 200, 204]

    double.faults.free_disk()
    assert client.write("w v=2 2").status_code == 500

    double.restart()
    assert client.series("SELECT v FROM w")[0]["values"] == [[1, 1]]
    assert client.series("SHOW MEASUREMENTS")[0]["values"] == [["w"]]
    assert client.write("w v=2 2").status_code == 204


def test_a_full_disk_stays_full_over_a_restart(double: Double, client: Client) -> None:
    double.faults.fill_disk()
    double.restart()
    assert client.write("w v=2 2").status_code == 500
    double.faults.free_disk()
    double.restart()
    assert client.write("w v=2 2").status_code == 204


def test_stopped_it_refuses_connections_and_started_again_it_has_everything(double: Double, client: Client) -> None:
    client.write("w v=1 1")
    double.stop()
    with pytest.raises(httpx.ConnectError):
        client.write("w v=2 2")
    double.start()
    assert client.series("SELECT v FROM w")[0]["values"] == [[1, 1]]


def test_refusals_count_down(client: Client, double: Double) -> None:
    double.faults.refuse("too many requests", 1, retry_after="7")
    refused = client.write("w v=1 1")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert client.write("w v=1 1").status_code == 204
    double.faults.refuse("unavailable", 1, bucket="w2")
    assert client.write("w v=1 1").status_code == 204
    assert client.write("w v=1 1", bucket="w2").status_code == 503


def test_one_bucket_may_be_slow(client: Client, double: Double) -> None:
    double.faults.slow_down(0.2, "w2")
    begun = time.monotonic()
    client.write("w v=1 1", bucket="w2")
    assert time.monotonic() - begun >= 0.2
    double.faults.slow_down(0, "w2")
    double.faults.slow_down(0.3)
    with pytest.raises(httpx.ReadTimeout):
        client.http.post("/api/v2/write", params={"org": ORG, "bucket": "w1"}, content="w v=1 1", timeout=0.05)
    double.faults.slow_down(0)


def test_a_token_is_revoked_replaced_and_forgotten(double: Double, connect: Connect) -> None:
    token = double.create_token(write=["w1"])
    mine = connect(token)
    double.deactivate_token(token)
    assert mine.write("w v=1 1").json()["message"] == "insufficient permissions for write: token is inactive"
    double.deactivate_token(token, active=True)
    assert mine.write("w v=1 1").status_code == 204
    double.delete_token(token)
    assert mine.write("w v=1 1").status_code == 401


def test_a_bucket_that_is_gone_is_a_404(double: Double, client: Client) -> None:
    double.create_bucket("gone")
    assert client.write("w v=1 1", bucket="gone").status_code == 204
    double.delete_bucket("gone")
    assert client.write("w v=1 1", bucket="gone").json()["message"] == 'bucket "gone" not found'


class TestTheProxy:
    """The way to any server on this machine."""

    def test_passes_on(self, double: Double) -> None:
        with Proxy(double.port) as proxy, httpx.Client(base_url=proxy.url) as http:
            assert [http.get("/ping").status_code for _ in range(3)] == [204] * 3
            assert proxy.connections == 1

    def test_loses_the_answer_to_what_the_server_did(self, double: Double) -> None:
        signed = {"Authorization": f"Token {double.operator_token}"}
        with Proxy(double.port) as proxy, httpx.Client(base_url=proxy.url, headers=signed) as http:
            proxy.cut_replies(1, after=20)
            with pytest.raises(httpx.RemoteProtocolError):
                http.post("/api/v2/write", params={"org": ORG, "bucket": "w1"}, content="w v=1 1")
            assert double.rows("w1") == 1
            assert http.get("/ping").status_code == 204

    def test_slows_down(self, double: Double) -> None:
        with Proxy(double.port, delay=0.1) as proxy:
            begun = time.monotonic()
            assert httpx.get(f"{proxy.url}/ping").status_code == 204
            assert time.monotonic() - begun >= 0.2

    def test_without_a_server_behind_it_connections_end(self) -> None:
        with Proxy(1) as proxy, pytest.raises(httpx.HTTPError):
            httpx.get(proxy.url)
