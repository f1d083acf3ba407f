"""Messages that The Things Stack posts to us. It believes us when we say that we have them, so say it only then."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from ingest.collector import Collector
from smartregion.clock import Clock
from smartregion.errors import Unavailable
from smartregion.model import Message

# The Things Stack waits 5 s for an answer.
SECONDS = 4.0


class WebhookDoor:
    """Takes posted messages to the log, together with those of all other sources."""

    def __init__(self, collector: Collector, clock: Clock, seconds: float = SECONDS) -> None:
        """`seconds`: how long the log may take."""
        self._collector = collector
        self._clock = clock
        self._seconds = seconds

    async def take(self, application: str, payload: bytes) -> None:
        """Return when the message is durable.

        Raises:
            Unavailable: it is not, as far as we know; whoever sent it is to send it again. (Should it become durable
                after all, the second one is a duplicate.)
        """
        if self._collector.away:
            self._collector.turn_away()
            raise Unavailable("the journal can't take messages just now")
        loop = asyncio.get_running_loop()
        durable: asyncio.Future[None] = loop.create_future()
        message = Message("webhook", application, "", self._clock.now(), payload)
        if not self._collector.offer(message, _teller(loop, durable)):
            self._collector.turn_away()
            raise Unavailable("the journal can't take messages just now, and no more fit into memory")
        try:
            await asyncio.wait_for(durable, self._seconds)
        except TimeoutError as error:
            raise Unavailable(f"the journal has not answered within {self._seconds:g} s") from error


def _teller(loop: asyncio.AbstractEventLoop, durable: "asyncio.Future[None]") -> Callable[[], None]:
    def end() -> None:
        if not durable.done():
            durable.set_result(None)

    def tell() -> None:
        # Whoever asked may have gone, and the loop with him; the message is kept all the same.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(end)

    return tell
