"""What must be tidied for a service to run for years: the log, the book, the series store, the latest values."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Protocol

from smartregion.clock import DAY, Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from smartregion.region import Region
from store.journal.protocol import Book, Log
from store.series.protocol import SeriesStore

# Rows of the book are needed as long as a frame may come again: by the Storage Integration, or by an import.
BOOK_DAYS = 400
# Of the log's bound: above the first, settled chunks are dropped before their time, down to the second.
FULL, ROOMY = 0.9, 0.7
# Above this share settled chunks go even when the archive can't take them: what comes in now counts for more.
LAST_RESORT = 0.98
CHUNKS_AT_ONCE = 200


class Archive(Protocol):
    """Where settled chunks go."""

    def keep(self, positions: Sequence[int]) -> Iterator[Sequence[int]]:
        """Bring these chunks into the archive; gives those that are there. Raises Unavailable."""
        ...

    def stop(self) -> None:
        """End what runs."""
        ...


class Housekeeping:
    """Keeps every store within what the region file allows."""

    def __init__(
        self,
        region: Region,
        log: Log,
        book: Book,
        series: SeriesStore,
        clock: Clock,
        save_latest: Callable[[], None],
        logger: Logger,
        archive: Archive | None = None,
    ) -> None:
        """`archive`: takes settled chunks before the log lets go of them; None when nothing is to be archived."""
        self._archive = archive
        self._region = region
        self._log = log
        self._book = book
        self._series = series
        self._clock = clock
        self._save_latest = save_latest
        self._logger = logger
        self._told_full = False

    def save(self) -> None:
        """Write down what is kept in memory."""
        self._save_latest()

    def make_room(self) -> None:
        """Near the log's bound drop settled chunks, the oldest first; say so when unsettled ones fill it."""
        bound = self._region.journal.max_megabytes * 1_000_000
        if self._log.size() < bound * FULL:
            self._told_full = False
            return
        settled = sorted(self._book.droppable(self._clock.now()))
        try:
            self._make_room(settled, bound * ROOMY)
        except Unavailable as error:
            if self._log.size() < bound * LAST_RESORT:
                raise
            self._logger.error(
                "the log is full and the archive can't be written: settled messages go without it", why=str(error)
            )
            self._make_room(settled, bound * ROOMY, unarchived=True)
        if self._log.size() >= bound * FULL and not self._told_full:
            self._told_full = True
            self._logger.error(
                "journal nearly full of messages that wait for the store; at its bound new ones are kept in memory "
                "only: bring the store back, or raise journal.max_megabytes",
                megabytes=self._log.size() // 1_000_000,
            )

    def _make_room(self, settled: Sequence[int], wanted: float, *, unarchived: bool = False) -> None:
        """Let go of chunks until the log is as small as wanted. Raises Unavailable."""
        if not settled or self._log.size() <= wanted:
            return
        for _ in self._let_go(settled, unarchived=unarchived):
            if self._log.size() <= wanted:
                return

    def _let_go(self, positions: Sequence[int], *, unarchived: bool = False) -> Iterator[None]:
        """Drop chunks, once they are in the archive where there is one; step by step. Raises Unavailable."""
        if self._archive is None or unarchived:
            steps: Iterable[Sequence[int]] = (
                positions[start : start + CHUNKS_AT_ONCE] for start in range(0, len(positions), CHUNKS_AT_ONCE)
            )
        else:
            steps = self._archive.keep(positions)
        for step in steps:
            self._drop(step)
            yield

    def _drop(self, positions: Collection[int]) -> None:
        self._log.drop(positions)
        self._book.prune(positions, self._clock.now() - BOOK_DAYS * DAY)

    def retain(self) -> None:
        """Forget old rows of the book and old readings, and settled chunks once they are archived."""
        self._series.retain(self.readings_from())
        self._drop([])
        settled = self._book.droppable(self._clock.now() - int(self._region.retention.log_days * DAY))
        for _ in self._let_go(settled):
            pass

    def stop(self) -> None:
        """End an archive run; it goes on where it was next time."""
        if self._archive is not None:
            self._archive.stop()

    def readings_from(self) -> int:
        """Older readings are forgotten; the rollups of their hours stay as they are."""
        return self._clock.now() - self._region.retention.readings_days * DAY
