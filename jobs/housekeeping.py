"""What must be tidied for a service to run for years: the log, the book, the series store, the latest values."""

from collections.abc import Callable

from smartregion.clock import DAY, Clock
from smartregion.region import Region
from store.journal.protocol import Book, Log
from store.series.protocol import SeriesStore

# Rows of the book are needed as long as a frame may come again: by the Storage Integration, or by an import.
BOOK_DAYS = 400


class Housekeeping:
    """Keeps every store within what the region file allows."""

    def __init__(
        self, region: Region, log: Log, book: Book, series: SeriesStore, clock: Clock, save_latest: Callable[[], None]
    ) -> None:
        self._region = region
        self._log = log
        self._book = book
        self._series = series
        self._clock = clock
        self._save_latest = save_latest

    def save(self) -> None:
        """Write down what is kept in memory."""
        self._save_latest()

    def retain(self) -> None:
        """Forget settled chunks, old rows of the book and old readings."""
        now = self._clock.now()
        settled_before = now - int(self._region.retention.log_days * DAY)
        positions = self._book.droppable(settled_before)
        self._log.drop(positions)
        self._book.prune(positions, now - BOOK_DAYS * DAY)
        self._series.retain(self.readings_from())

    def readings_from(self) -> int:
        """Older readings are forgotten; the rollups of their hours stay as they are."""
        return self._clock.now() - self._region.retention.readings_days * DAY
