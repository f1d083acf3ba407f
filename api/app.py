"""Builds the API over the questions that can be asked."""

import time
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from api import (
    admin,
    alarms,
    figures,
    gaps,
    hooks,
    latest,
    live,
    points,
    problems,
    quarantine,
    readings,
    records,
    redecode,
    state,
)
from api.admin import Doors
from api.desk import Desk
from api.guard import Guard
from api.hooks import Hooks
from api.ledger_metrics import LedgerMetrics
from api.metrics import Measured
from api.quarantine import Tending
from api.redecode import Redecoding
from api.store_metrics import StoreMetrics
from api.times import Stamps
from queries.bundle import Queries

DESCRIPTION: Final = """
Readings of a region's sensors, and figures made of them, each with its coverage.

Lists are `{"items": […], "next": cursor or null}`; the next page is the same request with `cursor=next`. Times are RFC
3339 with the offset of the region's zone. Numbers come with their unit (UCUM). Lists also come as CSV
(`Accept: text/csv` or `format=csv`). Errors are problems (RFC 9457). Ids are opaque. Unknown parameters are refused.
"""
TAGS: Final = {
    "points": "What is measured where, and by which device.",
    "readings": "Values as they were measured.",
    "figures": "What was made of readings: windows of a calendar, consumption, coverage.",
    "ledger": "What became of every message.",
    "state": "The service itself.",
    "hooks": "Where The Things Stack posts messages.",
    "admin": "Changes; only over the service's own socket.",
}


def create_app(
    queries: Queries,
    *,
    version: str = "",
    console: APIRouter | None = None,
    doors: Doors | None = None,
    metrics: CollectorRegistry | None = None,
    redecoding: Redecoding | None = None,
    tending: Tending | None = None,
    webhooks: Hooks | None = None,
) -> FastAPI:
    """Build the app.

    Args:
        console: pages to serve beside the API.
        doors: functions that change things; without them there are no routes under /v1/admin.
        metrics: what /metrics shows, with the counts of requests added to it.
        redecoding: runs archived messages through the decoders again; without it there are no routes for that.
        tending: retries and discards messages in quarantine; without it they can only be looked at.
        webhooks: takes in what The Things Stack posts; without it there are no routes for that.
    """
    desk = Desk(queries, Stamps(queries.region.zone))
    measured = metrics if metrics is not None else CollectorRegistry()
    measured.register(LedgerMetrics(queries.ledger))
    measured.register(StoreMetrics(queries.store))
    app = FastAPI(
        title="smartregion",
        version=version or "0",
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_tags=[{"name": name, "description": words} for name, words in TAGS.items()],
        middleware=[Middleware(Measured, metrics=measured, seconds=time.perf_counter), Middleware(Guard)],
    )
    problems.install(app)
    for router in _routers(desk, measured, doors, redecoding, tending):
        app.include_router(router)
    if webhooks is not None:
        app.include_router(hooks.router(webhooks))
    if console is not None:
        app.include_router(console)
    _describe(app)
    return app


def _routers(
    desk: Desk,
    metrics: CollectorRegistry,
    doors: Doors | None,
    redecoding: Redecoding | None,
    tending: Tending | None,
) -> list[APIRouter]:
    made = [points.router(desk), latest.router(desk), readings.router(desk), figures.router(desk)]
    made += [records.router(desk), live.router(desk), state.router(desk, metrics), quarantine.router(desk, tending)]
    made.append(gaps.router(desk))
    made.append(alarms.router(desk))
    if doors is not None:
        made.append(admin.router(desk, doors))
    if redecoding is not None:
        made.append(redecode.router(desk, redecoding))
    return [*made, _nothing_else()]


def _nothing_else() -> APIRouter:
    """No other address under /v1 reaches the console, which would answer with a page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/v1/{path:path}")
    async def nothing(path: str) -> None:
        raise HTTPException(404, path)

    return routes


def _describe(app: FastAPI) -> None:
    """Add the shape of problems to the description, to which every route refers."""
    described: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                    tags=app.openapi_tags,
                )
            )
            described["components"]["schemas"] |= _problem_schemas()
        return described

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to change the description


def _problem_schemas() -> Mapping[str, Any]:
    schema = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    nested = schema.pop("$defs", {})
    return {"Problem": schema, **nested}
