"""Closing gaps: per application a mark says "complete until t"; only a finished comparison moves it.

The marks come first, then what was asked by hand; both day by day, the newest first, so that no application waits for
another's month.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from ingest.board import NO_STORAGE, RUNNING, WAITING, Board
from ingest.by_hand import ByHand
from ingest.collector import Collector
from ingest.comparing import MILLISECOND, Comparing, Window
from ingest.orders import Orders
from ingest.storage import PAGE, StackHttp
from ingest.worker import Worker
from queries.progress import Progress
from smartregion.clock import DAY, HOUR, SECOND, Clock
from smartregion.errors import Unavailable
from smartregion.logs import Logger
from smartregion.region import Application, Region
from store.journal.protocol import Book
from store.registry.protocol import Registry

EVERY_SECONDS = 300.0
AGAIN_SECONDS = 30.0
"""What could not be done is tried again so soon."""
OVERLAP = 60 * SECOND


class Told(Protocol):
    """Who is told what was compared."""

    def compared(self, application: str, start: int, end: int) -> None:
        """What is still missing between these times will not come."""
        ...

    def outside(self, application: str, before: int) -> None:
        """The server keeps nothing that is older."""
        ...

    def without_storage(self, application: str) -> None:
        """The server keeps nothing at all."""
        ...


class Nobody:
    """Is told, and does nothing."""

    def compared(self, application: str, start: int, end: int) -> None:
        """Does nothing."""

    def outside(self, application: str, before: int) -> None:
        """Does nothing."""

    def without_storage(self, application: str) -> None:
        """Does nothing."""


class Backfill:
    """Compares and pulls for all applications, day by day, the newest day first."""

    def __init__(
        self,
        region: Region,
        stacks: Mapping[str, StackHttp],
        book: Book,
        registry: Registry,
        collector: Collector,
        worker: Worker,
        clock: Clock,
        logger: Logger,
        *,
        by_itself: bool = True,
        orders: Orders | None = None,
        told: Told | None = None,
    ) -> None:
        """`by_itself`: follow the marks, and go on with what was asked by hand before; else only do what is asked.
        `orders`: where it is kept what was asked by hand.
        """
        self._by_itself = by_itself
        self._region = region
        self._stacks = stacks
        self._registry = registry
        self._clock = clock
        self._logger = logger
        self._told = told or Nobody()
        self._wanted = threading.Event()
        self._reconnected = threading.Event()
        self._stop = threading.Event()
        self._surely_held: dict[str, int] = {}
        """By application, until when its server holds all by its own clock: ours may be ahead of it."""
        self._comparing = Comparing(stacks, book, collector, worker, clock, logger, self._stop)
        self._board = Board(clock, logger, self._stop)
        self._orders = orders or Orders(None, clock)
        self._by_hand = ByHand(
            self._orders, self._comparing, self._board, self._told.compared, self._oldest, tuple(stacks)
        )

    def run(self) -> None:
        """Compare on start, whenever asked, and every five minutes, until stopped."""
        if self._by_itself:
            self.take_up()
        while not self._stop.is_set():
            asked = self._reconnected.is_set()
            self._wanted.clear()
            more = self.round()
            if not self._stop.is_set() and not more:
                # The last seconds before a reconnect show in the storage only later: look once more.
                self._clock.wait(self._wanted, self._pause(asked=asked))

    def take_up(self) -> None:
        """Go on with what was asked by hand in an earlier run."""
        try:
            self._by_hand.take_up()
        except Unavailable as error:
            self._logger.warning("back-fills asked by hand wait for the next start", why=str(error))

    def _pause(self, *, asked: bool) -> float:
        if self._orders.open() or any(each.state == WAITING for each in self._board.marks.values()):
            return AGAIN_SECONDS
        return self._longest_lag() if asked else EVERY_SECONDS

    def _longest_lag(self) -> float:
        lags = [each.storage_lag_s for each in self._region.applications]
        return min(EVERY_SECONDS, max(lags, default=EVERY_SECONDS) + 5)

    def ask(self, label: str = "", start: int = 0, end: int = 0) -> None:
        """Compare soon: everything (after a reconnect), or one application's window as well (by hand).

        Raises:
            Unavailable: what is asked by hand can't be kept.
        """
        if label:
            self._by_hand.add(label, *_whole(start, end))
        else:
            self._reconnected.set()
        self._wanted.set()

    def stop(self) -> None:
        """Make `run` return soon; what was pulled by then is kept, the mark stays."""
        self._stop.set()
        self._wanted.set()

    def progress(self) -> list[Progress]:
        """How far each application's back-fill is."""
        return self._board.all()

    def catching_up(self) -> bool:
        """Whether much is being fetched just now."""
        return any(each.state == RUNNING and each.total - each.done > PAGE for each in self.progress())

    def round(self) -> bool:
        """Bring every application up to its server; then do what was asked by hand, until the marks are due again.

        Gives whether more of that can be done at once.
        """
        due = self._clock.now() + int(EVERY_SECONDS * SECOND)
        if self._by_itself:
            self._reconnected.clear()
            self._by_hand.forget_ended()
            self._follow()
        try:
            return self._by_hand.work(lambda: self._stop.is_set() or self._is_due(due))
        except Unavailable as error:
            self._logger.warning("back-fills asked by hand wait", why=str(error))
            return False

    def _is_due(self, due: int) -> bool:
        return self._by_itself and (self._reconnected.is_set() or self._clock.now() >= due)

    def _follow(self) -> None:
        """From the marks on."""
        windows = {each.label: self._window(each) for each in self._region.applications if each.label in self._stacks}
        for label in self._compare_all(windows):
            start, end = windows[label]
            first = self._registry.complete_until(label) is None
            end = min(end, self._surely_held.get(label, end))
            self._registry.set_complete_until(label, end)
            # What lies before an earlier mark was compared before, unless the server does not hold it any longer.
            self._told.compared(label, start if first or start == self._oldest(label) else 0, end)

    def _compare_all(self, windows: Mapping[str, Window]) -> list[str]:
        """Compare windows of applications; gives those that came to their end."""
        going = {label for label, window in windows.items() if self._attempt(label, self._announce, window)}
        for label, day in _newest_day_first([(label, windows[label]) for label in windows if label in going]):
            if label in going and not self._attempt(label, self._close, day):
                going.discard(label)
        for label in going:
            self._board.end(self._board.marks, label)
        return sorted(going)

    def _attempt(self, label: str, step: Callable[[str, Window], None], window: Window) -> bool:
        done = self._board.attempt(self._board.marks, label, partial(step, label, window))
        if self._board.marks[label].state == NO_STORAGE:
            self._told.without_storage(label)
        return done

    def _announce(self, label: str, window: Window) -> None:
        """Find out how much is missing in the whole window, for the progress bar."""
        self._surely_held.pop(label, None)
        _, missing = self._comparing.differences(label, window)
        server = self._stacks[label].time
        if server is not None:
            self._surely_held[label] = server - int(self._region.by_label[label].storage_lag_s * SECOND)
        self._board.marks[label] = Progress(label, RUNNING, 0, sum(missing.values()), *window)

    def _close(self, label: str, day: Window) -> None:
        self._comparing.close(label, day, partial(self._board.count, self._board.marks, label))

    def _window(self, application: Application) -> Window:
        """From the mark, a little earlier, until what the storage surely holds by now; whole milliseconds."""
        now, label = self._clock.now(), application.label
        mark, oldest = self._registry.complete_until(label), self._oldest(label)
        start = now - int(self._region.backfill_days * DAY) if mark is None else mark - OVERLAP
        if mark is not None and start < oldest:
            self._told.outside(label, oldest)
        end = now - int(application.storage_lag_s * SECOND)
        return _whole(max(start, oldest), max(start, oldest, end))

    def _oldest(self, label: str) -> int:
        """What is older the server has thrown away. Whole hours, so that it stands still for a while."""
        return (self._clock.now() - int(self._region.by_label[label].kept_days * DAY)) // HOUR * HOUR


def _whole(start: int, end: int) -> Window:
    return start // MILLISECOND * MILLISECOND, end // MILLISECOND * MILLISECOND


def _newest_day_first(windows: Sequence[tuple[str, Window]]) -> list[tuple[str, Window]]:
    """The windows cut into days, the newest first, so that today is complete before last month is looked at."""
    days = [
        (label, (max(start, end - (back + 1) * DAY), end - back * DAY))
        for label, (start, end) in windows
        for back in range(-(-(end - start) // DAY))
    ]
    return sorted(days, key=lambda each: -each[1][1])
