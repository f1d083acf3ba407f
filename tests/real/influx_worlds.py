"""The servers a store of InfluxDB is tried against: Debian's 1.6, the double of 2.9, and a real 2.x where one is given.

`INFLUXDB_URL` and `INFLUXDB_TOKEN` (an operator's, to make an organisation of our own) name a running server;
`INFLUXD` names a binary of 2.x that is started here.
"""

import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, Protocol

import httpx

from simulator.influxdb.server import Double
from smartregion.clock import Clock, SystemClock
from smartregion.logs import get
from store.series.influxdb import InfluxSeries
from store.series.influxdb_address import Api, InfluxAddress, InfluxTokens
from tests.real.influx import Influx, free_port

TENANTS: Final = ("musterstadt", "neudorf", "seeheim")
BUCKETS: Final = (*TENANTS, *(f"{tenant}_rollup" for tenant in TENANTS), "smartregion")
NEEDS: Final = (
    "test-influxdb needs a server of InfluxDB 2: either INFLUXDB_URL and INFLUXDB_TOKEN (an operator token; the tests "
    "make an organisation of their own and delete it), or INFLUXD, the path of an influxd binary to start."
)


class World(Protocol):
    """A server with the buckets of some tenants, empty at first."""

    address: InfluxAddress
    token: str

    def reset(self) -> None:
        """Empty the buckets."""
        ...


def open_store(world: World, catalogue: Path, clock: Clock | None = None) -> InfluxSeries:
    """A store on that server."""
    tokens = InfluxTokens(world.token, world.token, world.token)
    return InfluxSeries(world.address, lambda: tokens, catalogue, clock=clock or SystemClock(), logger=get("series"))


class DebianWorld:
    """Debian's InfluxDB."""

    def __init__(self, influx: Influx) -> None:
        self.influx = influx
        self.address = InfluxAddress(influx.url, api=Api.V1)
        self.token = ""

    def reset(self) -> None:
        """Drop the databases and make them again."""
        self.influx.drop(BUCKETS)
        self.influx.create(BUCKETS)


class DoubleWorld:
    """The double of 2.9."""

    def __init__(self, double: Double) -> None:
        self.double = double
        self.address = InfluxAddress(double.url, double.org)
        self.token = double.operator_token
        for name in BUCKETS:
            double.create_bucket(name)

    def reset(self) -> None:
        """Delete the buckets and make them again."""
        for name in BUCKETS:
            self.double.delete_bucket(name)
            self.double.create_bucket(name)


class GivenWorld:
    """A real server of 2.x, in an organisation of our own."""

    def __init__(self, url: str, token: str) -> None:
        self.token = token
        self.address = InfluxAddress(url, f"smartregion-test-{secrets.token_hex(4)}")
        self._client = httpx.Client(base_url=url, headers={"Authorization": f"Token {token}"}, timeout=30)
        self._org = self._post("/api/v2/orgs", name=self.address.org)["id"]
        self._buckets: list[str] = []
        self._create()

    def reset(self) -> None:
        """Delete the buckets and make them again."""
        for each in self._buckets:
            self._client.delete(f"/api/v2/buckets/{each}").raise_for_status()
        self._create()

    def close(self) -> None:
        """Delete the organisation and all it holds."""
        self._client.delete(f"/api/v2/orgs/{self._org}").raise_for_status()
        self._client.close()

    def _create(self) -> None:
        made = [self._post("/api/v2/buckets", orgID=self._org, name=name, retentionRules=[]) for name in BUCKETS]
        self._buckets = [each["id"] for each in made]

    def _post(self, path: str, **body: object) -> dict[str, str]:
        reply = self._client.post(path, json=body)
        reply.raise_for_status()
        found: dict[str, str] = reply.json()
        return found


@contextmanager
def real_world() -> Iterator[DebianWorld | GivenWorld]:
    """The server that is given, else Debian's."""
    url, token, binary = (os.environ.get(name, "") for name in ("INFLUXDB_URL", "INFLUXDB_TOKEN", "INFLUXD"))
    with ExitStack() as ending, tempfile.TemporaryDirectory() as folder:
        if not url and not binary:
            world = DebianWorld(ending.enter_context(Influx(Path(folder) / "influx")))
            world.influx.create(BUCKETS)
            yield world
            return
        if not url:
            url, token = ending.enter_context(_started(binary, Path(folder)))
        given = GivenWorld(url, token)
        ending.callback(given.close)
        yield given


@contextmanager
def _started(binary: str, folder: Path) -> Iterator[tuple[str, str]]:
    url, token = f"http://127.0.0.1:{free_port()}", secrets.token_hex(16)
    command = [
        *(binary, "--reporting-disabled", "--http-bind-address", url.removeprefix("http://")),
        *("--engine-path", f"{folder}/engine", "--bolt-path", f"{folder}/bolt", "--sqlite-path", f"{folder}/sqlite"),
    ]
    with (folder / "words.txt").open("ab") as words:
        process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
    try:
        _await(url)
        account = {"username": "test", "password": secrets.token_hex(16), "org": "test", "bucket": "test"}
        httpx.post(f"{url}/api/v2/setup", json={**account, "token": token}, timeout=30).raise_for_status()
        yield url, token
    finally:
        process.terminate()
        process.wait(60)


def _await(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{url}/ping").status_code == httpx.codes.NO_CONTENT:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"nothing answers at {url}"
        time.sleep(0.1)
