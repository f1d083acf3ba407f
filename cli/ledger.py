"""The ledger on the screen."""

from collections.abc import Sequence

from cli.options import Context
from cli.output import rows, say
from cli.texts import text
from store.journal.protocol import LedgerRow

COLUMNS = ("application", "day", "received", "stored", "ignored", "quarantined", "queued", "duplicate")


def print_ledger(where: Context, ledger: Sequence[LedgerRow]) -> None:
    """Per application and day, with the sum; the identity it holds is printed below."""
    items: list[dict[str, object]] = [row._asdict() for row in ledger]
    if ledger and not where.json:
        sums = {name: sum(getattr(row, name) for row in ledger) for name in COLUMNS[2:]}
        items.append({"application": text("total", where.language), "day": "", **sums})
    rows(where, text("ledger", where.language), COLUMNS, items)
    if ledger and not where.json:
        say(text("ledger_note", where.language))
