"""Workers for JavaScript codecs, shared by every thread that decodes.

A worker that is late or ended is killed and replaced; its frame is lost to quarantine and never tried again by itself.
A codec that keeps wasting time this way rests, so that frames of other devices are not held up by it.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

import msgspec

from decoders.javascript.allowance import Allowance
from decoders.javascript.limits import Failed, Kind, Limits
from decoders.javascript.process import Ended, Late, Process
from smartregion.clock import Clock
from smartregion.errors import Unavailable

WORKERS: Final = 2
_EXPENSIVE: Final = frozenset({Kind.TIMEOUT, Kind.MEMORY, Kind.STACK, Kind.CRASHED})


class Script(NamedTuple):
    """A codec's text."""

    sha256: str
    source: str
    reuse: bool = False
    """Calls share a context: thirty times as fast, but what one frame leaves behind the next one sees."""


class Call(msgspec.Struct, rename="camel"):
    """What a codec is given."""

    bytes: list[int]
    f_port: int
    recv_time: int
    """Milliseconds since 1970."""
    normalized: bool = False
    """Whether its `normalizeUplink` is to run, too."""


class _Told(msgspec.Struct):
    entry: str
    normalizes: bool


class About(NamedTuple):
    """What a codec's text defines, and what runs it."""

    entry: str
    normalizes: bool
    engine: str


class Pool:
    """Worker processes, started when they are first needed. Give it to whoever decodes, and close it at the end."""

    def __init__(self, clock: Clock, *, workers: int = WORKERS, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        self.limits = limits
        self._allowance = Allowance(clock)
        self._free = threading.Condition()
        self._idle = deque(_Worker(limits) for _ in range(workers))
        self._closed = False

    def run(self, script: Script, call: Call) -> bytes:
        """The codec's output as JSON: `{"output", "normalized"?, "console"}`.

        Raises:
            Failed: with the kind of failure. Unavailable: the pool is closed.
        """
        return self._ask(script, msgspec.json.encode(call))

    def load(self, script: Script) -> About:
        """See that it loads and has an entry point.

        Raises:
            Failed: with the kind of failure. Unavailable: the pool is closed.
        """
        try:
            told = msgspec.json.decode(self._ask(script, b""), type=_Told)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Failed(Kind.BAD_OUTPUT, f"it changes how everything is written as JSON: {error}") from None
        with self._worker() as worker:
            return About(told.entry, told.normalizes, worker.engine())

    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers that wait for work."""
        with self._free:
            return tuple(worker.process.pid for worker in self._idle if worker.process)

    def close(self) -> None:
        """End every worker; those at work end with the frame they are at."""
        with self._free:
            self._closed = True
            for worker in self._idle:
                worker.end()
            self._free.notify_all()

    def _ask(self, script: Script, text: bytes) -> bytes:
        if not self._allowance.left(script.sha256):
            raise Failed(Kind.RESTING, "it wasted too much time of late; retry the frame later")
        with self._worker() as worker:
            begun = time.monotonic()
            try:
                return worker.ask(script, text)
            except Failed as error:
                if error.kind in _EXPENSIVE:
                    self._allowance.take(script.sha256, time.monotonic() - begun)
                raise

    @contextmanager
    def _worker(self) -> Iterator["_Worker"]:
        with self._free:
            self._free.wait_for(lambda: self._idle or self._closed)
            if self._closed:
                raise Unavailable("the JavaScript workers are stopped")
            worker = self._idle.pop()
        try:
            yield worker
        finally:
            self._give_back(worker)

    def _give_back(self, worker: "_Worker") -> None:
        with self._free:
            if self._closed:
                worker.end()
            # The last one used is the next one used, for it is warm; one that has just been started is not.
            if worker.warm:
                self._idle.append(worker)
            else:
                self._idle.appendleft(worker)
            self._free.notify()


class _Worker:
    """One place in the pool, and the process that fills it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._knows: set[str] = set()
        self.process: Process | None = None

    @property
    def warm(self) -> bool:
        """Whether its process has served already."""
        return bool(self._knows)

    def ask(self, script: Script, text: bytes) -> bytes:
        """The codec's JSON. Raises Failed."""
        process = self._ready()
        try:
            answer = process.ask(self._request(script, text), self._limits.deadline)
        except (Late, Ended) as error:
            self._replace()
            raise _lost(error, self._limits.deadline) from None
        self._knows.add(script.sha256)
        return _output(answer)

    def engine(self) -> str:
        """Which engine runs. Raises Failed."""
        return self._ready().engine()

    def end(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
        self.process = None
        self._knows.clear()

    def _ready(self) -> Process:
        if self.process is None or not self.process.alive:
            self._replace()
        if self.process is not None:
            with suppress(Late, Ended):
                self.process.engine()
                return self.process
        self.end()
        raise Failed(Kind.CRASHED, "the process for JavaScript does not start")

    def _replace(self) -> None:
        """Start another one at once: it gets ready while others work."""
        self.end()
        with suppress(OSError):
            self.process = Process(self._limits)

    def _request(self, script: Script, text: bytes) -> bytes:
        source = None if script.sha256 in self._knows else script.source
        return msgspec.json.encode({"codec": script.sha256, "source": source, "reuse": script.reuse}) + b"\n" + text


def _lost(error: Late | Ended, deadline: float) -> Failed:
    if isinstance(error, Late):
        return Failed(Kind.TIMEOUT, f"killed after {deadline:g} s")
    return Failed(Kind.CRASHED, "its process ended")


def _output(answer: bytes) -> bytes:
    if answer[:1] == b"+":
        return answer[1:]
    kind, _, words = answer[1:].decode(errors="replace").partition(" ")
    raise Failed(Kind(kind), words) if kind in {*Kind} else Failed(Kind.CRASHED, "its process answered nonsense")
