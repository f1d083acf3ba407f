"""Every error is a problem in words: what is wrong, where, what to do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx
import pytest

from smartregion.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from tests.api.conftest import Api


def problem(answer: httpx.Response, status: int) -> str:
    """The detail of a problem that is formed as RFC 9457 wants it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["instance"].startswith("/")
    detail: str = body["detail"]
    return detail


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/v1/points?limit=0", "'limit' input should be greater than or equal to 1"),
        ("/v1/points?limit=1001", "'limit' input should be less than or equal to 1000"),
        ("/v1/points?limit=many", "'limit' input should be a valid integer"),
        ("/v1/points?cursor=nonsense", "'cursor' is not one that this list gave"),
        ("/v1/points?cursor=WzFd", "'cursor' is not one that this list gave"),
        ("/v1/points?bbox=1,2,3", "'bbox' must be west,south,east,north"),
        ("/v1/points?bbox=1,2,3,nan", "'bbox' must be west,south,east,north"),
        ("/v1/points?quantity=water.volumen", "/v1/quantities lists them all"),
        ("/v1/points?status=asleep", "'status' input should be"),
        ("/v1/points?format=xml", "'format' input should be 'json' or 'csv'"),
        ("/v1/latest?attribute=phase", "write name:value"),
        ("/v1/points/a/readings?from=yesterday", "write a date (2026-11-22) or a time with its offset"),
        ("/v1/points/a/readings?from=2026-11-22T10:00:00", "write a date (2026-11-22) or a time with its offset"),
        ("/v1/points/a/readings?from=9999-12-31", "write a date (2026-11-22) or a time with its offset"),
        ("/v1/points/a/readings?from=2026-11-22&to=2026-11-21", "'from' must come before 'to'"),
        ("/v1/aggregates?from=2026-11-22", "'quantity' is missing; add it"),
        ("/v1/aggregates?quantity=water.volume_total", "'from' is missing; add it"),
        ("/v1/aggregates?quantity=water.volume_total&from=2026-01-01&tz=Berlin", "IANA name such as Europe/Berlin"),
        ("/v1/aggregates?quantity=water.volume_total&from=2026-01-01&tz=../../etc/passwd", "IANA name"),
        ("/v1/aggregates?quantity=water.volume_total&from=2026-01-01&fn=median", "is no function; choose one of"),
        ("/v1/aggregates?quantity=water.volume_total&from=2026-01-01&fn=mean", "ask for"),
        ("/v1/aggregates?quantity=water.volume_total&from=2026-01-01&window=1d6h", "'window' input should be"),
        ("/v1/ledger?from=today", "write a date such as 2026-11-22"),
        ("/v1/points/a/messages?limit=101", "less than or equal to 100"),
    ],
)
def test_a_request_that_can_not_be_answered_is_told_what_to_change(county: "Api", address: str, words: str) -> None:
    assert words in problem(county.get(address), 422)


def test_an_unknown_parameter_is_refused_with_the_known_ones(api: "Api") -> None:
    answer = api.get("/v1/points?limt=2&tenant=stadt")
    assert "'limt' is not known here; known are bbox, cursor," in problem(answer, 422)
    assert [each["where"] for each in answer.json()["errors"]] == ["query parameter 'limt'"]


def test_parameters_are_asked_for_by_the_names_that_are_told(api: "Api") -> None:
    """`from` and `to` are called otherwise inside; those names stay inside."""
    assert "known are attribute, cursor, format, from, limit, quantity, to" in problem(
        api.get("/v1/points/a/readings?start=2026-11-22"), 422
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/v1/points/nowhere", "There is no point 'nowhere'; /v1/points lists them all."),
        ("/v1/points/nowhere/readings", "There is no point 'nowhere'"),
        ("/v1/points/nowhere/messages", "There is no point 'nowhere'"),
        ("/v1/pionts", "/v1/openapi.json lists all there are"),
        ("/v2/points", "/v1/openapi.json lists all there are"),
        ("/docs", "/v1/openapi.json lists all there are"),
    ],
)
def test_what_is_not_there_is_told_with_where_to_look(api: "Api", address: str, words: str) -> None:
    assert words in problem(api.get(address), 404)


def test_a_wrong_method_is_told_with_the_right_ones(api: "Api") -> None:
    answer = api.call("POST", "/v1/points")
    assert "knows no such method" in problem(answer, 405)
    assert answer.headers["allow"] == "GET"


def away(*_asked: object, **_more: object) -> None:
    raise Unavailable("series store: connection refused")


def broken(*_asked: object, **_more: object) -> None:
    raise ZeroDivisionError("secret detail")


def test_a_store_that_is_away_is_told_and_when_to_try_again(county: "Api", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(county.queries.store, "read", away)
    answer = county.get("/v1/points/a/readings")
    assert "connection refused" in problem(answer, 503)
    assert answer.headers["retry-after"] == "5"


def test_our_own_mistakes_are_admitted_without_telling_secrets(county: "Api", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(county.queries.store, "read", broken)
    answer = county.get("/v1/points/a/readings")
    assert "it is not your request" in problem(answer, 500)
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("part", "spoil"),
    [
        ("journal", lambda api: (api.book, "queued")),
        ("registry", lambda api: (api.registry, "check")),
        ("store", lambda api: (api.queries.store, "check")),
    ],
)
@pytest.mark.parametrize("error", [Unavailable("disk full"), Misconfigured("disk full")])
def test_readiness_names_the_part_that_does_not_answer(
    api: "Api",
    monkeypatch: pytest.MonkeyPatch,
    part: str,
    spoil: Callable[["Api"], tuple[object, str]],
    error: Exception,
) -> None:
    assert api.get("/readyz").json() == {"status": "ready", "journal": "ok", "registry": "ok", "store": "ok"}

    def fail(*_asked: object) -> None:
        raise error

    monkeypatch.setattr(*spoil(api), fail)
    answer = api.get("/readyz")
    assert f"The {part} does not answer: disk full" in problem(answer, 503)
    assert answer.json()["part"] == part
    assert api.get("/healthz").json() == {"status": "ok"}


def test_texts_that_are_no_text_end_in_a_problem_too(api: "Api") -> None:
    assert problem(api.get("/v1/points/%FF%FE"), 404)
    assert problem(api.get("/v1/points?limt=%FF%00"), 422)


def test_what_the_store_does_not_take_is_a_metric(api: "Api", monkeypatch: pytest.MonkeyPatch) -> None:
    assert "smartregion_store_held{" not in api.get("/metrics").text
    monkeypatch.setattr(api.queries.store, "held", lambda: {"stadt": "The bucket is missing"})
    assert 'smartregion_store_held{part="stadt"} 1.0' in api.get("/metrics").text
