"""The table of points: filtered, cut into pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from console.fleet import Row
from smartregion.region import TenantEntry

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Query:
    """What the reader asked for; empty fields ask for nothing."""

    text: str = ""
    tenant: str = ""
    domain: str = ""
    status: str = ""

    def admits(self, row: Row) -> bool:
        """Whether the row fits all of it."""
        words = self.text.casefold().split()
        told = " ".join((row.name, row.id, row.site_name, row.tenant_name, *(d.dev_eui or "" for d in row.devices)))
        return (
            self.tenant in ("", row.tenant)
            and self.domain in ("", row.domain)
            and self.status in ("", row.status)
            and all(word in told.casefold() for word in words)
        )


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the table."""

    query: Query
    rows: tuple[Row, ...]
    found: int
    total: int
    number: int
    pages: int
    tenants: tuple[TenantEntry, ...]

    def link(self, number: int) -> str:
        """The address of another page of the same query."""
        query = self.query
        asked = {"q": query.text, "tenant": query.tenant, "domain": query.domain, "status": query.status}
        return f"/points?{urlencode({name: value for name, value in asked.items() if value} | {'page': number})}"


def listing(rows: Sequence[Row], tenants: tuple[TenantEntry, ...], query: Query, number: int) -> Listing:
    """The page of that number, the nearest there is."""
    found = [row for row in rows if query.admits(row)]
    pages = max((len(found) + PAGE - 1) // PAGE, 1)
    number = min(max(number, 1), pages)
    return Listing(
        query, tuple(found[(number - 1) * PAGE : number * PAGE]), len(found), len(rows), number, pages, tenants
    )
