"""The console's addresses, to be served beside the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from console import domains
from console.alarms import alarms_page
from console.answers import page_route
from console.chart import RANGES, chart_data
from console.fleet import Fleet
from console.frame import Pages, environment, own_version
from console.gaps import gaps_page
from console.listing import Query, listing
from console.map import map_data, placed
from console.overview import overview
from console.point import point_page
from console.pulse import Pulse
from console.quarantine import group_page, groups_page, message_page
from console.sheet import sheet
from console.trends import TRENDS, trend_data
from queries.bundle import Queries
from smartregion import logs
from smartregion.logs import Logger
from smartregion.quantities import QUANTITIES

STATIC: Final = Path(__file__).parent / "static"


def create_router(queries: Queries, logger: Logger | None = None) -> APIRouter:
    """All pages. Include it last: it answers for every address that nobody else knows."""
    pages = Pages(queries, environment(), own_version(), logger or logs.get("console"))
    fleet, pulse = Fleet(queries), Pulse(queries)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        pulse.start()
        yield
        await pulse.stop()

    router = APIRouter(route_class=page_route(pages), lifespan=lifespan, include_in_schema=False)
    _add_pages(router, pages, fleet)
    _add_lists(router, pages, fleet)
    _add_quarantine(router, pages)
    _add_alarms(router, pages)
    _add_charts(router, pages)
    _add_streams(router, pulse)
    _add_rest(router)
    return router


def _add_pages(router: APIRouter, pages: Pages, fleet: Fleet) -> None:
    queries = pages.queries

    @router.get("/")
    def get_overview(request: Request) -> Response:
        reader = pages.reader(request)
        return HTMLResponse(pages.render("overview.html", request, reader, overview(queries, fleet, reader)))

    @router.get("/domains/{domain}")
    def get_domain(request: Request, domain: str) -> Response:
        if domain not in domains.PAGES:
            raise HTTPException(404)
        rows = [row for row in fleet.rows() if row.domain == domain]
        template, page = domains.page(domain, rows, queries)
        return HTMLResponse(pages.render(template, request, pages.reader(request), page))

    @router.get("/points/{point}")
    def get_point(request: Request, point: str) -> Response:
        row = fleet.row(point)
        if row is None:
            raise HTTPException(404)
        return HTMLResponse(pages.render("point.html", request, pages.reader(request), point_page(row, queries)))

    @router.get("/gaps")
    def get_gaps(request: Request) -> Response:
        page = gaps_page(request.query_params, queries)
        return HTMLResponse(pages.render("gaps.html", request, pages.reader(request), page))

    @router.get("/about")
    def get_about(request: Request) -> Response:
        return HTMLResponse(pages.render("about.html", request, pages.reader(request), None))


def _add_lists(router: APIRouter, pages: Pages, fleet: Fleet) -> None:
    queries = pages.queries

    @router.get("/points")
    def get_points(request: Request) -> Response:
        asked = request.query_params
        query = Query(*(asked.get(name, "").strip()[:100] for name in ("q", "tenant", "domain", "status")))
        number = asked.get("page", "1")
        page = listing(fleet.rows(), queries.region.tenants, query, int(number) if number.isdecimal() else 1)
        return HTMLResponse(pages.render("points.html", request, pages.reader(request), page))

    @router.get("/map")
    def get_map(request: Request) -> Response:
        rows = fleet.rows()
        page = {"placed": len(placed(rows)), "total": len(rows), "point": request.query_params.get("point", "")}
        return HTMLResponse(pages.render("map.html", request, pages.reader(request), page))

    @router.get("/map.json")
    def get_map_data(request: Request) -> Response:
        return JSONResponse(map_data(fleet.rows(), queries.region.tenants, pages.reader(request)))


def _add_alarms(router: APIRouter, pages: Pages) -> None:
    @router.get("/alarms")
    def get_alarms(request: Request) -> Response:
        reader = pages.reader(request)
        return HTMLResponse(pages.render("alarms.html", request, reader, alarms_page(pages.queries, reader)))


def _add_quarantine(router: APIRouter, pages: Pages) -> None:
    queries = pages.queries

    def shown(request: Request, template: str, page: object | None) -> Response:
        if page is None:
            raise HTTPException(404)
        return HTMLResponse(pages.render(template, request, pages.reader(request), page))

    @router.get("/quarantine")
    def get_quarantine(request: Request) -> Response:
        return shown(request, "quarantine.html", groups_page(request.query_params, queries))

    @router.get("/quarantine/groups/{group}")
    def get_group(request: Request, group: str) -> Response:
        after = request.query_params.get("after", "")
        return shown(request, "quarantine_group.html", group_page(group, after, queries))

    @router.get("/quarantine/{key}")
    def get_message(request: Request, key: str) -> Response:
        return shown(request, "quarantine_message.html", message_page(key, queries))


def _add_charts(router: APIRouter, pages: Pages) -> None:
    queries = pages.queries

    @router.get("/domains/{domain}/chart.json")
    def get_trend(domain: str) -> Response:
        if domain not in TRENDS:
            raise HTTPException(404)
        return JSONResponse(trend_data(queries, domain))

    def data_of(request: Request, point: str) -> dict[str, Any]:
        asked = request.query_params
        quantity = QUANTITIES.get(asked.get("quantity", ""))
        if quantity is None or queries.registry.point(point) is None:
            raise HTTPException(404)
        length = asked.get("range", "")
        return chart_data(queries, pages.reader(request), point, quantity, length if length in RANGES else "7d")

    @router.get("/points/{point}/chart.json")
    def get_chart(request: Request, point: str) -> Response:
        return JSONResponse(data_of(request, point))

    @router.get("/points/{point}/chart.csv")
    def get_sheet(request: Request, point: str) -> Response:
        data = data_of(request, point)
        headers = {"Content-Disposition": "attachment; filename=readings.csv"}
        return Response(sheet(data, pages.reader(request)), media_type="text/csv; charset=utf-8", headers=headers)


def _add_streams(router: APIRouter, pulse: Pulse) -> None:
    @router.get("/live")
    async def get_live(request: Request) -> Response:
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        events = pulse.follow(int(after) if after.isdecimal() else None)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _add_rest(router: APIRouter) -> None:
    files = StaticFiles(directory=STATIC)

    @router.get("/static/{path:path}")
    async def get_static(request: Request, path: str) -> Response:
        return await files.get_response(path, request.scope)

    @router.get("/{path:path}")
    def get_nothing(path: str) -> Response:
        raise HTTPException(404, path)
