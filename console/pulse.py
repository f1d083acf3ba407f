"""What the open pages hear every second: counts, progress, messages per minute, new values. Made once, sent to all."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from datetime import date, timedelta
from math import isfinite
from typing import Any, Final

from anyio import to_thread

from console.filling import filling
from console.fleet import key_of
from console.overview import LEDGER_DAYS, counts_of_all, counts_of_today
from queries.bundle import Queries
from queries.latest import Newest
from queries.live import Event, Heard, Missed, Subscription
from smartregion import timestamps
from smartregion.clock import MINUTE
from smartregion.errors import Unavailable
from store.journal.protocol import LedgerRow

MINUTES_SHOWN: Final = 60
VALUES_AT_ONCE: Final = 2000
BEHIND: Final = 20
"""Beats a page may lie behind before it is let go; it comes back by itself and catches up."""
EVERY, EVERY_UNWATCHED = 1.0, 10.0
_MILLISECOND: Final = 1_000_000
_AWAY: Final = ": the store does not answer\n\n"


class Rate:
    """Messages per minute of the last hour, from the growth of the ledger."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, date], int] | None = None
        self._minutes: deque[list[int]] = deque(maxlen=MINUTES_SHOWN)

    def note(self, now: int, ledger: Iterable[LedgerRow]) -> None:
        """Count what came in since the last time."""
        received = {(row.application, row.day): row.received for row in ledger}
        before, self._before = self._before, received
        if before is None:
            return
        minute = now // MINUTE * MINUTE // _MILLISECOND
        if not self._minutes or self._minutes[-1][0] != minute:
            self._minutes.append([minute, 0])
        # The whole grows; a message may move between days when it is booked.
        self._minutes[-1][1] += max(sum(received.values()) - sum(before.values()), 0)

    def minutes(self) -> list[list[int]]:
        """[start in milliseconds, messages], oldest first; the last one is still running."""
        return [list(minute) for minute in self._minutes]


class News:
    """Values told since the last beat, the newest of each series."""

    def __init__(self) -> None:
        self._values: dict[str, list[Any]] = {}
        self.missed = False

    def hear(self, event: Event | None) -> None:
        """Take in what the live readings say."""
        if isinstance(event, Missed):
            self.missed = True
        elif isinstance(event, Heard):
            for series, time, value in event.records:
                if not isfinite(value):
                    continue
                key = key_of(series)
                if key not in self._values or self._values[key][2] * _MILLISECOND <= time:
                    self._values[key] = [key, value, time // _MILLISECOND]

    def take(self) -> list[list[Any]]:
        """[key, value, time in milliseconds], and begin anew."""
        values, self._values = list(self._values.values()), {}
        return values[-VALUES_AT_ONCE:]


def since(latest: Iterable[Newest], milliseconds: int) -> list[list[Any]]:
    """What a page missed that was away since then; an hour more, for frames that came late."""
    start = milliseconds * _MILLISECOND - 60 * MINUTE
    return [
        [key_of(series), sample.value, sample.time // _MILLISECOND]
        for series, sample in latest
        if sample.time >= start and isfinite(sample.value)
    ]


class Pulse:
    """Beats for as long as the service runs; each open page follows it."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._rate = Rate()
        self._news = News()
        self._followers: set[asyncio.Queue[str | None]] = set()
        self._watched = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to beat, in the running event loop; once is enough."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End the beat and every stream."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._let_go()

    async def follow(self, after: int | None = None) -> AsyncIterator[str]:
        """Events of text/event-stream until the page goes; `after` (milliseconds) is when it last heard one."""
        self.start()
        queue: asyncio.Queue[str | None] = asyncio.Queue(BEHIND)
        self._followers.add(queue)
        self._watched.set()
        try:
            yield "retry: 1000\n\n"
            yield await to_thread.run_sync(self._first, after)
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._followers.discard(queue)

    async def _run(self) -> None:
        while True:
            if self._followers:
                with self._queries.live.subscribe() as events:
                    await self._watch(events)
                if events.closed:
                    self._let_go()
                    return
            await to_thread.run_sync(self._beat, None)
            self._watched.clear()
            try:
                async with asyncio.timeout(EVERY_UNWATCHED):
                    await self._watched.wait()
            except TimeoutError:
                continue

    async def _watch(self, events: Subscription) -> None:
        """Beat every second while pages follow."""
        time = asyncio.get_running_loop().time
        due, last = time(), self._now()
        while self._followers and not events.closed:
            self._news.hear(await events.take(max(due - time(), 0.01)))
            if time() < due:
                continue
            now, due = self._now(), time() + EVERY
            values = await to_thread.run_sync(self._values, last)
            self._send(await to_thread.run_sync(self._beat, values))
            last = now

    def _values(self, last: int) -> list[list[Any]]:
        values = self._news.take()
        if not self._news.missed:
            return values
        self._news.missed = False
        return since(self._queries.latest.select(), last)

    def _beat(self, values: list[list[Any]] | None) -> str:
        """Count, and give the event that tells it; no values: nobody watches."""
        try:
            ledger = self._queries.ledger.rows()
            self._rate.note(self._queries.clock.now(), ledger)
            return "" if values is None else self._event(ledger, values)
        except Unavailable:
            return _AWAY

    def _first(self, after: int | None) -> str:
        try:
            values = [] if after is None else since(self._queries.latest.select(), after)
            return self._event(self._queries.ledger.rows(), values)
        except Unavailable:
            return _AWAY

    def _event(self, ledger: list[LedgerRow], values: list[list[Any]]) -> str:
        progress = filling(self._queries.progress())
        data = {
            "now": self._now(),
            "counts": asdict(counts_of_today(ledger, self._queries)),
            "totals": asdict(counts_of_all(ledger)),
            "progress": None if progress is None else asdict(progress) | {"shown": progress.shown},
            "ledger": [[row.application, row.day.isoformat(), *row[2:]] for row in self._recent(ledger)],
            "rate": self._rate.minutes(),
            "values": values,
        }
        return f"event: pulse\nid: {data['now']}\ndata: {json.dumps(data, separators=(',', ':'), allow_nan=False)}\n\n"

    def _recent(self, ledger: list[LedgerRow]) -> list[LedgerRow]:
        first = timestamps.to_datetime(self._queries.clock.now(), self._queries.region.zone).date()
        return [row for row in ledger if row.day > first - timedelta(days=LEDGER_DAYS)]

    def _now(self) -> int:
        return self._queries.clock.now() // _MILLISECOND

    def _send(self, event: str) -> None:
        for queue in list(self._followers):
            if queue.full():
                queue.get_nowait()
                queue.put_nowait(None)
                self._followers.discard(queue)
            else:
                queue.put_nowait(event)

    def _let_go(self) -> None:
        for queue in list(self._followers):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)
