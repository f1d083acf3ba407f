"""Processes that are told what to do line by line."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, Self

from cli import child

Reply = dict[str, Any]
Handler = Callable[..., Mapping[str, Any]]


class Child(child.Child):
    """One process, as its parent sees it."""

    def __init__(self, module: str, config: Mapping[str, Any]) -> None:
        super().__init__(module)
        self._config = config
        self.card: Reply = {}
        """What it said when it was ready."""

    def __enter__(self) -> Self:
        """Start it and wait until it is ready. Raises RuntimeError when it ends instead."""
        super().__enter__()
        self.say(self._config)
        self.card = self.reply()
        return self

    def ask(self, do: str, **how: object) -> Reply:
        """Have it do something, and wait for the reply. Raises RuntimeError when it ends instead."""
        self.tell(do, **how)
        return self.reply()

    def tell(self, do: str, **how: object) -> None:
        """Have it do something; `reply` gives the answer."""
        self.say({"do": do, **how})

    def reply(self) -> Reply:
        """The answer to what was told. Raises RuntimeError when it ended instead."""
        line = self.hear()
        if line is None:
            raise RuntimeError(f"{self.module} ended; its words are above")
        return line


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
