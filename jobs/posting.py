"""Sends a letter to an address, by a process of its own that can be ended."""

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import NamedTuple

from jobs.posting_child import NO_ADDRESS
from smartregion.errors import Misconfigured, Unavailable

SECONDS = 60.0


class Letter(NamedTuple):
    """What a receiver gets."""

    title: str
    body: str


class Post:
    """Sends letters one after the other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """`seconds`: how long one may take."""
        self._seconds = seconds
        self._stop = threading.Event()

    def send(self, address: str, letter: Letter) -> None:
        """Send it.

        Raises:
            Unavailable: the receiver is away, or takes too long; Misconfigured: apprise does not know the address.
        """
        order = json.dumps({"address": address, **letter._asdict()})
        with subprocess.Popen(
            [sys.executable, "-m", "jobs.posting_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as child:
            try:
                status = self._wait(child, order)
            finally:
                child.kill()
        if status == NO_ADDRESS:
            raise Misconfigured("apprise does not know such an address")
        if status:
            raise Unavailable("it could not be delivered")

    def _wait(self, child: "subprocess.Popen[str]", order: str) -> int:
        if child.stdin is not None:
            # One that ended already says by its status what is wrong.
            with suppress(BrokenPipeError):
                child.stdin.write(order)
                child.stdin.close()
        deadline = time.monotonic() + self._seconds
        while (status := child.poll()) is None:
            if self._stop.wait(0.05) or time.monotonic() > deadline:
                raise Unavailable("sending takes too long, or the service ends")
        return status

    def stop(self) -> None:
        """End what is being sent; it is sent again another time."""
        self._stop.set()
