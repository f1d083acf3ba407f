"""Whether the service is up, whether its parts answer, and its metrics."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from api import shapes
from api.answers import as_json
from api.asking import Asked
from api.desk import Desk, described
from api.problems import Refusal, documented
from queries.bundle import Queries
from smartregion.errors import Misconfigured, Unavailable


def router(desk: Desk, metrics: CollectorRegistry) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["state"])

    @routes.get("/healthz", response_model=shapes.Health, responses=described(shapes.Health))
    async def get_health(_asked: Annotated[Asked, Query()]) -> Response:
        """The process is up and answers."""
        return as_json(shapes.Health(status="ok"))

    @routes.get("/readyz", response_model=shapes.Readiness, responses=described(shapes.Readiness, 503))
    def get_readiness(_asked: Annotated[Asked, Query()]) -> Response:
        """Journal, registry and series store have each answered a real question just now."""
        for part, ask in _questions(desk.queries).items():
            try:
                ask()
            except (Unavailable, Misconfigured) as error:
                raise Refusal(503, f"The {part} does not answer: {error}", part=part) from error
        return as_json(shapes.Readiness(status="ready", journal="ok", registry="ok", store="ok"))

    text: dict[int | str, dict[str, Any]] = {
        200: {
            "description": "Metrics in the text format of Prometheus.",
            "content": {
                "text/plain": {"schema": {"type": "string"}, "example": "smartregion_live_streams 2.0\n"},
            },
        },
        **documented(422),
    }

    @routes.get("/metrics", response_class=Response, responses=text)
    def get_metrics(_asked: Annotated[Asked, Query()]) -> Response:
        """Figures about the service itself, for Prometheus."""
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)

    return routes


def _questions(queries: Queries) -> dict[str, Callable[[], object]]:
    return {
        "journal": queries.ledger.check,
        "registry": queries.registry.check,
        "store": queries.store.check,
    }
