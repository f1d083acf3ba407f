"""What may go wrong on the HTTP side, on demand."""

import json
import threading
from collections.abc import Iterator

from simulator.double import replies


class Faults:
    """Switches for tests; each fault counts down and then is over."""

    def __init__(self, retention_days: float, largest_page: int) -> None:
        self.retention_days = retention_days
        self.largest_page = largest_page
        """Rows a page of the storage holds at most, whatever `limit` says; 0: no bound."""
        self._lock = threading.Lock()
        self._throttled = 0
        self._retry_seconds = 1
        self._away = 0
        self._broken = 0
        self._rows_before_break = 0

    def throttle(self, times: int, retry_seconds: int = 1) -> None:
        """Answer the next requests to the storage with 429 and X-Rate-Limit-* headers."""
        self._throttled, self._retry_seconds = times, retry_seconds

    def unavailable(self, times: int) -> None:
        """Answer the next requests to the storage with 503."""
        self._away = times

    def break_stream(self, times: int, rows: int = 0) -> None:
        """End the next streams with an error object, after so many rows."""
        self._broken, self._rows_before_break = times, rows

    def check(self) -> None:
        """Raises:
        Refusal: 429 or 503, as often as was asked for.
        """
        with self._lock:
            if self._throttled:
                self._throttled -= 1
                raise replies.rate_limited(10, self._retry_seconds)
            if self._away:
                self._away -= 1
                raise replies.Refusal(14, "unavailable", "pkg/errors", "unavailable")

    def spoil(self, texts: Iterator[bytes]) -> Iterator[bytes]:
        """The rows as they are, or cut short by an error object."""
        with self._lock:
            broken = self._broken > 0
            self._broken -= broken
        return _cut_short(texts, self._rows_before_break) if broken else texts


def _cut_short(texts: Iterator[bytes], rows: int) -> Iterator[bytes]:
    for _, text in zip(range(rows), texts, strict=False):
        yield text
    error = replies.Refusal(14, "storage is unavailable", "pkg/storage", "unavailable")
    yield json.dumps({"error": error.body()}, separators=(",", ":")).encode()
