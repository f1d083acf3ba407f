"""Processes of our own that are told what to do line by line, in JSON. They end when their standard input closes."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ROOT = Path(__file__).parent.parent
END_SECONDS = 20.0

Reply = dict[str, Any]
Handler = Callable[..., Mapping[str, Any]]


class Child:
    """One process, as its parent sees it; ends with the `with` block, or with the parent."""

    def __init__(self, module: str, config: Mapping[str, Any]) -> None:
        self._command = [sys.executable, "-m", module]
        self._config = config
        self.card: Reply = {}
        """What it said when it was ready."""
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start it and wait until it is ready. Raises RuntimeError when it ends instead."""
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=_ROOT
        )
        self._send(self._config)
        self.card = self._receive()
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

    def ask(self, do: str, **how: object) -> Reply:
        """Have it do something, and wait for the reply. Raises RuntimeError when it ends instead."""
        self.tell(do, **how)
        return self._receive()

    def tell(self, do: str, **how: object) -> None:
        """Have it do something; `reply` gives the answer."""
        self._send({"do": do, **how})

    def reply(self) -> Reply:
        """The answer to what was told."""
        return self._receive()

    def _send(self, line: Mapping[str, Any]) -> None:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("not started")
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def _receive(self) -> Reply:
        line = self._process.stdout.readline() if self._process and self._process.stdout else ""
        if not line:
            raise RuntimeError(f"{self._command[-1]} ended; its words are above")
        return dict(json.loads(line))


def config() -> Reply:
    """In the child: what it is to be."""
    return dict(json.loads(sys.stdin.readline()))


def serve(card: Mapping[str, Any], handlers: Mapping[str, Handler]) -> None:
    """In the child: say what one needs to know, then do what is asked until standard input closes."""
    _write(card)
    for line in sys.stdin:
        asked = json.loads(line)
        _write(handlers[asked.pop("do")](**asked))


def _write(line: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
