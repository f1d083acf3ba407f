"""The JavaScript engine, behind three methods: another one can take its place."""

import re
from importlib.metadata import version
from typing import Final, Protocol

# Not `quickjs`, which starts a thread of its own as it is imported: the engine's clock counts all threads.
import _quickjs as quickjs

from decoders.javascript.limits import Failed, Kind, Limits

_SAID: Final = {
    "InternalError: interrupted": Kind.TIMEOUT,
    "InternalError: out of memory": Kind.MEMORY,
    "bad_output: ": Kind.BAD_OUTPUT,
    "syntax: ": Kind.SYNTAX,
}
_OURS: Final = re.compile("^(bad_output|syntax): ")
_LINE: Final = re.compile(r"<input>:(\d+)")


class Engine(Protocol):
    """One context: its own global object, its own limits, nothing of the world outside."""

    def load(self, script: str) -> None:
        """Run a script for what it defines. Raises Failed."""
        ...

    def call(self, function: str, text: str) -> str:
        """Call a global function with a text; it gives a text. Raises Failed."""
        ...

    def version(self) -> str:
        """The engine's name and version."""
        ...


class QuickJS:
    """A context of quickjs-ng. Its time is the CPU time of the whole process, which may thus have one thread only."""

    def __init__(self, limits: Limits) -> None:
        self._context = quickjs.Context()
        self._context.set_memory_limit(limits.memory)
        self._context.set_max_stack_size(limits.stack)
        self._context.set_time_limit(limits.seconds)

    def load(self, script: str) -> None:
        """Run a script for what it defines."""
        try:
            self._context.eval(script)
        except (quickjs.JSException, MemoryError) as error:
            raise _failed(error, loading=True) from None

    def call(self, function: str, text: str) -> str:
        """Call a global function with a text."""
        try:
            given = self._context.get(function)(text)
        except (quickjs.JSException, MemoryError) as error:
            raise _failed(error, loading=False) from None
        if not isinstance(given, str):
            raise Failed(Kind.BAD_OUTPUT, "the output can't be written as JSON")
        return given

    def version(self) -> str:
        """As its package is numbered."""
        return f"quickjs-ng {version('quickjs-ng')}"


def _failed(error: Exception, *, loading: bool) -> Failed:
    if isinstance(error, quickjs.StackOverflow):
        return Failed(Kind.STACK, "the stack is used up")
    if isinstance(error, MemoryError):
        return Failed(Kind.MEMORY, "out of memory")
    words, _, stack = str(error).partition("\n")
    line = _LINE.search(stack)
    shown = _OURS.sub("", words) + (f" (line {line[1]})" if line else "")
    if loading and words.startswith("SyntaxError"):
        return Failed(Kind.SYNTAX, shown)
    kind = next((kind for said, kind in _SAID.items() if words.startswith(said)), Kind.THREW)
    return Failed(kind, shown or "an error without words")
