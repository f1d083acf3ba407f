"""What is told of settled messages: latest values, live events, metrics."""

import threading
from collections import Counter as Counts
from collections.abc import Callable, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge

from ingest.pipeline import Settled
from queries.latest import Latest
from queries.live import Counted, Filled, Live, heard
from queries.progress import Progress
from smartregion.clock import HOUR, SECOND, Clock

TICK_SECONDS = 1.0


class Watcher:
    """Called by the worker after each chunk; ticks once a second for those who look on."""

    def __init__(
        self,
        latest: Latest,
        live: Live,
        clock: Clock,
        metrics: CollectorRegistry,
        waiting: Callable[[], int],
        progress: Callable[[], Sequence[Progress]],
    ) -> None:
        self._latest = latest
        self._live = live
        self._clock = clock
        self._waiting = waiting
        self._progress = progress
        self._counts: Counts[str] = Counts()
        self._ticked = clock.now()
        self._stop = threading.Event()
        self._messages = Counter(
            "smartregion_messages",
            "Messages by application, state and cause",
            ("application", "state", "cause"),
            registry=metrics,
        )
        self._readings = Counter("smartregion_readings", "Readings stored", registry=metrics)
        self._warnings = Counter(
            "smartregion_decoder_warnings", "Warnings of decoders", ("application",), registry=metrics
        )
        behind = Gauge("smartregion_messages_waiting", "Messages of the log that are not settled", registry=metrics)
        behind.set_function(waiting)

    def settled(self, settled: Settled) -> None:
        """Take note of one chunk."""
        self._latest.update(settled.records)
        for (application, state, cause), n in settled.counts.items():
            self._counts[state] += n
            self._messages.labels(application, state, cause).inc(n)
        self._readings.inc(len(settled.records))
        recent = self._clock.now() - HOUR
        for frame in settled.stored:
            if frame.uplink is None:
                continue
            if frame.warnings:
                self._warnings.labels(frame.uplink.application).inc(len(frame.warnings))
            if self._live.listening and frame.uplink.received_at >= recent:
                for event in heard(frame.uplink.received_at, frame.records):
                    self._live.publish(event)

    def run(self) -> None:
        """Tick until stopped."""
        while not self._stop.wait(TICK_SECONDS):
            self.tick()

    def stop(self) -> None:
        """Make `run` return."""
        self._stop.set()

    def tick(self) -> None:
        """Tell what was settled since the last tick, and how far the back-fills are."""
        now = self._clock.now()
        counts, self._counts = self._counts, Counts()
        if self._live.listening:
            self._live.publish(
                Counted(
                    time=now,
                    seconds=(now - self._ticked) / SECOND,
                    received=sum(counts.values()),
                    stored=counts["stored"],
                    ignored=counts["ignored"],
                    quarantined=counts["quarantined"],
                    duplicate=counts["duplicate"],
                    waiting=self._waiting(),
                )
            )
            progress = tuple(self._progress())
            if any(each.state == "running" for each in progress):
                self._live.publish(Filled(progress))
        self._ticked = now
