"""What a data folder holds when the service is gone: judged message by message."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from queries.ledger import Ledger, total
from smartregion.timestamps import EARLIEST, LATEST
from store.journal.protocol import LedgerRow
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection
from tests.whole.service import assert_balanced, journal_of


def ledger_of(data: Path) -> LedgerRow:
    """The sum of the ledger, which balances."""
    book, log = journal_of(data)
    rows = Ledger(book, log).rows()
    log.close()
    book.close()
    assert_balanced(rows)
    return total(rows)


def assert_stored_once(data: Path, wanted: Mapping[str, Sequence[int]]) -> LedgerRow:
    """Each uplink is in the book once and in the series once: of each device the pulses it counted, in order of time.

    The counters rise with time, so that equal lists also say: every value at its own time.
    """
    sums = ledger_of(data)
    uplinks = sum(len(values) for values in wanted.values())
    assert (sums.stored, sums.ignored, sums.quarantined, sums.queued) == (uplinks, 0, 0, 0)
    store = DuckSeries(data / "series.duckdb")
    found = store.read_many(store.series(Selection(quantities=("pulse.count_total",))), EARLIEST, LATEST)
    store.close()
    assert {series.device: [sample.value for sample in samples] for series, samples in found.items()} == dict(wanted)
    return sums
