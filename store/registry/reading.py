"""The registry beside a running service: for child processes, which look things up and change nothing."""

from pathlib import Path

from store.registry.database import Database
from store.registry.known import load
from store.registry.sql import SqlRegistry


def open_reader(where: str | Path) -> SqlRegistry:
    """The registry as it stands now; what changes afterwards is not seen.

    Raises:
        Unavailable: locked, or the server is away. Misconfigured: it can't be read as a registry.
    """
    database = Database(where)
    with database.begin() as connection:
        known = load(connection)
    # Time stands still: nothing is ever written from here.
    return SqlRegistry(database, known, lambda: 0.0)
