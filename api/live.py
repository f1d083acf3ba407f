"""What happens now, as server-sent events: a browser's own EventSource reads them."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from api.asking import Asked
from api.desk import Desk, unit_of
from api.examples import LIVE
from api.problems import Refusal, documented
from api.times import Stamps
from queries.live import Counted, Event, Filled, Heard, Live
from queries.progress import Progress
from smartregion.model import Record

MEDIA_TYPE: Final = "text/event-stream"
MOST_STREAMS: Final = 1000
# Below the minute after which proxies give up on a silent connection.
KEEP_ALIVE_SECONDS: Final = 15.0


class LiveAsked(Asked):
    """Readings of which points; each parameter may come several times."""

    point: tuple[str, ...] = ()
    tenant: tuple[str, ...] = ()
    domain: Annotated[tuple[str, ...], Field(description="energy, water, waste …")] = ()


def router(desk: Desk, keep_alive: float = KEEP_ALIVE_SECONDS) -> APIRouter:
    """The route; a comment is sent when nothing happened for `keep_alive` seconds."""
    routes = APIRouter(prefix="/v1", tags=["readings"])
    live, write = desk.queries.live, Writer(desk.stamps)
    open_streams: set[object] = set()
    answers: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "Events `reading`, `ledger`, `backfill`, and `missed` when the reader is too slow.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}, "example": LIVE}},
        },
        **documented(422, 503),
    }

    @routes.get("/live", response_class=StreamingResponse, responses=answers)
    async def stream(asked: Annotated[LiveAsked, Query()]) -> Response:
        """Readings as they are stored, counts of the ledger, progress of back-fills, until the reader leaves."""
        if len(open_streams) >= MOST_STREAMS:
            raise Refusal(503, f"{MOST_STREAMS} streams are open, no more are served; try again later.")

        async def events() -> AsyncIterator[bytes]:
            token = object()
            open_streams.add(token)
            try:
                async for each in follow(live, asked, write, keep_alive):
                    yield each
            finally:
                open_streams.discard(token)

        return StreamingResponse(events(), media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})

    return routes


async def follow(live: Live, asked: LiveAsked, write: "Writer", keep_alive: float) -> AsyncIterator[bytes]:
    """The bytes of one stream. Ends when `live` is closed."""
    with live.subscribe() as subscription:
        yield b"retry: 2000\n\n"
        while True:
            event = await subscription.take(keep_alive)
            if event is not None:
                if _wanted(event, asked):
                    yield write(event)
            elif subscription.closed:
                return
            else:
                yield b": keep-alive\n\n"


def _wanted(event: Event, asked: LiveAsked) -> bool:
    if not isinstance(event, Heard):
        return True
    pairs: tuple[tuple[Collection[str], str], ...] = (
        (asked.point, event.point),
        (asked.tenant, event.tenant),
        (asked.domain, event.domain),
    )
    return all(not wanted or value in wanted for wanted, value in pairs)


class Writer:
    """Writes an event once for all streams."""

    def __init__(self, stamps: Stamps) -> None:
        self._stamps = stamps
        self._cached = lru_cache(maxsize=2000)(self._write)

    def __call__(self, event: Event) -> bytes:
        return self._cached(event)

    def _write(self, event: Event) -> bytes:
        name, data = self._told(event)
        return b"event: %s\ndata: %s\n\n" % (name, msgspec.json.encode(data))

    def _told(self, event: Event) -> tuple[bytes, Mapping[str, Any]]:
        if isinstance(event, Heard):
            return b"reading", self._heard(event)
        if isinstance(event, Counted):
            return b"ledger", {**asdict(event), "time": self._stamps.text(event.time)}
        if isinstance(event, Filled):
            return b"backfill", {"items": [self._progress(each) for each in event.progress]}
        return b"missed", {"count": event.count}

    def _heard(self, event: Heard) -> Mapping[str, Any]:
        return {
            "point": event.point,
            "device": event.device,
            "tenant": event.tenant,
            "domain": event.domain,
            "time": self._stamps.text(event.time),
            "values": [self._value(record) for record in event.records],
        }

    def _value(self, record: Record) -> Mapping[str, Any]:
        return {
            "quantity": record.series.quantity,
            "attributes": dict(record.series.attributes),
            "time": self._stamps.text(record.time),
            "value": record.value,
            "unit": unit_of(record.series.quantity),
        }

    def _progress(self, each: Progress) -> Mapping[str, Any]:
        return {
            "application": each.application,
            "state": each.state,
            "done": each.done,
            "total": each.total,
            "from": self._stamps.maybe(each.start or None),
            "to": self._stamps.maybe(each.until or None),
        }
