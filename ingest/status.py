"""How the connection to each application stands, in words for the operator."""

import threading
from dataclasses import dataclass
from enum import StrEnum


class Link(StrEnum):
    """The state of one connection."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    SILENT = "silent"
    REFUSED = "refused"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Connection:
    """One application's connection: its state, since when, and what to do about it."""

    application: str
    link: Link
    since: int
    words: str = ""
    last_message: int | None = None


class Connections:
    """The connections of all applications; written by their threads, read by everybody."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, Connection] = {}

    def set(self, connection: Connection) -> None:
        """Replace what is known of an application."""
        with self._lock:
            self._all[connection.application] = connection

    def all(self) -> list[Connection]:
        """Every application's connection, by name."""
        with self._lock:
            return [self._all[name] for name in sorted(self._all)]
