"""Errors as problem+json (RFC 9457): what is wrong, where, and what to do about it."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from queries.figures import Unaskable
from smartregion.errors import Misconfigured, Unavailable

MEDIA_TYPE: Final = "application/problem+json"
RETRY_SECONDS: Final = "5"


class Mistake(BaseModel):
    """One thing wrong with a request."""

    where: str
    what: str


class Problem(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str = ""
    errors: list[Mistake] = []


class Refusal(Exception):
    """Answer the request with this problem."""

    def __init__(self, status: int, detail: str, errors: Sequence[tuple[str, str]] = (), **more: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.more = more


def wrong(where: str, what: str) -> Refusal:
    """A parameter that can't be used."""
    return Refusal(422, f"{where} {what}", [(where, what)])


def missing(what: str, name: str, listing: str) -> Refusal:
    """Nothing of that name; `listing` is where its kind is listed."""
    return Refusal(404, f"There is no {what} {name!r}; {listing} lists them all.")


def problem(
    status: int,
    detail: str,
    instance: str = "",
    errors: Sequence[tuple[str, str]] = (),
    more: Mapping[str, str] | None = None,
) -> Response:
    """The response to an error."""
    body: dict[str, object] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body |= {"detail": detail, "instance": instance}
    if errors:
        body["errors"] = [{"where": where, "what": what} for where, what in errors]
    headers = {"Retry-After": RETRY_SECONDS} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    text = json.dumps(body | dict(more or {}), ensure_ascii=False)
    return Response(text.encode("utf-8", "replace"), status, headers, MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These errors, for the description of a route."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": {
                        "type": "about:blank",
                        "title": HTTPStatus(status).phrase,
                        "status": status,
                        "detail": _EXAMPLES[status],
                        "instance": "/v1/points",
                    },
                }
            },
        }
        for status in statuses
    }


_EXAMPLES: Final = {
    401: "Send the secret of this application in the header X-Webhook-Secret.",
    403: "Only the local socket of the service may do this; use the command line on the same machine.",
    404: "There is no point 'town-hal'; /v1/points lists them all.",
    413: "A message has at most 1048576 bytes.",
    415: "This is the format Protocol Buffers; choose JSON as the webhook's format.",
    422: "query parameter 'limt' is not known here; known are cursor, domain, format, limit, tenant",
    503: "The series store is away: connection refused. Nothing is lost; try again in a few seconds.",
}


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem."""
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Unavailable, _away)
    app.add_exception_handler(Unaskable, _unaskable)
    app.add_exception_handler(Misconfigured, _unaskable)
    app.add_exception_handler(Exception, _broken)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 — registered for nothing else
    return problem(error.status, error.detail, request.url.path, error.errors, error.more)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 — registered for nothing else
    mistakes = [_mistake(each, request) for each in error.errors()]
    return problem(422, "; ".join(f"{where} {what}" for where, what in mistakes), request.url.path, mistakes)


def _mistake(error: Mapping[str, Any], request: Request) -> tuple[str, str]:
    place, *path = error["loc"]
    name = ".".join(str(part) for part in path)
    where = f"{'query parameter' if place == 'query' else 'body field' if place == 'body' else place} {name!r}"
    if error["type"] == "extra_forbidden":
        known = ", ".join(_known(request)) if place == "query" else ""
        return where, f"is not known here; known are {known}" if known else "is not known here; leave it out"
    if error["type"] == "missing":
        return where, "is missing; add it"
    if error["type"] == "json_invalid":
        return "body", "is not JSON"
    what = str(error["msg"]).removeprefix("Value error, ")
    return where, what[:1].lower() + what[1:]


def _known(request: Request) -> list[str]:
    """The query parameters of the route that was asked."""
    dependant = getattr(request.scope.get("route"), "dependant", None)
    models = [field.field_info.annotation for field in dependant.query_params] if dependant else []
    return sorted(
        field.alias or name
        for model in models
        if isinstance(model, type) and issubclass(model, BaseModel)
        for name, field in model.model_fields.items()
    )


_WORDS: Final = {
    404: "There is nothing at this address; /v1/openapi.json lists all there are.",
    405: "This address knows no such method; /v1/openapi.json lists what it knows.",
}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 — registered for nothing else
    answer = problem(error.status_code, _WORDS.get(error.status_code, str(error.detail)), request.url.path)
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _away(request: Request, error: Exception) -> Response:
    return problem(503, f"{error}. Nothing is lost; try again in a few seconds.", request.url.path)


async def _unaskable(request: Request, error: Exception) -> Response:
    return problem(422, str(error), request.url.path)


async def _broken(request: Request, _error: Exception) -> Response:
    words = "Something is broken here, and it is not your request; the service's log tells what."
    return problem(500, words, request.url.path)
