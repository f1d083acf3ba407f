"""Counts the rows of the book anew and compares with the ledger: it must balance, and agree with what is there."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta, tzinfo

from prometheus_client import CollectorRegistry, Gauge

from jobs.housekeeping import BOOK_DAYS
from smartregion import timestamps
from smartregion.clock import Clock
from store.journal.protocol import Book, LedgerRow

KIND = "ledger does not balance"
# Rows of older days may have been let go, up to a day apart from each other by their zone.
COUNTED_DAYS = BOOK_DAYS - 3

Alarm = Callable[[str, str, str], None]
"""Kind, what it is about, words."""


class LedgerCheck:
    """Called by the clock. Counts today and yesterday each time, and one of the older days in turn."""

    def __init__(self, book: Book, zone: tzinfo, clock: Clock, alarm: Alarm, metrics: CollectorRegistry) -> None:
        """`alarm`: called once for each application and day that turns out not to agree, until it did agree again."""
        self._book = book
        self._zone = zone
        self._clock = clock
        self._alarm = alarm
        self._before = date.max
        """The older day that was counted last."""
        self._failing: dict[tuple[str, date], str] = {}
        gauge = Gauge("smartregion_ledger_unbalanced", "Applications and days whose ledger is wrong", registry=metrics)
        gauge.set_function(lambda: len(self._failing))

    @property
    def failing(self) -> dict[tuple[str, date], str]:
        """(application, day) → what is wrong with it."""
        return dict(self._failing)

    def check(self) -> None:
        """Compare. Raises Unavailable."""
        found = {(row.application, row.day): words for row, words in self._unbalanced()}
        counted = self._days()
        for day in counted:
            found |= {(row.application, day): words for row, words in self._disagreeing(day)}
        # A day that was not counted this time is as wrong as it was.
        found |= {name: words for name, words in self._failing.items() if name[1] not in counted and name not in found}
        new = found.keys() - self._failing.keys()
        self._failing = found
        for application, day in sorted(new):
            self._alarm(KIND, f"{application} {day.isoformat()}", found[application, day])

    def _unbalanced(self) -> Iterator[tuple[LedgerRow, str]]:
        for row in self._book.ledger():
            told = row.stored + row.ignored + row.quarantined + row.queued + row.duplicate
            if row.received != told:
                yield row, f"received {row.received}, but {told} are told of"

    def _disagreeing(self, day: date) -> Iterator[tuple[LedgerRow, str]]:
        for row, rows in self._book.recount(day):
            if row != rows:
                yield row, f"the ledger says {_counts(row)}; the rows say {_counts(rows)}"

    def _days(self) -> list[date]:
        """Today and its neighbours, for clocks of devices run ahead; and an older day."""
        today = timestamps.to_datetime(self._clock.now(), self._zone).date()
        near = [today + timedelta(days=days) for days in (1, 0, -1)]
        first = today - timedelta(days=COUNTED_DAYS)
        older = sorted({row.day for row in self._book.ledger(first, today - timedelta(days=2))})
        if not older:
            return near
        self._before = max((day for day in older if day < self._before), default=older[-1])
        return [*near, self._before]


def _counts(row: LedgerRow) -> str:
    return ", ".join(f"{name} {number}" for name, number in row._asdict().items() if isinstance(number, int))
