"""Keeps when the platform ran and its connections stood, so that gaps can be explained, also after a restart."""

from ingest.status import Connections
from smartregion.clock import DAY, Clock
from smartregion.gaps import Outage
from store.registry.gaps import GapStore

ALIVE = "gaps: alive"
"""Mark of the time at which the platform was last known to run."""
PLATFORM = ""


class Outages:
    """Beaten every few seconds: what lies between two beats of different runs was an outage."""

    def __init__(self, store: GapStore, connections: Connections, clock: Clock, *, listen: bool = True) -> None:
        """`listen`: this process is the platform; another one must not say that it ran."""
        self._listen = listen
        self._store = store
        self._connections = connections
        self._clock = clock
        self._lasting: set[Outage] = set()
        self._unkept: list[Outage] = []

    def begin(self) -> None:
        """Note that the platform runs again. Raises Unavailable."""
        if not self._listen:
            return
        now, alive = self._clock.now(), self._store.mark(ALIVE)
        if alive is not None and alive < now:
            unended = [each for each in self._store.outages(now - DAY) if each.until is None]
            ended = [each._replace(until=max(alive, each.start)) for each in unended]
            self._store.put_outages([*ended, Outage(PLATFORM, alive, now)])
        self._store.set_mark(ALIVE, now)

    def beat(self) -> None:
        """Note that the platform runs, and how the connections are. Raises Unavailable."""
        if not self._listen:
            return
        outages = self._connections.outages()
        self._unkept += [each for each in outages if each not in self._lasting]
        self._lasting = {each for each in outages if each.until is None}
        if self._unkept:
            self._store.put_outages(self._unkept)
            self._unkept = []
        self._store.set_mark(ALIVE, self._clock.now())

    def since(self, time: int) -> list[Outage]:
        """Outages that last or ended after a time. Raises Unavailable."""
        return self._store.outages(time)
