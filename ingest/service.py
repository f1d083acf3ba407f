"""The ingest role: its threads, started in order and stopped in order."""

import threading
import time
from collections.abc import Callable, Sequence

from ingest.backfill import Backfill
from ingest.collector import Collector
from ingest.gap_thread import GapThread
from ingest.mqtt import MqttSource
from ingest.watching import Watcher
from ingest.worker import Worker
from smartregion.logs import Logger

# The whole stop is promised within 10 s.
FINISH_SECONDS = 8.0


class Ingest:
    """Everything between the brokers and the stores, running."""

    def __init__(
        self,
        collector: Collector,
        worker: Worker,
        watcher: Watcher,
        sources: Sequence[MqttSource],
        backfill: Backfill | None,
        logger: Logger,
        gaps: GapThread | None = None,
    ) -> None:
        self._gaps = gaps
        self.collector = collector
        self.worker = worker
        self._watcher = watcher
        self.backfill = backfill
        self._sources = sources
        self._logger = logger
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Start all threads; what an earlier run left in the log is taken first. Raises Unavailable."""
        if self._gaps is not None:
            # Before the worker, or its first frames would seem to be the first ever.
            self._gaps.begin()
            self._spawn("gaps", self._gaps.run)
        self._spawn("collector", self.collector.run)
        self._spawn("worker", self.worker.run)
        self._spawn("watcher", self._watcher.run)
        for number, source in enumerate(self._sources):
            self._spawn(f"mqtt-{number}", source.run)
        if self.backfill is not None:
            self._spawn("backfill", self.backfill.run)

    def stop(self) -> None:
        """Stop receiving, make durable what was received, settle what is in hand; ten seconds at most."""
        deadline = time.monotonic() + FINISH_SECONDS
        if self._gaps is not None:
            self._gaps.stop()
        if self.backfill is not None:
            self.backfill.stop()
        for source in self._sources:
            source.stop()
        self._join(deadline, but=("collector", "worker", "watcher"))
        self.collector.stop()
        self._join(deadline, but=("worker", "watcher"))
        while self.worker.behind() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.worker.stop()
        self._watcher.stop()
        self._join(deadline + 1.0)
        if self._gaps is not None:
            self._gaps.finish()
        self._logger.info("stopped", chunks_left=self.worker.behind())

    def healthy(self) -> list[str]:
        """Names of threads that have ended although they should run."""
        return [name for name, thread in self._threads.items() if not thread.is_alive()]

    def _spawn(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def _join(self, deadline: float, but: tuple[str, ...] = ()) -> None:
        for name, thread in self._threads.items():
            if name not in but:
                thread.join(max(0.0, deadline - time.monotonic()))
