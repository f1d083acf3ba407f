"""Who may come in by which door, and what the inner one lets people do."""

from typing import TYPE_CHECKING

import pytest

from smartregion.model import Assignment
from smartregion.timestamps import parse

if TYPE_CHECKING:
    from tests.api.conftest import Api

LOCAL = "http://smartregion"


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
def test_this_machine_is_asked_by_its_own_names(api: "Api", host: str) -> None:
    assert api.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[::1].evil.example", "10.0.0.1"],
)
def test_a_foreign_name_for_this_machine_is_refused(api: "Api", host: str) -> None:
    answer = api.get("/v1/points", headers={"Host": host})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "this machine only" in answer.json()["detail"]


ADMIN = ["/v1/admin/messages", "/v1/admin/backfill", "/v1/admin/assignments", "/v1/admin/assignments/1/end"]


@pytest.mark.parametrize("address", ADMIN)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Forwarded-For": "unix:"},
        {"X-Forwarded-Host": "smartregion", "X-Forwarded-Port": ""},
        {"Forwarded": "for=unix;by=unix"},
        {"Host": "localhost"},
    ],
)
def test_nothing_is_changed_over_the_network_whatever_headers_say(
    api: "Api", address: str, headers: dict[str, str]
) -> None:
    answer = api.call("POST", address, headers=headers, content=b'{"topic": "", "payload": "{}"}\n')
    assert answer.status_code == 403
    assert "local socket" in answer.json()["detail"]
    assert (api.taken, api.fetched) == ([], [])


@pytest.mark.parametrize(
    "path", ["/v1/admin", "/v1/admin/", "/v1/admin/unknown", "/v1//admin/backfill", "/v1/ADMIN/backfill"]
)
def test_no_spelling_of_the_address_goes_around_the_guard(api: "Api", path: str) -> None:
    assert api.call("POST", path, body={"application": "wasser", "from": "2026-01-01"}).status_code in (403, 404, 405)
    assert api.fetched == []


def test_messages_go_to_the_journal_as_they_are(api: "Api") -> None:
    lines = '{"topic": "v3/wasser/devices/ä/up", "payload": "{}"}\n{"result": {}}\n'.encode()
    answer = api.call("POST", "/v1/admin/messages", base=LOCAL, content=lines)
    assert (answer.status_code, answer.json()) == (202, {"received": 2})
    api.call("POST", "/v1/admin/messages?since=2020-01-01&until=2021-01-01", base=LOCAL, content=lines)
    span = (parse("2020-01-01T00:00:00+01:00"), parse("2021-01-01T00:00:00+01:00"))
    assert api.taken == [(lines, None), (lines, span)]


def test_a_body_without_end_is_refused(api: "Api", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.admin.MOST_BYTES", 1000)
    answer = api.call("POST", "/v1/admin/messages", base=LOCAL, content=b"x" * 1001)
    assert answer.status_code == 413
    assert "in several requests" in answer.json()["detail"]
    assert api.taken == []


def test_a_backfill_is_begun(api: "Api") -> None:
    body = {"application": "wasser", "from": "2026-11-01"}
    answer = api.call("POST", "/v1/admin/backfill", base=LOCAL, body=body)
    assert (answer.status_code, answer.json()) == (
        202,
        {"application": "wasser", "from": "2026-11-01T00:00:00+01:00", "to": None},
    )
    assert api.fetched == [("wasser", parse("2026-11-01T00:00:00+01:00"), None)]


def test_a_device_is_assigned_and_the_assignment_ended(county: "Api") -> None:
    body = {
        "device": "wasser.a",
        "point": "hauptzaehler",
        "from": "2026-11-01",
        "quantities": ["water.volume_total"],
        "attributes": {"channel": "1"},
        "parameters": {"pulse_factor": 10, "pulse_quantity": "water.volume_total"},
    }
    answer = county.call("POST", "/v1/admin/assignments", base=LOCAL, body=body)
    assert answer.status_code == 201
    number = answer.json()["id"]
    ended = county.call("POST", f"/v1/admin/assignments/{number}/end", base=LOCAL, body={"until": "2026-12-01"})
    assert ended.status_code == 200
    assert county.registry.assignments("wasser.a") == [
        Assignment(
            "wasser.a",
            "hauptzaehler",
            parse("2026-11-01T00:00:00+01:00"),
            parse("2026-12-01T00:00:00+01:00"),
            ("water.volume_total",),
            (("channel", "1"),),
            {"pulse_factor": 10.0, "pulse_quantity": "water.volume_total"},
            number,
        )
    ]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("assignments", {"device": "wasser.x", "point": "a", "from": "2026-11-01"}, "no such device"),
        ("assignments", {"device": "wasser.a", "point": "x", "from": "2026-11-01"}, "no such point"),
        ("assignments", {"device": "wasser.a", "point": "b", "from": "soon"}, "write a date"),
        ("assignments", {"device": "wasser.a", "point": "b"}, "'from' is missing"),
        (
            "assignments",
            {"device": "wasser.a", "point": "b", "from": "2026-11-01", "quantities": ["volume"]},
            "not in the vocabulary",
        ),
        (
            "assignments",
            {"device": "wasser.a", "point": "b", "from": "2026-11-01", "parameters": {"height": 3}},
            "there is no parameter height; known are empty_distance",
        ),
        (
            "assignments",
            {
                "device": "wasser.a",
                "point": "b",
                "from": "2026-11-01",
                "parameters": {"empty_distance": 0.3, "full_distance": 1.9},
            },
            "empty_distance 0.3 is not more than full_distance 1.9",
        ),
        ("assignments", {"device": "wasser.a", "point": "b", "from": "2026-11-01", "note": "x"}, "'note' is not known"),
        ("assignments/99/end", {"until": "2026-11-01"}, "there is no assignment no. 99"),
        ("backfill", {"application": "wasser", "from": "2026-11-01", "since": "x"}, "'since' is not known"),
        ("backfill?dry=1", {"application": "wasser", "from": "2026-11-01"}, "'dry' is not known"),
    ],
)
def test_mistakes_are_told_and_change_nothing(county: "Api", path: str, body: dict[str, object], words: str) -> None:
    answer = county.call("POST", f"/v1/admin/{path}", base=LOCAL, body=body)
    assert answer.status_code == 422, answer.text
    assert words in answer.json()["detail"]
    assert (county.registry.assignments(), county.fetched) == ([], [])


def test_answers_keep_browsers_careful(api: "Api") -> None:
    for address in ("/v1/points", "/v1/nothing", "/metrics"):
        headers = api.get(address).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["referrer-policy"] == "no-referrer"
    assert api.get("/v1/points").headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in api.get("/v1/points", headers={"Origin": "http://evil.example"}).headers


def test_requests_are_counted_by_route_and_never_by_address(county: "Api") -> None:
    for address in ("/v1/points/a", "/v1/points/b", "/v1/points/nowhere", "/wp-login.php"):
        county.get(address)
    count = county.metrics.get_sample_value
    name = "smartregion_http_requests_total"
    assert count(name, {"method": "GET", "route": "/v1/points/{point}", "status": "200"}) == 2
    assert count(name, {"method": "GET", "route": "/v1/points/{point}", "status": "404"}) == 1
    assert count(name, {"method": "GET", "route": "other", "status": "404"}) == 1
    assert name in county.get("/metrics").text
