"""How the connection to each application stands, in words for the operator."""

import threading
from dataclasses import dataclass
from enum import StrEnum

from smartregion.gaps import Outage


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
        self._cut: dict[str, int] = {}
        self._outages: list[Outage] = []

    def set(self, connection: Connection) -> None:
        """Replace what is known of an application."""
        with self._lock:
            self._note(connection)
            self._all[connection.application] = connection

    def _note(self, connection: Connection) -> None:
        name = connection.application
        if connection.link is not Link.CONNECTED:
            # An open connection on which nothing comes was dead since its last message.
            last = connection.last_message if connection.link is Link.SILENT else None
            self._cut.setdefault(name, connection.since if last is None else last)
        elif name in self._cut:
            self._outages.append(Outage(name, self._cut.pop(name), connection.since))

    def outages(self) -> list[Outage]:
        """The times without a connection: those that ended since this was asked for last, and those that last."""
        with self._lock:
            ended, self._outages = self._outages, []
            return ended + [Outage(name, since, None) for name, since in self._cut.items()]

    def connected_since(self, application: str) -> int | None:
        """Since when an application's connection stands; None while it does not."""
        with self._lock:
            found = self._all.get(application)
        return found.since if found is not None and found.link is Link.CONNECTED else None

    def all(self) -> list[Connection]:
        """Every application's connection, by name."""
        with self._lock:
            return [self._all[name] for name in sorted(self._all)]
