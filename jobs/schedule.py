"""Work by the clock: rollups, housekeeping, retention. APScheduler decides when, the functions here what."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import NamedTuple

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.housekeeping import Housekeeping
from jobs.rollups import sum_up
from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from store.registry.protocol import Registry
from store.series.protocol import SeriesStore

ROLLUP_SECONDS = 2
ROLLUP_HOURS = 50_000
# How long the rollups rest after a run, in lengths of that run and in seconds: the longer, the more readings of one
# hour are summed up together. While history comes in every hour is new, and people wait for curves.
REST, LONGEST_REST = 10.0, 60.0
REST_CATCHING_UP, LONGEST_REST_CATCHING_UP = 1.0, 5.0
RELOAD_SECONDS = 2
COMPACTION_SECONDS = 15
KEEPING_SECONDS = 60
RETENTION_SECONDS = 3600
# A thread of its own for what may wait for the archive: rollups must not.
KEEPING = "keeping"
# And one for what must be told in time.
WATCHING = "watching"


class Task(NamedTuple):
    """Work that may wait for the archive, unless it says which thread it is done in."""

    name: str
    seconds: int
    """How often it is done."""
    work: Callable[[], None]
    """May raise Unavailable."""
    thread: str = KEEPING


class Jobs:
    """All jobs of a service. Each runs in one thread at a time; a run that is late is made up once."""

    def __init__(
        self,
        series: SeriesStore,
        registry: Registry,
        housekeeping: Housekeeping,
        zone: tzinfo,
        clock: Clock,
        logger: Logger,
        catching_up: Callable[[], bool] = lambda: False,
        reload: Callable[[], None] = lambda: None,
        tasks: Sequence[Task] = (),
    ) -> None:
        """`catching_up`: whether much history is coming in just now. `reload`: look for changed decoders.
        `tasks`: whatever else is to be done.
        """
        self._tasks = tasks
        self._reload = reload
        self._catching_up = catching_up
        self._rested_at = 0.0
        self._series = series
        self._registry = registry
        self._housekeeping = housekeeping
        self._zone = zone
        self._clock = clock
        self._logger = logger
        self._away: set[str] = set()
        self._stopping = threading.Event()
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            executors={name: ThreadPoolExecutor(1) for name in ("default", KEEPING, WATCHING)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )

    def start(self) -> None:
        """Begin to work by the clock."""
        self._every(ROLLUP_SECONDS, "rollups", self.roll_up)
        self._every(RELOAD_SECONDS, "decoders", self._reload)
        self._every(COMPACTION_SECONDS, "compaction", self._series.compact)
        self._every(KEEPING_SECONDS, "latest values", self._housekeeping.save)
        self._every(COMPACTION_SECONDS, "room", self._housekeeping.make_room, KEEPING)
        self._every(RETENTION_SECONDS, "retention", self._housekeeping.retain, KEEPING)
        for task in self._tasks:
            self._every(task.seconds, task.name, task.work, task.thread)
        self._scheduler.start()

    def stop(self) -> None:
        """Finish the step in hand, then save what is only in memory. Hours left dirty are summed up next time."""
        self._stopping.set()
        self._housekeeping.stop()
        self._scheduler.shutdown(wait=True)
        self._guarded("latest values", self._housekeeping.save)

    def roll_up(self) -> None:
        """Bring the rollups in step with the readings, unless the last time was just now."""
        begun = time.monotonic()
        if begun < self._rested_at:
            return
        edge, now = self._housekeeping.readings_from(), self._clock.now()
        sum_up(
            self._series,
            self._registry,
            self._zone,
            now,
            ROLLUP_HOURS,
            frozen_before=edge,
            stopped=self._stopping.is_set,
        )
        ended = time.monotonic()
        rest, longest = (REST_CATCHING_UP, LONGEST_REST_CATCHING_UP) if self._catching_up() else (REST, LONGEST_REST)
        self._rested_at = ended + min((ended - begun) * rest, longest)

    def _every(self, seconds: float, name: str, work: Callable[[], None], thread: str = "default") -> None:
        given = (name, work)
        self._scheduler.add_job(self._guarded, "interval", seconds=seconds, id=name, args=given, executor=thread)

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        """Do the work; where a store is away, say so once and try again at the next time."""
        try:
            work()
        except Unavailable as error:
            if name not in self._away:
                self._logger.error("job can't be done now", job=name, why=str(error))
            self._away.add(name)
            return
        if name in self._away:
            self._logger.info("job works again", job=name)
        self._away.discard(name)
