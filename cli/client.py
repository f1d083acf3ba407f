"""The command line as a client of our own API: over the data folder's socket while a service runs, else in process."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from cli import secrets
from cli.compose import Platform
from cli.options import Context
from cli.site import create_site
from cli.stores import Stores
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.errors import Misconfigured, Unavailable
from store.folder import DataFolder

BASE = "http://localhost"
SECONDS = 120.0


class Api:
    """One conversation with the API, however it is reached."""

    def __init__(self, client: httpx.AsyncClient, runner: asyncio.Runner) -> None:
        self._client = client
        self._runner = runner

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, Any] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON object.

        Raises:
            Misconfigured: the API refuses, in its words. Unavailable: it can't answer now.
        """
        known = {name: value for name, value in (params or {}).items() if value not in ("", None)}
        try:
            reply = self._runner.run(self._client.request(method, path, params=known, json=json, content=content))
        except httpx.HTTPError as error:
            raise Unavailable(f"the service does not answer: {error}") from error
        if reply.is_error:
            raise (Unavailable if reply.is_server_error else Misconfigured)(_words(reply))
        return dict(reply.json()) if reply.content else {}

    def all(self, path: str, params: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The items of all pages of a list."""
        asked = {"limit": 1000, **(params or {})}
        while True:
            page = self.ask("GET", path, params=asked)
            yield from page["items"]
            if not page.get("next"):
                return
            asked["cursor"] = page["next"]


@contextmanager
def api(where: Context) -> Iterator[Api]:
    """A conversation. When no service runs, the command takes the data folder for itself meanwhile."""
    with asyncio.Runner() as runner, _transport(where) as transport:
        client = httpx.AsyncClient(transport=transport, base_url=BASE, timeout=SECONDS)
        try:
            yield Api(client, runner)
        finally:
            runner.run(client.aclose())


@contextmanager
def _transport(where: Context) -> Iterator[httpx.AsyncBaseTransport]:
    if DataFolder.locked(where.data) is None:
        with _in_process(where) as transport:
            yield transport
    elif not (where.data / "run.sock").exists():
        raise Unavailable(f"the service of {where.data} is just starting or stopping; try again in a moment")
    else:
        yield httpx.AsyncHTTPTransport(uds=str(where.data / "run.sock"))


@contextmanager
def _in_process(where: Context) -> Iterator[httpx.ASGITransport]:
    """The same application without sources, on the folder's own stores."""
    if not (where.data / "region.toml").exists() and where.region_path is None:
        raise Misconfigured(
            f"{where.data} holds no data of smartregion; name another folder with --data, "
            "or a region file with --region"
        )
    logs.configure("warning", where.settings.log_format)
    county = where.region()
    clock = SystemClock()
    with DataFolder.open(where.data, command="smartregion (command line)", clock=clock) as folder:
        folder.region.write_text(where.region_text(), encoding="utf-8")
        keys = secrets.known(county, os.environ)
        stores = Stores.open(folder, county, clock, os.environ)
        platform = Platform(county, stores, keys, clock, logs.get("cli"), listen=False)
        platform.start()
        try:
            yield httpx.ASGITransport(app=create_site(platform))
        finally:
            platform.stop()


def _words(reply: httpx.Response) -> str:
    try:
        problem = reply.json()
    except ValueError:
        return f"status {reply.status_code}: {reply.text[:300]}"
    return str(problem.get("detail") or problem.get("title") or reply.text[:300])
