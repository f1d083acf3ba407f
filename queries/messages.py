"""Raw messages of a device or point as they were received, newest first."""

from collections.abc import Iterator, Sequence
from functools import partial
from heapq import merge
from itertools import islice
from typing import NamedTuple

from smartregion.clock import DAY
from smartregion.model import Device, State
from store.journal.keys import key_time
from store.journal.protocol import Book, Booked, Chunk, Log
from store.registry.protocol import Registry

MOST_DAYS = 7
"""The book has no index by device: it is searched day by day, and no further than this."""


class RawMessage(NamedTuple):
    """One message, and what became of it."""

    key: bytes
    device: str
    time: int
    """The frame's time."""
    state: State
    cause: str
    decoder: str
    """What decoded it: name and version; empty when nothing did."""
    source: str
    """Empty when the message is not in the log any more."""
    topic: str
    arrived_at: int | None
    text: str | None
    """The JSON as received; None when it is not in the log any more."""


class Messages:
    """Looks messages up in the book, their bytes in the log."""

    def __init__(self, book: Book, log: Log, registry: Registry) -> None:
        self._book = book
        self._log = log
        self._registry = registry

    def of_devices(self, devices: Sequence[Device], before: int | None = None, limit: int = 100) -> list[RawMessage]:
        """The newest messages whose frame time lies before `before`, at most seven days back from there.

        Without `before` the search begins at each device's last frame. Raises Unavailable.
        """
        chunks: dict[int, Chunk | None] = {}
        rows = merge(
            *(self._rows(device, before, limit) for device in devices), key=lambda found: found[1].key, reverse=True
        )
        return [self._message(device, row, chunks) for device, row in islice(rows, limit)]

    def of_point(self, point: str, before: int | None = None, limit: int = 100) -> list[RawMessage]:
        """The same for every device that ever served the point."""
        names = {assignment.device for assignment in self._registry.assignments(point=point)}
        devices = [device for device in self._registry.devices() if device.id in names or self._owns(device, point)]
        return self.of_devices(devices, before, limit)

    def _owns(self, device: Device, point: str) -> bool:
        return self._registry.own_point(device.id) == point

    def _rows(self, device: Device, before: int | None, limit: int) -> Iterator[tuple[Device, Booked]]:
        """Rows of the book, newest first, asked for day by day and only as far as they are wanted."""
        if before is None:
            before = (device.last_seen or 0) + 1
        find = partial(self._book.of_device, device.application, device.device_id)
        left = limit
        for end in range(before, before - MOST_DAYS * DAY, -DAY):
            found = find(end - DAY, end, left)
            yield from ((device, row) for row in found)
            left -= len(found)
            if left <= 0:
                return

    def _message(self, device: Device, row: Booked, chunks: dict[int, Chunk | None]) -> RawMessage:
        if row.position not in chunks:
            chunks[row.position] = self._log.get(row.position)
        chunk = chunks[row.position]
        known = (row.key, device.id, key_time(row.key), row.state, row.cause, row.decoder)
        if chunk is None or row.offset >= len(chunk.messages):
            return RawMessage(*known, "", "", None, None)
        message = chunk.messages[row.offset]
        text = message.payload.decode("utf-8", "replace")
        return RawMessage(*known, message.source, message.topic, message.arrived_at, text)
