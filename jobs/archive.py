"""The archive job: a process of its own writes settled chunks to the archive; only then the log lets go of them."""

import json
import subprocess
import threading
from collections.abc import Iterator, Sequence
from datetime import date, timedelta, tzinfo

from smartregion import timestamps
from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger

END_SECONDS = 5.0


class Archiver:
    """Starts the process that writes, and hears what it kept. One at a time."""

    def __init__(self, command: Sequence[str], days: int, zone: tzinfo, clock: Clock, logger: Logger) -> None:
        """`command`: what to start; it is told on its standard input. `days`: how long files are kept."""
        self._command = list(command)
        self._days = days
        self._zone = zone
        self._clock = clock
        self._logger = logger
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False
        self._told: set[str] = set()

    def keep(self, positions: Sequence[int]) -> Iterator[list[int]]:
        """Bring these chunks of the log into the archive; gives those that are there, as they get there.

        Raises:
            Unavailable: disk full or the like; what was given before is kept all the same.
        """
        process = self._start(positions)
        if process is None:
            return
        with process:
            try:
                yield from self._listen(process)
            finally:
                self._end()

    def stop(self) -> None:
        """End what runs; nothing is started any more."""
        self._stopped = True
        self._end()

    def _start(self, positions: Sequence[int]) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._stopped:
                return None
            process = subprocess.Popen(  # noqa: S603 — our own interpreter and module
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            self._process = process
        today = timestamps.to_datetime(self._clock.now(), self._zone).date()
        order = {"positions": list(positions), "expire_before": _days_before(today, self._days).isoformat()}
        if process.stdin is not None:
            try:
                process.stdin.write(json.dumps(order) + "\n")
                process.stdin.flush()
            except OSError:
                # It ended at once; what it says, or that it says nothing, `_listen` finds out.
                self._logger.debug("the archive's process does not listen")
        return process

    def _listen(self, process: subprocess.Popen[str]) -> Iterator[list[int]]:
        ended = False
        for line in process.stdout or ():
            words = json.loads(line)
            ended = ended or "end" in words
            if "away" in words:
                raise Unavailable(words["away"])
            if "problem" in words and words["problem"] not in self._told:
                self._told.add(words["problem"])
                self._logger.error("something can't be archived or merged", why=words["problem"])
            if words.get("kept"):
                yield words["kept"]
        if not ended and not self._stopped:
            raise Unavailable("the archive's process ended by itself; its words are on standard error")

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None or process.stdin is None:
            return
        try:
            process.stdin.close()
        except OSError:
            self._logger.debug("the archive's process was gone before it was told to end")
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _days_before(day: date, days: int) -> date:
    return day - timedelta(days=days) if days < day.toordinal() else date.min
