"""Writes to many buckets side by side: trouble in one does not delay the others."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from store.series.influxdb_address import Role, writer_of
from store.series.influxdb_http import Server
from store.series.influxdb_lanes import Lane, Outcome, Whole
from store.series.influxdb_lines import Lines

_WORKERS: Final = 4


class Writer:
    """Any number of threads may write."""

    def __init__(self, server: Server, clock: Clock, logger: Logger) -> None:
        self._server = server
        self._clock = clock
        self._logger = logger
        self._whole = Whole(clock)
        self._lock = threading.Lock()
        self._lanes: dict[tuple[str, Role], Lane] = {}
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="influxdb")

    def write(self, batches: Mapping[str, Lines]) -> dict[str, Outcome]:
        """Write lines by tenant to the tenants' own buckets."""
        if len(batches) < 2:
            return {tenant: self._lane(tenant, Role.INGEST).send(lines) for tenant, lines in batches.items()}
        waiting = iter(list(batches.items()))
        lock = threading.Lock()
        works = [self._pool.submit(self._work, waiting, lock) for _ in range(min(_WORKERS, len(batches)))]
        return {tenant: outcome for work in works for tenant, outcome in work.result().items()}

    def put(self, bucket: str, lines: Lines, role: Role) -> None:
        """Write lines to one bucket, all of them. Raises Unavailable, also for what is refused."""
        outcome = self._lane(bucket, role).send(lines)
        if outcome.trouble:
            raise Unavailable(outcome.trouble)
        if outcome.refused:
            place, why = next(iter(outcome.refused.items()))
            raise Unavailable(f"{len(outcome.refused)} values can't be stored in {bucket!r}, first {place}: {why}")

    def restore(self, bucket: str, lines: Lines) -> None:
        """Write back what stood there a moment ago; what is too old for the bucket by now stays out.

        Raises:
            Unavailable: later.
        """
        outcome = self._lane(bucket, writer_of(bucket)).send(lines)
        if outcome.trouble:
            raise Unavailable(outcome.trouble)
        if outcome.refused:
            self._logger.error("not taken back", bucket=bucket, values=len(outcome.refused))

    def held(self) -> dict[str, str]:
        """Bucket → what a person must do."""
        return {bucket: words for (bucket, _), lane in list(self._lanes.items()) if (words := lane.held())}

    def close(self) -> None:
        """End the workers."""
        self._pool.shutdown()

    def _work(self, waiting: Iterator[tuple[str, Lines]], lock: threading.Lock) -> dict[str, Outcome]:
        done: dict[str, Outcome] = {}
        while True:
            with lock:
                item = next(waiting, None)
            if item is None:
                return done
            done[item[0]] = self._lane(item[0], Role.INGEST).send(item[1])

    def _lane(self, bucket: str, role: Role) -> Lane:
        with self._lock:
            lane = self._lanes.get((bucket, role))
            if lane is None:
                lane = Lane(self._server, self._whole, bucket, role, self._clock, self._logger)
                self._lanes[bucket, role] = lane
            return lane
