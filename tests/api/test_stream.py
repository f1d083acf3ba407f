"""The live stream, and both doors, over real sockets."""

import asyncio
import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import uvicorn

from api.live import LiveAsked, Writer, follow
from api.times import Stamps
from queries.live import Counted, Filled, Live, heard
from queries.progress import Progress
from smartregion.model import Record, Series
from smartregion.timestamps import parse

if TYPE_CHECKING:
    from tests.api.conftest import Api

NOW = parse("2026-11-22T18:00:00Z")


def uplink(point: str, tenant: str = "stadt") -> list[Record]:
    return [Record(Series(point, f"wasser.{point}", "water.volume_total", (), tenant, "", "water"), NOW, 1.5)]


def stream(live: Live, api: "Api", asked: LiveAsked, count: int) -> list[str]:
    """The first parts of a stream."""

    async def run() -> list[str]:
        found = []
        async for part in follow(live, asked, Writer(Stamps(api.queries.region.zone)), 0.05):
            found.append(part.decode())
            if len(found) == 1:
                for name, tenant in (("a", "stadt"), ("b", "dorf")):
                    live.publish(heard(NOW, uplink(name, tenant))[0])
                live.publish(Counted(time=NOW, seconds=1.0, received=3, stored=2, ignored=1))
                live.publish(Filled((Progress("wasser", "running", 1, 2, 0, NOW),)))
            if len(found) == count:
                break
        return found

    return asyncio.run(run())


def test_events_are_what_eventsource_reads(api: "Api") -> None:
    retry, first, second, counted, filled, quiet = stream(Live(), api, LiveAsked(), 6)
    assert retry == "retry: 2000\n\n"
    name, data, *rest = first.split("\n")
    assert (name, rest) == ("event: reading", ["", ""])
    assert json.loads(data.removeprefix("data: ")) == {
        "point": "a",
        "device": "wasser.a",
        "tenant": "stadt",
        "domain": "water",
        "time": "2026-11-22T19:00:00+01:00",
        "values": [
            {
                "quantity": "water.volume_total",
                "attributes": {},
                "time": "2026-11-22T19:00:00+01:00",
                "value": 1.5,
                "unit": "L",
            }
        ],
    }
    assert '"point":"b"' in second
    assert counted.startswith("event: ledger\ndata: {")
    assert '"stored":2' in counted
    assert '"from":null,"to":"2026-11-22T19:00:00+01:00"' in filled
    assert quiet == ": keep-alive\n\n"


@pytest.mark.parametrize(
    "asked", [LiveAsked(point=("b",)), LiveAsked(tenant=("dorf",)), LiveAsked(tenant=("x", "dorf"))]
)
def test_only_the_readings_asked_for_are_told(api: "Api", asked: LiveAsked) -> None:
    _, reading, counted = stream(Live(), api, asked, 3)
    assert '"point":"b"' in reading
    assert counted.startswith("event: ledger")


def test_an_event_is_written_once_for_all_readers(api: "Api") -> None:
    write, event = Writer(Stamps(api.queries.region.zone)), heard(NOW, uplink("a"))[0]
    assert write(event) is write(event)


class Serving:
    """The app on a loopback port and on a socket file, by one server as in the service."""

    def __init__(self, api: "Api", folder: Path) -> None:
        self.path = str(folder / "run.sock")
        tcp = socket.create_server(("127.0.0.1", 0))
        local = socket.socket(socket.AF_UNIX)
        local.bind(self.path)
        local.listen()
        self.port = int(tcp.getsockname()[1])
        self._sockets = [tcp, local]
        config = uvicorn.Config(api.app, log_config=None, lifespan="off", timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=(self._sockets,))
        self._thread.start()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        for each in self._sockets:
            each.close()

    def network(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def local(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("smartregion", timeout=20)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(self.path)
        return connection


@pytest.fixture
def serving(api: "Api", tmp_path: Path) -> Iterator[Serving]:
    server = Serving(api, tmp_path)
    yield server
    api.queries.live.close()
    server.stop()


def test_only_the_socket_file_leads_to_administration(api: "Api", serving: Serving) -> None:
    body = json.dumps({"application": "wasser", "from": "2026-11-01"})
    headers = {"Content-Type": "application/json", "X-Forwarded-For": "unix", "X-Forwarded-Proto": "unix"}
    statuses = []
    for connection in (serving.network(), serving.local()):
        with contextlib.closing(connection):
            connection.request("POST", "/v1/admin/backfill", body, headers)
            statuses.append(connection.getresponse().status)
    assert statuses == [403, 202]
    assert len(api.fetched) == 1


def test_a_reader_sees_what_is_published_until_the_service_stops(api: "Api", serving: Serving) -> None:
    with contextlib.closing(serving.network()) as connection:
        connection.request("GET", "/v1/live?point=a", headers={"Accept": "text/event-stream"})
        answer = connection.getresponse()
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.readline() == b"retry: 2000\n"
        for point in ("b", "a"):
            api.queries.live.publish(heard(NOW, uplink(point))[0])
        assert [answer.readline() for _ in range(2)] == [b"\n", b"event: reading\n"]
        assert b'"point":"a"' in answer.readline()
        api.queries.live.close()
        assert answer.read() == b"\n"


def test_a_reader_who_left_is_forgotten(api: "Api", serving: Serving) -> None:
    with contextlib.closing(serving.network()) as connection:
        connection.request("GET", "/v1/live")
        connection.getresponse().readline()
        assert listening(api)
    for _ in range(200):
        if not listening(api):
            return
        time.sleep(0.05)
    pytest.fail("the stream goes on without a reader")


def listening(api: "Api") -> bool:
    return api.queries.live.listening
