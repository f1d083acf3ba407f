"""Processes of our own beside the main one: they say a line when they are ready, and end with their standard input.

That input is a pipe from us, so they end however we end.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from simulator.region.card import Card
from smartregion.errors import Misconfigured

END_SECONDS = 20.0


class Child:
    """A module of ours as a process; ends with the `with` block, or with this process. Speaks JSON, line by line."""

    def __init__(self, module: str, *arguments: str) -> None:
        self.module = module
        self._command = [sys.executable, "-m", module, *arguments]
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it; it has some seconds to end by itself."""
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

    def say(self, line: Mapping[str, Any]) -> None:
        """Write it a line."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("not started")
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any] | None:
        """Wait for its next line; None when it ended instead."""
        line = self._process.stdout.readline() if self._process and self._process.stdout else ""
        return dict(json.loads(line)) if line else None


class County(Child):
    """The simulated county: it has its own interpreter, and survives nothing of ours."""

    def __init__(self, *, seed: int, devices: int, speed: float, origin: int, today: int) -> None:
        options = {"seed": seed, "devices": devices, "speed": speed, "origin": origin, "today": today}
        super().__init__(
            "simulator.region", *(part for name, value in options.items() for part in (f"--{name}", str(value)))
        )

    def card(self) -> Card:
        """Wait until it listens. Raises Misconfigured when it ended instead."""
        line = self.hear()
        if line is None:
            raise Misconfigured("the simulated county did not start; its words are above")
        return Card(**line)
