"""A Storage Integration made of rows, for tests that need several applications and every request told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import httpx

from ingest.storage import StackHttp
from simulator.uplinks import Frame, render
from smartregion.region import Application
from smartregion.timestamps import parse

Answer = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class Rows:
    """What one application has sent, and what was asked for."""

    frames: list[Frame] = field(default_factory=list)
    asked: list[tuple[str, int, int]] = field(default_factory=list)
    """(count | pull, after, before)"""
    instead: list[httpx.Response] = field(default_factory=list)
    """Answers that come first."""
    asks: Callable[[int], None] = lambda pulls: None
    """Called before each pull with the number of those before it."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        """What the server says."""
        if self.instead:
            return self.instead.pop(0)
        address = urlsplit(str(request.url))
        given = parse_qs(address.query)
        after, before = parse(given["after"][0]), parse(given["before"][0])
        kind = "count" if address.path.endswith("/count") else "pull"
        if kind == "pull":
            self.asks(len(list(self.pulled())))
        self.asked.append((kind, after, before))
        found = [each for each in self.frames if after <= each.handled_at < before and _wanted(each, address.path)]
        if kind == "pull":
            return httpx.Response(200, content=b"\n\n".join(b'{"result":%s}' % render(each) for each in found))
        counts: dict[str, int] = {}
        for each in found:
            counts[each.device_id] = counts.get(each.device_id, 0) + 1
        return httpx.Response(200, json={"count": counts})

    def pulled(self) -> Iterator[tuple[int, int]]:
        """The windows that were pulled, in order."""
        return ((after, before) for kind, after, before in self.asked if kind == "pull")


def _wanted(frame: Frame, path: str) -> bool:
    return "/devices/" not in path or f"/devices/{frame.device_id}/" in path


def stack(application: Application, rows: Rows) -> StackHttp:
    """The client of a server that holds these rows."""
    return StackHttp(application, "NNSXS.KEY", httpx.Client(transport=httpx.MockTransport(rows.answer)))
