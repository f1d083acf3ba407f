"""The process that runs codecs: one frame after the other, on one thread, as long as its standard input is open.

A request is a length and a body: `{"codec", "source", "reuse"}` on one line and behind it the JSON for the codec;
without that it is to tell about the codec. The answer is a length and `+` with the codec's JSON, or `-` with the kind
of failure, a blank and words. First of all it says which engine it runs.
"""

import json
import resource
import signal
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from importlib.resources import files
from typing import BinaryIO, Final

from decoders.javascript.engine import Engine, QuickJS
from decoders.javascript.framing import LENGTH
from decoders.javascript.limits import Failed, Kind, Limits

MOST_CONTEXTS: Final = 8
"""Contexts kept for codecs whose context is used again; the least used one goes."""


class Runner:
    """Runs codecs within limits."""

    def __init__(self, limits: Limits, engine: Callable[[Limits], Engine]) -> None:
        self._limits = limits
        self._engine = engine
        self._before = files(__package__).joinpath("before.js").read_text("utf-8")
        self._after = files(__package__).joinpath("after.js").read_text("utf-8")
        self._sources: dict[str, str] = {}
        self._kept: OrderedDict[str, Engine] = OrderedDict()
        self._spare: Engine | None = None

    def answer(self, request: bytes) -> bytes:
        """What comes of a request."""
        head, _, text = request.partition(b"\n")
        asked = json.loads(head)
        codec: str = asked["codec"]
        if asked["source"] is not None:
            self._sources[codec] = asked["source"]
        try:
            return b"+" + self._run(codec, text.decode(), reuse=asked["reuse"])
        except Failed as error:
            return f"-{error.kind} {error.words}".encode(errors="replace")

    def _run(self, codec: str, text: str, *, reuse: bool) -> bytes:
        # Taken out while it runs: a context in which something failed is not used again.
        context = self._kept.pop(codec, None) or self._loaded(self._sources[codec])
        output = context.call("__decode" if text else "__about", text).encode(errors="replace")
        if len(output) > self._limits.output:
            raise Failed(Kind.BAD_OUTPUT, f"{len(output)} bytes of JSON; at most {self._limits.output} are taken")
        if reuse:
            self._kept[codec] = context
            while len(self._kept) > MOST_CONTEXTS:
                self._kept.popitem(last=False)
        return output

    def prepare(self) -> None:
        """Have a context ready for the next call; nothing of any codec is in it."""
        self._spare = self._spare or self._fresh()

    def _fresh(self) -> Engine:
        context = self._engine(self._limits)
        context.load(self._before)
        return context

    def _loaded(self, source: str) -> Engine:
        context, self._spare = self._spare or self._fresh(), None
        context.load(source)
        context.load(self._after)
        return context


def serve(requests: BinaryIO, answers: BinaryIO, runner: Runner, deadline: float) -> None:
    """Answer until there are no more requests."""
    while length := requests.read(LENGTH.size):
        request = requests.read(*LENGTH.unpack(length))
        # Its parent kills it when it is late. Should the parent have died, it ends itself: SIGALRM ends a process.
        signal.setitimer(signal.ITIMER_REAL, 2 * deadline)
        answer = runner.answer(request)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(answers, answer)
        runner.prepare()


def _write(answers: BinaryIO, answer: bytes) -> None:
    answers.write(LENGTH.pack(len(answer)) + answer)
    answers.flush()


def restrain(limits: Limits) -> None:
    """Give up what a codec never needs: much memory, new files and sockets, writing to disk, core dumps."""
    bounds = {
        resource.RLIMIT_AS: limits.process_memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: sys.stderr.fileno() + 1,
    }
    for bound, most in bounds.items():
        resource.setrlimit(bound, (most, most))


def main() -> None:
    """Run as a child of the pool, which gives the limits as JSON."""
    time.tzset()
    limits = Limits(*json.loads(sys.argv[1]))
    runner = Runner(limits, QuickJS)
    engine = QuickJS(limits).version()
    restrain(limits)
    _write(sys.stdout.buffer, engine.encode())
    serve(sys.stdin.buffer, sys.stdout.buffer, runner, limits.deadline)


if __name__ == "__main__":
    main()
