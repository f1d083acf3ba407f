"""What a data folder holds when the service is gone: judged message by message."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

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


Found = Mapping[str, Sequence[float]]
"""Device → the pulses it counted, in order of time."""


def assert_stored_once(data: Path, wanted: Found, found: Found | None = None) -> LedgerRow:
    """Each uplink is in the book once and in the series once: of each device the pulses it counted, in order of time.

    The counters rise with time, so that equal lists also say: every value at its own time. `found`: what the store
    holds; that of the data folder if nothing else is said.
    """
    sums = ledger_of(data)
    uplinks = sum(len(values) for values in wanted.values())
    assert (sums.stored, sums.ignored, sums.quarantined, sums.queued) == (uplinks, 0, 0, 0)
    assert (_in_duckdb(data) if found is None else found) == wanted
    return sums


def _in_duckdb(data: Path) -> Found:
    store = DuckSeries(data / "series.duckdb")
    found = store.read_many(store.series(Selection(quantities=("pulse.count_total",))), EARLIEST, LATEST)
    store.close()
    return {series.device: [sample.value for sample in samples] for series, samples in found.items()}


def in_influxdb(url: str, database: str) -> Found:
    """What an InfluxDB holds, asked of the server itself, past the platform and its catalogue."""
    question = {"db": database, "epoch": "ns", "q": 'SELECT "count_total", "device" FROM "pulse"'}
    reply = httpx.get(f"{url}/query", params=question, timeout=60).raise_for_status().json()
    rows = [row for each in reply["results"] for series in each.get("series", []) for row in series["values"]]
    found: dict[str, list[float]] = {}
    for _, value, device in sorted(rows):
        found.setdefault(device, []).append(value)
    return found
