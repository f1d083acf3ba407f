"""What a codec may use, and the ways in which it can fail."""

from enum import StrEnum
from typing import NamedTuple

MEBIBYTE = 1024 * 1024


class Limits(NamedTuple):
    """Of one context; of the whole process where it says so."""

    seconds: float = 0.1
    """CPU time for loading the codec, and again for each call. The Things Stack gives as much."""
    memory: int = 32 * MEBIBYTE
    stack: int = 512 * 1024
    output: int = 64 * 1024
    """Bytes of JSON."""
    depth: int = 16
    deadline: float = 1.0
    """Seconds by the wall until the process is killed."""
    process_memory: int = 512 * MEBIBYTE


class Kind(StrEnum):
    """How a codec failed."""

    SYNTAX = "syntax"
    """It is no JavaScript, or has no entry point."""
    THREW = "threw"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    STACK = "stack"
    BAD_OUTPUT = "bad_output"
    REPORTED = "reported"
    """The codec itself says that the frame is wrong."""
    CRASHED = "crashed"
    """Its process ended; nothing is known but that."""
    RESTING = "resting"
    """Not run: it failed too expensively of late."""


class Failed(Exception):
    """A codec gave no output."""

    def __init__(self, kind: Kind, words: str) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words
