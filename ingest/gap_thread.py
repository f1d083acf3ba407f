"""Lets the gaps be kept every few seconds, in a thread of its own."""

import threading
from collections.abc import Callable

from ingest.gap_keeping import GapKeeper
from smartregion.errors import Unavailable
from smartregion.logs import Logger

BEAT_SECONDS = 10.0
BEATS_TO_SAVE = 6
BEATS_TO_PRUNE = 360


class GapThread:
    """Sweeps, saves and prunes; where the registry is away, it says so once and goes on later."""

    def __init__(self, keeper: GapKeeper, begin: Callable[[], None], logger: Logger) -> None:
        """`begin`: take up what an earlier run has left."""
        self._keeper = keeper
        self.begin = begin
        self._logger = logger
        self._stop = threading.Event()
        self._away = False

    def run(self) -> None:
        """Work until stopped, then keep what is known."""
        beats = 0
        while not self._stop.wait(BEAT_SECONDS):
            beats += 1
            self._guarded(self._keeper.sweep)
            if beats % BEATS_TO_SAVE == 0:
                self._guarded(self._keeper.save)
            if beats % BEATS_TO_PRUNE == 1:
                self._guarded(self._keeper.prune)

    def finish(self) -> None:
        """Keep what is known when all frames of this run have been heard."""
        self._guarded(self._keeper.sweep)
        self._guarded(self._keeper.save)

    def stop(self) -> None:
        """Make `run` return."""
        self._stop.set()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Unavailable as error:
            if not self._away:
                self._logger.error("registry away, gaps are told of later", why=str(error))
            self._away = True
            return
        self._away = False
