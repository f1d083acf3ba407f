"""How far the back-fills are, and what stands in their way."""

import threading
from collections.abc import Callable
from dataclasses import replace

from ingest.storage import NoStorage, SlowDown
from queries.progress import Progress
from smartregion.clock import SECOND, Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger

RUNNING, COMPLETE, WAITING, NO_STORAGE, OUTSIDE = "running", "complete", "waiting", "no storage", "outside storage"
ENDED = (COMPLETE, NO_STORAGE, OUTSIDE)

Progresses = dict[str, Progress]


class Board:
    """Progress by application: of what follows the marks, and of what was asked by hand."""

    def __init__(self, clock: Clock, logger: Logger, stop: threading.Event) -> None:
        self.marks: Progresses = {}
        self.by_hand: Progresses = {}
        self._clock = clock
        self._logger = logger
        self._stop = stop
        self._rests: dict[str, int] = {}
        self._told: dict[str, str] = {}

    def all(self) -> list[Progress]:
        """One for each application; what was asked by hand stands before the rest."""
        found = {**self.marks, **self.by_hand}
        return [found[label] for label in sorted(found)]

    def attempt(self, progresses: Progresses, label: str, step: Callable[[], None]) -> bool:
        """Do a step of an application's back-fill. False when it can't be done now; the progress says why."""
        if self._stop.is_set():
            return False
        if self._clock.now() < self._rests.get(label, 0):
            self._fail(progresses, label, WAITING)
            return False
        try:
            step()
        except NoStorage as error:
            self._fail(progresses, label, NO_STORAGE, error)
            return False
        except (Unavailable, Misconfigured) as error:
            if isinstance(error, SlowDown):
                self._rests[label] = self._clock.now() + int(error.seconds * SECOND)
            self._fail(progresses, label, WAITING, error)
            return False
        self._told.pop(label, None)
        return True

    def count(self, progresses: Progresses, label: str, more: int) -> None:
        """So many more messages were fetched."""
        progress = progresses[label]
        done = progress.done + more
        progresses[label] = replace(progress, state=RUNNING, done=done, total=max(done, progress.total))

    def end(self, progresses: Progresses, label: str, state: str = COMPLETE) -> None:
        """An application's back-fill has come to its end."""
        progresses[label] = replace(progresses[label], state=state)

    def _fail(self, progresses: Progresses, label: str, state: str, error: Exception | None = None) -> None:
        """Say once what is wrong, and keep it for those who ask."""
        before = progresses.get(label) or Progress(label, state, 0, 0, 0, 0)
        progresses[label] = replace(before, state=state)
        if error is None or self._stop.is_set():
            return
        if self._told.get(label) != str(error):
            self._logger.warning("no back-fill for now", application=label, why=str(error))
        self._told[label] = str(error)
