"""Around every page: who reads it, in which language, and what its head and foot say."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request

from console.build import built
from console.filling import Filling, filling
from console.reader import COOKIE, Reader, choose
from console.texts import DOMAINS, TEXTS
from queries.bundle import Queries
from smartregion import timestamps
from smartregion.logs import Logger

TEMPLATES: Final = Path(__file__).parent / "templates"
SPOKEN: Final = ("age.", "on", "off", "backfill.", "point.", "coverage.", "overview.all", "col.time")
"""Which of the texts the pages' scripts need."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows."""

    region: str
    zone: str
    version: str
    vendor: bool
    """Whether the JavaScript libraries are there."""
    path: str
    query: str
    now: str
    progress: Filling | None
    words: dict[str, str]
    domains: tuple[str, ...] = DOMAINS

    def address(self, language: str) -> str:
        """This page in another language."""
        kept = [pair for pair in parse_qsl(self.query) if pair[0] != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"


def environment() -> Environment:
    """Templates that escape everything and refuse unknown names."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def own_version() -> str:
    """The version that is installed."""
    try:
        return version("smartregion")
    except PackageNotFoundError:
        return "0.1.0"


@dataclass(frozen=True, slots=True)
class Pages:
    """Makes pages out of templates."""

    queries: Queries
    templates: Environment
    version: str
    logger: Logger

    def reader(self, request: Request) -> Reader:
        """Who asks: the language of the address, the cookie, the browser, or the region's."""
        language = choose(
            request.query_params.get("lang"),
            request.cookies.get(COOKIE),
            request.headers.get("accept-language"),
            self.queries.region.language,
        )
        return Reader(language, self.queries.region.zone, self.queries.clock.now())

    def render(self, template: str, request: Request, reader: Reader, page: object) -> str:
        """The page as HTML."""
        values: dict[str, Any] = {
            "reader": reader,
            "t": reader.text,
            "frame": self._frame(request, reader),
            "page": page,
        }
        return self.templates.get_template(template).render(values)

    def _frame(self, request: Request, reader: Reader) -> Frame:
        region = self.queries.region
        return Frame(
            region=region.name,
            zone=region.time_zone,
            version=self.version,
            vendor=built(),
            path=request.url.path,
            query=request.url.query,
            now=timestamps.render(reader.now // 1_000_000 * 1_000_000),
            progress=filling(self.queries.progress()),
            words={key: reader.form(key) for key in TEXTS if key.startswith(SPOKEN)},
        )
