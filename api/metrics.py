"""Counts and durations of requests, by route: never by address, of which there are endlessly many."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Measured:
    """Measures what passes through to the app."""

    def __init__(self, app: ASGIApp, metrics: CollectorRegistry, seconds: Callable[[], float]) -> None:
        """`seconds`: a clock that only rises."""
        self._app = app
        self._seconds = seconds
        self._requests = Counter(
            "smartregion_http_requests", "Requests answered.", ["method", "route", "status"], registry=metrics
        )
        self._durations = Histogram(
            "smartregion_http_request_seconds", "Time until the answer began.", ["route"], registry=metrics
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and note when the answer begins."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = self._seconds()

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._note(scope, message["status"], self._seconds() - began)
            await send(message)

        await self._app(scope, receive, noted)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "other"
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(route).observe(seconds)
