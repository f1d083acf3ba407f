"""Back-fills asked by hand, kept until they are done: a restart goes on where they had come to."""

import threading
from collections.abc import Collection

from smartregion.clock import DAY, Clock
from smartregion.gaps import Fetch
from store.registry.gaps import GapStore


class Orders:
    """Asked by any thread, done by the back-fill's: day by day, the newest first, applications in turn."""

    def __init__(self, store: GapStore | None, clock: Clock) -> None:
        """Without a store they are forgotten with the process."""
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._open: list[Fetch] = []

    def take_up(self) -> list[Fetch]:
        """Go on with what an earlier run has left; gives it. Raises Unavailable."""
        with self._lock:
            self._open += self._left()
            return list(self._open)

    def add(self, application: str, start: int, until: int) -> Fetch:
        """Add a back-fill; what an earlier run has done of the same one is not done again. Raises Unavailable."""
        with self._lock:
            left = [each for each in self._left() if each.application == application and each.start == start]
            begun = max(left, key=lambda each: each.until, default=None)
            fetch = Fetch(application, start, until, until, 0, self._clock.now())
            if begun is not None and begun.reached < begun.until <= until:
                self._open.append(begun)
                fetch = fetch._replace(start=begun.until)
            self._put(fetch)
            self._open.append(fetch)
            return fetch

    def _left(self) -> list[Fetch]:
        """Those kept that this run does not have in hand."""
        kept = self._store.fetches() if self._store is not None else []
        return [each for each in kept if not any(_same(each, other) for other in self._open)]

    def open(self) -> list[Fetch]:
        """Those that are not done, in the order in which they were asked."""
        with self._lock:
            return list(self._open)

    def next(self, but: Collection[str]) -> Fetch | None:
        """Whose turn it is: the application whose newest day is the newest, and not one of these."""
        waiting = [each for each in self.open() if each.application not in but]
        return max(waiting, key=lambda each: each.reached, default=None)

    def advance(self, fetch: Fetch, reached: int, fetched: int) -> bool:
        """Note that a back-fill has come so far; gives whether it is done. Raises Unavailable."""
        now = fetch._replace(reached=reached, fetched=fetch.fetched + fetched)
        with self._lock:
            others = [each for each in self._open if not _same(each, fetch)]
            if reached <= fetch.start:
                if self._store is not None:
                    self._store.remove_fetch(fetch)
                self._open = others
                return True
            self._put(now)
            self._open = [*others, now]
            return False

    def remove(self, fetch: Fetch) -> None:
        """Give a back-fill up. Raises Unavailable."""
        self.advance(fetch, fetch.start, 0)

    def _put(self, fetch: Fetch) -> None:
        if self._store is not None:
            self._store.put_fetch(fetch)


def day_of(fetch: Fetch) -> tuple[int, int]:
    """The newest day of a back-fill that is not compared yet."""
    return max(fetch.start, fetch.reached - DAY), fetch.reached


def _same(one: Fetch, other: Fetch) -> bool:
    return one[:3] == other[:3]
