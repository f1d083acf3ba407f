"""Clocks that are not right: of a process, and of what is around it."""

import struct
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from faults.compiling import library


class ShiftedClock:
    """The computer's clock, some time ahead of it or behind."""

    def __init__(self, ahead: int = 0) -> None:
        """`ahead`: nanoseconds."""
        self.ahead = ahead

    def now(self) -> int:
        """Nanoseconds since 1970, UTC."""
        return time.time_ns() + self.ahead

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait on the computer's own time."""
        return event.wait(seconds)


class FakeTime:
    """What a process takes for the time of day; may change while it runs.

    Not Debian's faketime: its 0.9.10 turns Python's sleeps into errors where only the time of day is to be another.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "ahead"

    def set(self, ahead: int, origin: int = 0, speed: float = 1.0) -> None:
        """From now on its clock is so many nanoseconds ahead, and runs so many times as fast since `origin`."""
        with self._file.open("r+b" if self._file.exists() else "wb") as file:
            file.write(struct.pack("=qqd", ahead, origin, speed))

    def environment(self) -> Mapping[str, str]:
        """What the process is to find in its environment."""
        return {"LD_PRELOAD": str(library("clock", self._folder)), "CLOCK_AHEAD": str(self._file)}
