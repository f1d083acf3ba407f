"""`smartregion up` as an operator starts it: a process of its own, with a data folder, a region file and keys."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from simulator.double import accounts
from simulator.double.server import Double
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.protocol import LedgerRow

PROGRAM = Path(sys.executable).with_name("smartregion")
APPLICATION = "umwelt-sensorik"
TENANT = "kreis"
LABEL = "umwelt-sensorik"
KEY = accounts.new_key()
START_SECONDS = 60.0


def environment(key: str = KEY.text) -> dict[str, str]:
    """What the platform finds in its environment: nothing of ours but the key."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SMARTREGION_", "LANG", "LC_"))}
    return {**kept, "LANG": "C.UTF-8", "COLUMNS": "160", "SMARTREGION_KEY": key}


def stack_application() -> accounts.Application:
    """The application as the double knows it."""
    return accounts.Application(id=APPLICATION, tenant=TENANT, keys=(KEY,))


def region_text(
    mqtt_port: int, http_port: int, *, profile: tuple[str, str] = ("milesight-iot", "em300-th"), **changes: object
) -> str:
    """A county of one application on this machine; changes are entries of the application."""
    entries: dict[str, object] = {
        "id": APPLICATION,
        "server": "127.0.0.1",
        "ttn_tenant": TENANT,
        "tenant": "musterstadt",
        "domain": "environment",
        "key_env": "SMARTREGION_KEY",
        "tls": False,
        "mqtt_port": mqtt_port,
        "http_port": http_port,
        "storage_lag_s": 0.5,
        **changes,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in entries.items()]
    brand, model = profile
    return "\n".join(
        [
            'name = "Kreis Musterland"',
            "backfill_days = 1",
            '[[tenants]]\nkey = "musterstadt"\nname = "Musterstadt"',
            "[[applications]]",
            *lines,
            f'[[applications.profiles]]\ndevice = "*"\nbrand = "{brand}"\nmodel = "{model}"',
            "",
        ]
    )


def region_of(double: Double, *, profile: tuple[str, str] = ("milesight-iot", "em300-th"), **changes: object) -> str:
    """A county whose one application lives on the double."""
    return region_text(double.mqtt_port, int(double.url.rsplit(":", 1)[1]), profile=profile, **changes)


class Service:
    """The platform running; killed at the end of the `with` when it still does."""

    def __init__(
        self, folder: Path, region: str, *, key: str = KEY.text, extra: Mapping[str, str] | None = None
    ) -> None:
        self.data = folder / "data"
        self.words = folder / "words.txt"
        self.region = folder / "region.toml"
        self.region.write_text(region, encoding="utf-8")
        self._environment = {**environment(key), **(extra or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._client: httpx.Client | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what still runs."""
        self.kill()

    @property
    def process(self) -> "subprocess.Popen[bytes]":
        """The process that was started last."""
        assert self._process is not None
        return self._process

    def start(self) -> None:
        """Start it; returns at once."""
        command = [PROGRAM, "up", "--region", self.region, "--data", self.data, "--port", "0"]
        with self.words.open("ab") as words:
            self._process = subprocess.Popen(
                [str(part) for part in command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        self._hang_up()
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
        if self._process is not None:
            self._process.wait()

    def stop(self, seconds: float = 30) -> int:
        """SIGTERM, as systemd does; gives the exit status."""
        self._hang_up()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def told(self) -> str:
        """Everything it has printed so far, on both channels."""
        return self.words.read_text(encoding="utf-8") if self.words.exists() else ""

    def address(self) -> str:
        """Where its pages are, as it has told."""
        return str(re.findall(r"http://127\.0\.0\.1:\d+/", self.told())[-1])

    def ask(self, path: str) -> dict[str, Any]:
        """The answer of the running service, over its own socket."""
        return dict(self._local().get(path).raise_for_status().json())

    def readiness(self) -> str:
        """What is not ready, in its words; empty when everything is."""
        answer = self._local().get("/readyz")
        return "" if answer.is_success else str(answer.json()["detail"])

    def text(self, path: str) -> str:
        """A page or the like, as it comes."""
        return self._local().get(path).raise_for_status().text

    def megabytes(self) -> float:
        """Its memory now (resident)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / 1024

    def wait_until_ready(self) -> None:
        """Wait until it answers."""
        self.wait_for(self._answers)

    def wait_for(self, claim: Callable[[], bool], seconds: float = START_SECONDS) -> None:
        """Wait until something is so; fails when the service ends meanwhile."""
        deadline = time.monotonic() + seconds
        while not self._holds(claim):
            assert self.process.poll() is None, f"the service ended: {self.told()[-3000:]}"
            assert time.monotonic() < deadline, self.told()[-3000:]
            time.sleep(0.05)

    def totals(self) -> Mapping[str, int]:
        """The ledger of the running service, all rows added up."""
        rows = self.ask("/v1/ledger?limit=1000")["items"]
        return {name: sum(row[name] for row in rows) for name in LedgerRow._fields[2:]}

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            # A file left behind by a kill, or none yet.
            if probe.connect_ex(str(self.data / "run.sock")):
                return False
        return not self.readiness()

    def _holds(self, claim: Callable[[], bool]) -> bool:
        try:
            return claim()
        except httpx.TransportError:
            # It only begins to listen, or has ended: whoever waits finds out.
            self._hang_up()
            return False

    def _local(self) -> httpx.Client:
        if self._client is None:
            transport = httpx.HTTPTransport(uds=str(self.data / "run.sock"))
            self._client = httpx.Client(transport=transport, base_url="http://localhost", timeout=60)
        return self._client

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def journal_of(data: Path) -> tuple[SqliteBook, SqliteLog]:
    """The journal of a data folder, for reading."""
    return SqliteBook.reader(data / "book.db"), SqliteLog.reader(data / "log.db")


def assert_balanced(rows: list[LedgerRow]) -> None:
    """The identity of the ledger, row by row."""
    for row in rows:
        assert row.received == row.stored + row.ignored + row.quarantined + row.queued + row.duplicate, row
