"""How pages leave the house: strict headers, the language cookie, mistakes told in the reader's language."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from console.frame import Pages
from console.reader import COOKIE
from console.texts import LANGUAGES
from smartregion.errors import Unavailable

_OWN: Final = ("script-src", "style-src", "img-src", "connect-src", "font-src", "form-action")
POLICY: Final = "; ".join(
    ["default-src 'none'", *(f"{kind} 'self'" for kind in _OWN), "base-uri 'none'", "frame-ancestors 'none'"]
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR: Final = 365 * 24 * 3600
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def page_route(pages: Pages) -> type[APIRoute]:
    """A route whose answers carry the headers, and whose errors are pages."""

    class PageRoute(APIRoute):
        """One address of the console."""

        def get_route_handler(self) -> Handler:
            """The handler, with headers and error pages around it."""
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                try:
                    answer = await inner(request)
                except Exception as error:  # noqa: BLE001 - the last resort: it is logged and told
                    answer = _failed(pages, request, error)
                return finish(request, answer)

            return handle

    return PageRoute


def finish(request: Request, answer: Response) -> Response:
    """Put the headers on an answer, and remember a language chosen."""
    answer.headers.update(HEADERS)
    answer.headers.setdefault("Cache-Control", "no-cache")
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        secure = request.url.scheme == "https"
        answer.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="lax", httponly=True, secure=secure)
    return answer


def _failed(pages: Pages, request: Request, error: Exception) -> Response:
    status = 503 if isinstance(error, Unavailable) else error.status_code if isinstance(error, HTTPException) else 500
    if status not in (404, 503):
        pages.logger.error("page failed", path=request.url.path, exc_info=error)
    shown = status if status in (404, 503) else 500
    if request.url.path.endswith(".json"):
        return JSONResponse({"status": shown}, shown)
    reader = pages.reader(request)
    return HTMLResponse(pages.render("error.html", request, reader, {"status": shown}), shown)
