"""Does the back-fills that were asked by hand: a day at a time, the newest first, applications in turn."""

from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial

from ingest.board import COMPLETE, ENDED, NO_STORAGE, OUTSIDE, RUNNING, Board
from ingest.comparing import Comparing
from ingest.orders import Orders, day_of
from queries.progress import Progress
from smartregion.gaps import Fetch

Compared = Callable[[str, int, int], None]


class ByHand:
    """Works on the orders while the marks need nothing."""

    def __init__(
        self,
        orders: Orders,
        comparing: Comparing,
        board: Board,
        compared: Compared,
        oldest: Callable[[str], int],
        reachable: Collection[str],
    ) -> None:
        """`oldest`: what is older an application's server has thrown away. `reachable`: applications with a key."""
        self._orders = orders
        self._comparing = comparing
        self._board = board
        self._compared = compared
        self._oldest = oldest
        self._reachable = reachable
        self._counted: set[tuple[str, int, int]] = set()
        """Orders whose missing messages were counted in this run."""

    def take_up(self) -> None:
        """Go on with what an earlier run has left. Raises Unavailable."""
        for fetch in self._orders.take_up():
            self._begin(fetch)

    def add(self, application: str, start: int, until: int) -> None:
        """Take an order. Raises Unavailable: it can't be kept."""
        self._begin(self._orders.add(application, start, until))

    def _begin(self, fetch: Fetch) -> None:
        name, start, until, _, fetched, _ = fetch
        self._board.by_hand[name] = Progress(name, RUNNING, fetched, 0, start, until)

    def forget_ended(self) -> None:
        """Once it was shown that an order has ended, the marks are shown again."""
        waiting = {each.application for each in self._orders.open()}
        progresses = self._board.by_hand
        for name in [name for name, each in progresses.items() if each.state in ENDED and name not in waiting]:
            del progresses[name]

    def work(self, enough: Callable[[], bool]) -> bool:
        """Work until all is done that can be done now, or it is enough; gives whether more could be done now."""
        failed = {each.application for each in self._orders.open()} - set(self._reachable)
        while (fetch := self._orders.next(failed)) is not None:
            if enough():
                return True
            if not self._one_day(fetch):
                failed.add(fetch.application)
        return False

    def _one_day(self, fetch: Fetch) -> bool:
        """The newest day that is left; false when it can't be done now."""
        name, oldest = fetch.application, self._oldest(fetch.application)
        start, end = day_of(fetch)
        if end <= oldest:
            self._end(fetch, OUTSIDE if fetch.reached == fetch.until else COMPLETE)
            return True
        start = max(start, oldest) if start > fetch.start else max(fetch.start, oldest)
        before = self._board.by_hand[name].done
        done = self._board.attempt(self._board.by_hand, name, partial(self._close, fetch, start, end))
        if self._board.by_hand[name].state == NO_STORAGE:
            self._end(fetch, NO_STORAGE)
            return False
        if done:
            self._compared(name, start, end)
        more = self._board.by_hand[name].done - before
        if self._orders.advance(fetch, day_of(fetch)[0] if done else fetch.reached, more):
            self._board.end(self._board.by_hand, name)
        return done

    def _close(self, fetch: Fetch, start: int, end: int) -> None:
        name, progress = fetch.application, self._board.by_hand[fetch.application]
        if fetch[:3] not in self._counted:
            self._counted.add(fetch[:3])
            _, missing = self._comparing.differences(name, (max(fetch.start, self._oldest(name)), fetch.reached))
            progress = replace(progress, total=fetch.fetched + sum(missing.values()))
        self._board.by_hand[name] = replace(progress, state=RUNNING)
        self._comparing.close(name, (start, end), partial(self._board.count, self._board.by_hand, name))

    def _end(self, fetch: Fetch, state: str) -> None:
        self._orders.remove(fetch)
        self._board.end(self._board.by_hand, fetch.application, state)
