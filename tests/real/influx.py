"""An InfluxDB of our own: free ports, own folder; it may be stopped, killed and started again in between."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

START_SECONDS = 60.0


def program() -> str:
    """Where Debian's influxd is."""
    found = shutil.which("influxd")
    assert found, "influxd is not installed; run ./tests/real/install"
    return found


class Influx:
    """Debian's InfluxDB (1.6), for as long as the `with` lasts."""

    def __init__(self, folder: Path, *, data: Path | None = None) -> None:
        """`data`: where the readings lie, when that is to be another disk."""
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "influxdb.conf"
        self._config.write_text(_config(folder, data or folder, self.port, free_port()), encoding="utf-8")

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "words.txt").open("ab") as words:
            command = [program(), "-config", str(self._config)]
            self._process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            assert self._process.poll() is None, self.told()
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(START_SECONDS)

    def kill(self) -> None:
        """End it at once, as a loss of power would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(START_SECONDS)

    def told(self) -> str:
        """Its log."""
        return (self._folder / "words.txt").read_text(encoding="utf-8", errors="replace")

    def command(self, statement: str) -> str:
        """Have one statement done, as an administrator would; gives the reply."""
        reply = httpx.post(f"{self.url}/query", data={"q": statement}, timeout=START_SECONDS)
        assert '"error"' not in reply.text, reply.text
        return reply.text

    def create(self, databases: Iterable[str]) -> None:
        """Make databases."""
        for name in databases:
            self.command(f'CREATE DATABASE "{name}"')

    def drop(self, databases: Iterable[str]) -> None:
        """Forget databases and all they hold."""
        for name in databases:
            self.command(f'DROP DATABASE "{name}"')

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ping", timeout=1).status_code == httpx.codes.NO_CONTENT
        except httpx.TransportError:
            return False


def free_port() -> int:
    """A port nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _config(folder: Path, data: Path, port: int, rpc_port: int) -> str:
    return f"""
reporting-enabled = false
bind-address = "127.0.0.1:{rpc_port}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{data}/data"
  wal-dir = "{data}/wal"
  index-version = "inmem"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[logging]
  level = "warn"
  suppress-logo = true
"""
