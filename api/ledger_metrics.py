"""The ledger for Prometheus: where the messages of each application stand, all days together."""

from collections.abc import Iterator

from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from queries.ledger import Ledger
from smartregion.errors import Unavailable

STATES = ("received", "stored", "ignored", "quarantined", "queued", "duplicate")


class LedgerMetrics(Collector):
    """Asks the ledger each time it is asked itself."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def describe(self) -> Iterator[Metric]:
        """The metrics, without figures."""
        yield _messages()
        yield _causes()

    def collect(self) -> Iterator[Metric]:
        """The metrics; nothing while the journal does not answer."""
        try:
            rows, causes = self._ledger.by_application(), self._ledger.causes()
        except Unavailable:
            return
        messages, why = _messages(), _causes()
        for row in rows:
            for state in STATES:
                messages.add_metric([row.application, state], getattr(row, state))
        for (application, state, cause), number in causes.items():
            why.add_metric([application, state, cause], number)
        yield messages
        yield why


def _messages() -> GaugeMetricFamily:
    words = "Messages of all days: received = stored + ignored + quarantined + queued + duplicate"
    return GaugeMetricFamily("smartregion_ledger_messages", words, labels=("application", "state"))


def _causes() -> GaugeMetricFamily:
    words = "Messages of all days that are ignored or in quarantine, and why"
    return GaugeMetricFamily("smartregion_ledger_causes", words, labels=("application", "state", "cause"))
