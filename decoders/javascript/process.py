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
        self._writable, self._readable = _poll(self._input, select.POLLOUT), _poll(self._output, select.POLLIN)

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
        while left:
            try:
                left = left[os.write(self._input, left) :]
            except BlockingIOError:
                _wait(self._writable, until)
            except BrokenPipeError as error:
                raise Ended from error

    def _receive(self, until: float) -> bytes:
        """The one answer that is due; a process that says more than that is not to be trusted."""
        got = b""
        while True:
            _wait(self._readable, until)
            part = os.read(self._output, self._most)
            got += part
            due = LENGTH.size + LENGTH.unpack_from(got)[0] if len(got) >= LENGTH.size else self._most
            if not part or due > self._most or len(got) > due:
                raise Ended
            if len(got) == due:
                return got[LENGTH.size :]


def _pipe(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise AssertionError("Popen was asked for a pipe")
    os.set_blocking(pipe.fileno(), False)
    return pipe.fileno()


def _poll(pipe: int, event: int) -> select.poll:
    poll = select.poll()
    poll.register(pipe, event)
    return poll


def _wait(poll: select.poll, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise Late
