"""Where the series store takes nothing until a person acts, for Prometheus."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from store.series.protocol import SeriesStore


class StoreMetrics(Collector):
    """Asks the store each time it is asked itself; it answers from memory."""

    def __init__(self, store: SeriesStore) -> None:
        self._store = store

    def describe(self) -> Iterator[Metric]:
        """The metric, without figures."""
        yield _held()

    def collect(self) -> Iterator[Metric]:
        """A row for each part that is held; none while all is well."""
        held = _held()
        for part in self._store.held():
            held.add_metric([part], 1)
        yield held


def _held() -> GaugeMetricFamily:
    words = "Parts of the series store (buckets of InfluxDB) that take nothing until a person acts; the log says why"
    return GaugeMetricFamily("smartregion_store_held", words, labels=("part",))
