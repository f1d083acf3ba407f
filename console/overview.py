"""The first page: what came in today, how the domains stand, who is silent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from console.fleet import Fleet, Row
from console.reader import Reader
from console.texts import DOMAINS
from console.using import by_tenant, total
from queries.bundle import Queries
from queries.ledger import total as total_of
from queries.points import Status
from smartregion import timestamps
from smartregion.quantities import QUANTITIES
from store.journal.protocol import LedgerRow

LEDGER_DAYS: Final = 7
SILENT_SHOWN: Final = 8
FULL_PERCENT: Final = 80.0
USE: Final = {"energy": "energy.active_import_total", "water": "water.volume_total"}


@dataclass(frozen=True, slots=True)
class Counts:
    """Messages of one day, all applications together."""

    received: int = 0
    stored: int = 0
    ignored: int = 0
    quarantined: int = 0
    queued: int = 0
    duplicate: int = 0

    @property
    def balanced(self) -> bool:
        """received = stored + ignored + quarantined + queued + duplicate."""
        return self.received == self.stored + self.ignored + self.quarantined + self.queued + self.duplicate


@dataclass(frozen=True, slots=True)
class Card:
    """One domain's headline."""

    domain: str
    points: int
    silent: int
    figure: str
    """With its unit, in the reader's form; empty while there is no data."""
    beside: str
    """A second figure to compare with; may be empty."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the page shows."""

    points: int
    devices: int
    tenants: int
    today: Counts
    whole: Counts
    """Of all time."""
    cards: tuple[Card, ...]
    silent: tuple[Row, ...]
    silent_count: int
    ledger: tuple[LedgerRow, ...]
    held: Mapping[str, str]
    """Parts of the series store that take nothing until a person acts → what is to be done."""


def overview(queries: Queries, fleet: Fleet, reader: Reader) -> Overview:
    """Put the page together. Raises Unavailable."""
    rows = fleet.rows()
    silent = sorted((row for row in rows if row.status is Status.SILENT), key=lambda row: row.last_seen or 0)
    ledger = ledger_rows(queries, LEDGER_DAYS)
    return Overview(
        points=len(rows),
        devices=len(queries.registry.devices()),
        tenants=len(queries.region.tenants),
        today=counts_of_today(ledger, queries),
        whole=counts_of_all(queries.ledger.rows()),
        cards=tuple(
            _card(domain, [row for row in rows if row.domain == domain], queries, reader) for domain in DOMAINS
        ),
        silent=tuple(silent[:SILENT_SHOWN]),
        silent_count=len(silent),
        ledger=tuple(ledger),
        held=queries.store.held(),
    )


def counts_of_today(ledger: Sequence[LedgerRow], queries: Queries) -> Counts:
    """The rows of the region's today, added up."""
    today = timestamps.to_datetime(queries.clock.now(), queries.region.zone).date()
    return counts_of_all([row for row in ledger if row.day == today])


def counts_of_all(ledger: Sequence[LedgerRow]) -> Counts:
    """All rows added up."""
    return Counts(*total_of(ledger)[2:])


def ledger_rows(queries: Queries, days: int) -> list[LedgerRow]:
    """The ledger of the last so many local days, newest day first. Raises Unavailable."""
    today = timestamps.to_datetime(queries.clock.now(), queries.region.zone).date()
    rows = queries.ledger.rows(since=today - timedelta(days=days - 1))
    return sorted(rows, key=lambda row: (-row.day.toordinal(), row.application))


def _card(domain: str, fleet: Sequence[Row], queries: Queries, reader: Reader) -> Card:
    rows = [row for row in fleet if row.domain == domain]
    figure, beside = _use(domain, queries, reader) if domain in USE else (_state(domain, rows, reader), "")
    silent = sum(row.status is Status.SILENT for row in rows)
    return Card(domain, len(rows), silent, figure, beside)


def _use(domain: str, queries: Queries, reader: Reader) -> tuple[str, str]:
    quantity = QUANTITIES[USE[domain]]
    tenants = by_tenant(queries, quantity.name).values()
    today = total(days.today for days in tenants).value
    before = total(days.yesterday for days in tenants).value
    beside = "" if before is None else reader.text("figure.yesterday", value=reader.amount(quantity, before))
    return "" if today is None else reader.amount(quantity, today), beside


def _state(domain: str, rows: Sequence[Row], reader: Reader) -> str:
    if domain == "waste":
        known = (row.find("level.fill_percent") for row in rows)
        fills = [fill.value for fill in known if fill is not None and not fill.stale]
        return f"{sum(fill >= FULL_PERCENT for fill in fills)} / {len(fills)}" if fills else ""
    if domain == "mobility":
        spaces = _values(rows, "parking.occupied")
        return reader.percent(sum(space >= 0.5 for space in spaces) / len(spaces)) if spaces else ""
    name = "air.co2" if domain == "buildings" else "air.temperature"
    found = _values(rows, name)
    return reader.value(name, round(sum(found) / len(found), 1 if domain == "environment" else 0)) if found else ""


def _values(rows: Sequence[Row], quantity: str) -> list[float]:
    found = (row.find(quantity) for row in rows)
    return [value.value for value in found if value is not None and not value.stale]
