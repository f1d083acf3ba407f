"""What became of every message, per application and day.

received = stored + ignored + quarantined + queued + duplicate, always.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from store.journal.protocol import Book, LedgerRow, Log, Waiting

# While much comes in, the book moves on between two looks at it; the last look is taken as it is then.
_LOOKS = 5


class Ledger:
    """The book's counts, and what is in the log but not in the book yet."""

    def __init__(self, book: Book, log: Log) -> None:
        self._book = book
        self._log = log

    def rows(self, since: date | None = None, until: date | None = None, application: str = "") -> list[LedgerRow]:
        """Rows by application and day, both ends included.

        What is not booked yet counts as queued on its day of arrival (UTC). Raises Unavailable.
        """
        position, booked = self._look(since, until)
        found = {(row.application, row.day): row for row in booked}
        for each in self._log.waiting(position):
            if (since is None or each.day >= since) and (until is None or each.day <= until):
                key = (each.application, each.day)
                found[key] = _with(found.get(key, LedgerRow(*key)), each)
        return [row for key, row in sorted(found.items()) if application in ("", row.application)]

    def by_application(self) -> list[LedgerRow]:
        """All days together, a row for each application. Raises Unavailable."""
        days: dict[str, list[LedgerRow]] = {}
        for row in self.rows():
            days.setdefault(row.application, []).append(row)
        return [total(rows, application) for application, rows in days.items()]

    def _look(self, since: date | None, until: date | None) -> tuple[int, list[LedgerRow]]:
        """Counts of the book and the position they belong to."""
        position, booked = self._book.position(), self._book.ledger(since, until)
        for _ in range(_LOOKS):
            after = self._book.position()
            if after == position:
                break
            position, booked = after, self._book.ledger(since, until)
        return position, booked

    def waiting(self) -> int:
        """Messages of the log that are not booked yet. Raises Unavailable."""
        return sum(each.count for each in self._log.waiting(self._book.position()))

    def causes(self, since: date | None = None, until: date | None = None) -> Mapping[tuple[str, str, str], int]:
        """(application, state, cause) → messages ignored or quarantined. Raises Unavailable."""
        return self._book.causes(since, until)

    def check(self) -> None:
        """Ask log and book something, for readiness. Raises Unavailable."""
        self._book.queued(1)
        self._log.waiting(self._book.position())


def total(rows: Iterable[LedgerRow], application: str = "", day: date = date.min) -> LedgerRow:
    """All rows added up."""
    columns = zip(*(row[2:] for row in rows), strict=True)
    return LedgerRow(application, day, *map(sum, columns))


def _with(row: LedgerRow, waiting: Waiting) -> LedgerRow:
    return row._replace(received=row.received + waiting.count, queued=row.queued + waiting.count)
