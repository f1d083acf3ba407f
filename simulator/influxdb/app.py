"""The paths of the double."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulator.influxdb import replies
from simulator.influxdb.accounts import Accounts
from simulator.influxdb.deleting import Deleting
from simulator.influxdb.faults import Faults
from simulator.influxdb.management import Management
from simulator.influxdb.questions import Questions
from simulator.influxdb.replies import Refusal
from simulator.influxdb.writing import Writing
from smartregion.clock import Clock


def create_app(accounts: Accounts, faults: Faults, clock: Clock) -> Starlette:
    """Build it."""
    routes = [*_data(accounts, faults, clock), *_management(Management(accounts, clock)), *_health()]
    app = Starlette(routes=routes, exception_handlers={Refusal: _refuse, HTTPException: _refuse_path})
    app.router.redirect_slashes = False
    return app


def _data(accounts: Accounts, faults: Faults, clock: Clock) -> list[Route]:
    writing, questions = Writing(accounts, faults, clock), Questions(accounts, faults, clock)
    return [
        Route("/api/v2/write", writing.write, methods=["POST"]),
        Route("/write", writing.write_as_before, methods=["POST"]),
        Route("/query", questions.ask, methods=["GET", "POST"]),
        Route("/api/v2/delete", Deleting(accounts, faults).delete, methods=["POST"]),
    ]


def _management(management: Management) -> list[Route]:
    orgs, buckets, tokens = "/api/v2/orgs", "/api/v2/buckets", "/api/v2/authorizations"
    return [
        Route("/api/v2/setup", management.may_set_up, methods=["GET"]),
        Route("/api/v2/setup", management.set_up, methods=["POST"]),
        Route(orgs, management.organisations, methods=["GET"]),
        Route(orgs, management.add_organisation, methods=["POST"]),
        Route(f"{orgs}/{{id}}", management.remove_organisation, methods=["DELETE"]),
        Route(buckets, management.buckets, methods=["GET"]),
        Route(buckets, management.add_bucket, methods=["POST"]),
        Route(f"{buckets}/{{id}}", management.bucket, methods=["GET"]),
        Route(f"{buckets}/{{id}}", management.change_bucket, methods=["PATCH"]),
        Route(f"{buckets}/{{id}}", management.remove_bucket, methods=["DELETE"]),
        Route(tokens, management.tokens, methods=["GET"]),
        Route(tokens, management.add_token, methods=["POST"]),
        Route(f"{tokens}/{{id}}", management.token, methods=["GET"]),
        Route(f"{tokens}/{{id}}", management.change_token, methods=["PATCH"]),
        Route(f"{tokens}/{{id}}", management.remove_token, methods=["DELETE"]),
    ]


def _health() -> list[Route]:
    """They say that all is well, whatever the state: only a write and a read tell the truth."""
    return [Route("/ping", _ping, methods=["GET", "HEAD"]), Route("/health", _healthy), Route("/ready", _ready)]


async def _ping(_request: Request) -> Response:
    return replies.nothing()


async def _healthy(_request: Request) -> Response:
    said = {"name": "influxdb", "message": "ready for queries and writes", "status": "pass", "checks": []}
    return replies.render({**said, "version": replies.VERSION, "commit": "double"})


async def _ready(_request: Request) -> Response:
    return replies.render({"status": "ready", "started": "2026-11-22T00:00:00Z", "up": "1h0m0s"})


async def _refuse(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    return error.response()


async def _refuse_path(_request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        methods = sorted({"OPTIONS", *(error.headers or {}).get("Allow", "").split(", ")} - {"", "HEAD"})
        allow = ", ".join(methods)
        return Refusal("method not allowed", f"allow: {allow}", {"Allow": allow}).response()
    return Refusal("not found", "path not found").response()
