"""A Mosquitto of our own: free port, own folder, own users, sessions that outlive it."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from paho.mqtt import publish

from simulator.uplinks import Frame, render, topic

USER = "umwelt-sensorik"
PASSWORD = "nur-fuer-den-test"
START_SECONDS = 20.0


def program(name: str) -> str:
    """Where a program is; the server's stand where ordinary users do not look."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed; run ./tests/real/install"
    return found


class Mosquitto:
    """The broker, for as long as the `with` lasts; it may be stopped and started in between."""

    def __init__(self, folder: Path, *, certificate: tuple[Path, Path] | None = None) -> None:
        folder.mkdir()
        self.port = _free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._config = folder / "mosquitto.conf"
        self._config.write_text("\n".join([*self._entries(certificate), ""]), encoding="utf-8")
        passwords = folder / "passwords"
        passwords.touch(mode=0o600)
        command = [program("mosquitto_passwd"), "-b", str(passwords), USER, PASSWORD]
        subprocess.run(command, check=True, capture_output=True)

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
        """Start it and wait until it listens."""
        with (self._folder / "words.txt").open("ab") as words:
            command = [program("mosquitto"), "-c", str(self._config)]
            self._process = subprocess.Popen(command, stdout=words, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not _listens(self.port):
            assert self._process.poll() is None, self.told()
            assert time.monotonic() < deadline, self.told()
            time.sleep(0.02)

    def stop(self) -> None:
        """End it; sessions and what waits in them are written down first."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(START_SECONDS)

    def told(self) -> str:
        """Its log."""
        return (self._folder / "words.txt").read_text(encoding="utf-8", errors="replace")

    def publish(self, frames: Sequence[Frame]) -> None:
        """Publish at QoS 1; returns when the broker has them all."""
        messages: publish.MessagesList = [
            {"topic": topic(each), "payload": render(each), "qos": 1, "retain": False} for each in frames
        ]
        publish.multiple(messages, hostname="127.0.0.1", port=self.port, auth={"username": USER, "password": PASSWORD})

    def _entries(self, certificate: tuple[Path, Path] | None) -> list[str]:
        secured = [f"certfile {certificate[0]}", f"keyfile {certificate[1]}"] if certificate else []
        return [
            f"listener {self.port} 127.0.0.1",
            *secured,
            f"user {getpass.getuser()}",
            "allow_anonymous false",
            f"password_file {self._folder}/passwords",
            "persistence true",
            f"persistence_location {self._folder}/",
            "max_inflight_messages 200",
            "max_queued_messages 0",
        ]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
