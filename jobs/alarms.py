"""Looks by the clock how everything stands, and keeps what an operator is to be told of."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from prometheus_client import CollectorRegistry, Gauge

from jobs.alarm_measures import Part
from queries.alarm_rules import RULES, Measure, Name, judge
from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import DAY, Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from store.registry.alarms import AlarmStore

KEPT = 400 * DAY
OF_DEVICES = frozenset({AlarmKind.SILENT, AlarmKind.BATTERY})


class Alarms:
    """Called by the clock, always in one thread."""

    def __init__(
        self,
        store: AlarmStore,
        parts: Sequence[Part],
        knows: Callable[[str], bool],
        told: Mapping[AlarmKind, Collection[str]],
        clock: Clock,
        logger: Logger,
        metrics: CollectorRegistry,
    ) -> None:
        """`knows`: whether there is a device of that id. `told`: who is told of which kind."""
        self._store = store
        self._parts = parts
        self._knows = knows
        self._told = told
        self._clock = clock
        self._logger = logger
        self._active: dict[Name, Alarm] | None = None
        self._since: dict[Name, int] = {}
        self._pruned = clock.now()
        self._gauge = Gauge("smartregion_alarms", "Alarms that last", ("kind",), registry=metrics)

    def look(self) -> None:
        """Measure, and keep what has begun or ended. Raises Unavailable: nothing was kept; look again later."""
        if self._active is None:
            self._active = {alarm.name: alarm for alarm in self._store.active()}
        now = self._clock.now()
        judged = judge(self._active, self._since, self._measures(self._active), now)
        self._keep(judged.begun, judged.ended, now)
        self._since = judged.since
        for kind in AlarmKind:
            self._gauge.labels(kind.value).set(sum(alarm.kind is kind for alarm in self._active.values()))
        if now - self._pruned > DAY:
            self._store.prune(now - KEPT)
            self._pruned = now

    def _measures(self, active: dict[Name, Alarm]) -> Iterator[Measure]:
        gone = {name for name in active if name[0] in OF_DEVICES and not self._knows(name[1])}
        for part in self._parts:
            try:
                measured = list(part.measure(active.keys()))
            except Unavailable:
                # The store's own absence is measured by a part that does not raise.
                continue
            yield from (each for each in measured if (each.kind, each.subject) not in gone)
        yield from (Measure(kind, subject, RULES[kind].ends) for kind, subject in sorted(gone))

    def _keep(self, begun: Sequence[Alarm], ended: Sequence[Alarm], now: int) -> None:
        if self._active is None or not (begun or ended):
            return
        added = self._store.change(begun, ended, self._told, now)
        for alarm in added:
            self._active[alarm.name] = alarm
            self._logger.warning("alarm begins", kind=alarm.kind.value, subject=alarm.subject, value=alarm.value)
        for alarm in ended:
            self._active.pop(alarm.name, None)
            self._logger.info("alarm ends", kind=alarm.kind.value, subject=alarm.subject)
