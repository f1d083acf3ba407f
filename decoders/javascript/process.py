"""One worker process, as its parent sees it: started, asked, and killed when it is late."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Final

from decoders.javascript.framing import LENGTH
from decoders.javascript.limits import Limits

_ROOT: Final = Path(__file__).parents[2]
START_SECONDS: Final = 20.0
"""Until a new process says that it is ready; a busy machine takes its time."""


class Late(Exception):
    """The process did not answer in time."""


class Ended(Exception):
    """The process is no more."""


class Process:
    """A running worker. It ends when its standard input closes, so it never outlives its parent."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.output + 1024
        self._engine = ""
        # In a group of its own a Ctrl-C does not reach it; none of our descriptors, none of our secrets do either.
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "decoders.javascript.worker", json.dumps(limits)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={"TZ": "UTC", "LC_ALL": "C.UTF-8"},
            process_group=0,
        )
        self._input, self._output = _pipe(self._process.stdin), _pipe(self._process.stdout)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def engine(self) -> str:
        """Which engine it runs; waits until it is ready.

        Raises:
            Late, Ended: it does not start.
        """
        if not self._engine:
            self._engine = self._receive(time.monotonic() + START_SECONDS).decode()
        return self._engine

    def ask(self, request: bytes, seconds: float) -> bytes:
        """Its answer to a request.

        Raises:
            Late: not within so many seconds. Ended: it is no more. Either way it is to be killed.
        """
        until = time.monotonic() + seconds
        self._send(LENGTH.pack(len(request)) + request, until)
        return self._receive(until)

    def kill(self) -> None:
        """End it, whatever it does, and everything it may have started."""
        if self.alive:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, request: bytes, until: float) -> None:
        left = memoryview(request)
        try:
            while left:
                _wait(self._input, select.POLLOUT, until)
                left = left[os.write(self._input, left) :]
        except BrokenPipeError as error:
            raise Ended from error

    def _receive(self, until: float) -> bytes:
        (length,) = LENGTH.unpack(self._read(LENGTH.size, until))
        if length > self._most:
            raise Ended
        return self._read(length, until)

    def _read(self, count: int, until: float) -> bytes:
        got = bytearray()
        while len(got) < count:
            _wait(self._output, select.POLLIN, until)
            part = os.read(self._output, count - len(got))
            if not part:
                raise Ended
            got += part
        return bytes(got)


def _pipe(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise AssertionError("Popen was asked for a pipe")
    os.set_blocking(pipe.fileno(), False)
    return pipe.fileno()


def _wait(pipe: int, event: int, until: float) -> None:
    poll = select.poll()
    poll.register(pipe, event)
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise Late
