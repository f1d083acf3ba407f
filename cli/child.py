"""The simulated county in a process of its own: it has its own interpreter, and survives nothing of ours."""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self

from smartregion.errors import Misconfigured

END_SECONDS = 5.0


class Card(NamedTuple):
    """How the county's network is reached."""

    mqtt_port: int
    http_port: int
    url: str
    keys: Mapping[str, str]


class County:
    """The child process; ends with the `with` block, and by itself when this process dies."""

    def __init__(self, *, seed: int, devices: int, speed: float, origin: int, today: int) -> None:
        options = {"seed": seed, "devices": devices, "speed": speed, "origin": origin, "today": today}
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        self._command = [sys.executable, "-m", "simulator.region", *arguments]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        # Its standard input is a pipe from us: it ends when the pipe closes, however we end.
        self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            return
        process.stdin.close()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def card(self) -> Card:
        """Wait until it listens. Raises Misconfigured when it ended instead."""
        process = self._process
        line = process.stdout.readline() if process is not None and process.stdout is not None else ""
        if not line:
            raise Misconfigured("the simulated county did not start; its words are above")
        return Card(**json.loads(line))
