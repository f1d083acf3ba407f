"""The quarantine over the API: everybody may look, only the local socket may change anything."""

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from api.app import create_app
from queries.quarantine import Act, QuarantineOrder, QuarantineProgress
from smartregion.clock import DAY, MINUTE, SECOND
from smartregion.errors import Misconfigured
from smartregion.model import Message, State
from smartregion.timestamps import render, to_datetime
from store.journal.keys import message_key, uplink_key
from store.journal.protocol import Entry
from store.journal.quarantine import Sought

if TYPE_CHECKING:
    from tests.api.conftest import Api

LOCAL = "http://smartregion"
DECODER = "axioma/qalcosonic-w1 1.0.0"
CUT = "item 0367 at byte 0 is cut short"


class Clerk:
    """Stands for the worker: notes what is asked."""

    def __init__(self) -> None:
        self.orders: list[QuarantineOrder] = []
        self.now: QuarantineProgress | None = None
        self.stopped = False

    def start(self, order: QuarantineOrder) -> None:
        if self.now is not None and self.now.state == "running":
            raise Misconfigured("a retry is under way (1 of 3); wait until it has ended")
        self.orders.append(order)
        self.now = QuarantineProgress(order, total=3, done=1, stored=1)

    def progress(self) -> QuarantineProgress | None:
        return self.now

    def stop(self) -> None:
        self.stopped = True


@pytest.fixture
def clerk(api: "Api") -> Clerk:
    made = Clerk()
    api.app = create_app(api.queries, tending=made)
    return made


def book(
    api: "Api", number: int, cause: str, detail: str, payload: bytes | None = b"\x03\x67", device: str = "w1"
) -> bytes:
    """A message in quarantine that arrived `number` seconds ago; gives its key."""
    time = api.clock.now() - number * SECOND
    text = b"{" if payload is None else uplink(device, payload)
    key = message_key(text, 0) if payload is None else uplink_key("wasser", device, "", number, time)
    message = Message("mqtt", "wasser", f"v3/wasser/devices/{device}/up", time, text)
    day = to_datetime(time, api.queries.region.zone).date()
    entry = Entry(key, 0, "wasser", day, State.QUARANTINED, cause, detail, 0, message, DECODER if payload else "")
    api.book.settle(api.book.position() + 1, [entry])
    return key


def uplink(device: str, payload: bytes) -> bytes:
    return json.dumps(
        {
            "end_device_ids": {"device_id": device},
            "uplink_message": {"f_port": 100, "frm_payload": b64encode(payload).decode()},
        }
    ).encode()


def items(api: "Api", address: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.every_page(address)
    return found


def test_alike_messages_are_listed_as_one(api: "Api") -> None:
    newest = book(api, 1, "decoder failed", CUT)
    book(api, 60, "decoder failed", "item 0175 at byte 7 is cut short")
    book(api, 30, "malformed", "no JSON", None)

    first, second = items(api, "/v1/quarantine/groups?limit=1")

    zone = api.queries.region.zone
    assert first == {
        "id": first["id"],
        "application": "wasser",
        "cause": "decoder failed",
        "words": "item … at byte … is cut short",
        "messages": 2,
        "first": render(api.clock.now() - MINUTE, zone),
        "last": render(api.clock.now() - SECOND, zone),
        "example": newest.hex(),
    }
    assert (second["cause"], second["messages"]) == ("malformed", 1)
    assert len(items(api, f"/v1/quarantine?group={first['id']}")) == 2
    assert items(api, "/v1/quarantine/groups?cause=malformed") == [second]
    assert items(api, "/v1/quarantine/groups?words=JSON") == [second]
    assert items(api, "/v1/quarantine/groups?application=abfall") == []


def test_messages_are_listed_page_by_page(api: "Api") -> None:
    keys = {book(api, number, "decoder failed", CUT) for number in range(7)}

    found = items(api, "/v1/quarantine?cause=decoder%20failed&limit=3")

    assert [each["key"] for each in found] == sorted(key.hex() for key in keys)
    assert api.get("/v1/quarantine?limit=2&format=csv").text.count("\n") == 3


def test_one_message_shows_its_bytes_and_what_the_decoder_said(api: "Api") -> None:
    key = book(api, 5, "decoder failed", CUT)

    found = api.get(f"/v1/quarantine/{key.hex()}").json()

    assert (found["device"], found["f_port"], found["payload_hex"]) == ("wasser.w1", 100, "0367")
    assert (found["detail"], found["decoder"]) == (CUT, DECODER)
    assert json.loads(found["text"])["uplink_message"]["f_port"] == 100
    assert found["day"] == "2026-11-22"


@pytest.mark.parametrize(
    "payload", [b"{", b"\xff\xfe", b"[1]", b'{"uplink_message": 5}', b'{"uplink_message": {"frm_payload": "!"}}', b""]
)
def test_what_cannot_be_read_is_shown_as_it_is(api: "Api", payload: bytes) -> None:
    message = Message("import", "", "", api.clock.now(), payload)
    key = message_key(payload, 0)
    day = to_datetime(api.clock.now()).date()
    api.book.settle(1, [Entry(key, 0, "", day, State.QUARANTINED, "malformed", "no", 0, message)])

    found = api.get(f"/v1/quarantine/{key.hex()}").json()

    assert (found["device"], found["time"], found["f_port"], found["payload_hex"]) == (None, None, None, None)
    assert found["text"] == payload.decode("utf-8", "replace")


@pytest.mark.parametrize("key", ["00", "zz", "x" * 500, "00" * 20])
def test_a_message_that_is_not_there_is_told(api: "Api", key: str) -> None:
    answer = api.get(f"/v1/quarantine/{key}")
    assert answer.status_code == 404
    assert "/v1/quarantine lists them" in answer.json()["detail"]


def test_a_discarded_message_tells_why(api: "Api") -> None:
    key = book(api, 5, "decoder failed", CUT)
    api.book.discard([key], "a device of the installer", api.clock.now() - DAY)

    assert "2026-11-21T19:00:00+01:00: a device of the installer" in api.get(f"/v1/quarantine/{key.hex()}").text
    assert items(api, "/v1/quarantine/discards") == [
        {
            "at": "2026-11-21T19:00:00+01:00",
            "reason": "a device of the installer",
            "application": "wasser",
            "cause": "decoder failed",
            "messages": 1,
        }
    ]


CHANGES = ["/v1/admin/quarantine/retry", "/v1/admin/quarantine/discard", "/v1/admin/quarantine/stop"]


@pytest.mark.parametrize("address", CHANGES)
def test_nothing_is_changed_over_the_network(api: "Api", clerk: Clerk, address: str) -> None:
    answer = api.call("POST", address, body={"all": True, "reason": "x"})

    assert answer.status_code == 403
    assert (clerk.orders, clerk.stopped) == ([], False)
    assert api.get("/v1/admin/quarantine").status_code == 403


def test_a_retry_is_begun_and_followed(api: "Api", clerk: Clerk) -> None:
    assert api.call("GET", "/v1/admin/quarantine", base=LOCAL).status_code == 404
    body = {"group": "0d4f2a9be317", "application": "wasser", "cause": "decoder failed", "words": "cut"}

    answer = api.call("POST", "/v1/admin/quarantine/retry", base=LOCAL, body=body)

    assert answer.status_code == 202
    assert answer.json()["state"] == "running"
    sought = Sought("wasser", "decoder failed", "0d4f2a9be317", "cut")
    assert clerk.orders == [QuarantineOrder(act=Act.RETRY, at=api.clock.now(), sought=sought)]
    found = api.call("GET", "/v1/admin/quarantine", base=LOCAL).json()
    assert (found["act"], found["total"], found["done"], found["stored"]) == ("retry", 3, 1, 1)
    assert api.call("POST", "/v1/admin/quarantine/stop", base=LOCAL).status_code == 200
    assert clerk.stopped

    second = api.call("POST", "/v1/admin/quarantine/retry", base=LOCAL, body={"all": True})
    assert (second.status_code, len(clerk.orders)) == (422, 1)
    assert "under way" in second.json()["detail"]


def test_messages_are_discarded_by_key_with_a_reason(api: "Api", clerk: Clerk) -> None:
    body = {"keys": ["00ff", "01"], "reason": "not ours"}

    assert api.call("POST", "/v1/admin/quarantine/discard", base=LOCAL, body=body).status_code == 202

    (order,) = clerk.orders
    assert (order.act, order.keys, order.reason) == (Act.DISCARD, (b"\x00\xff", b"\x01"), "not ours")


@pytest.mark.parametrize(
    ("act", "body", "words"),
    [
        ("retry", {}, "say which messages"),
        ("retry", {"keys": ["xy"]}, "'xy', which is no key"),
        ("retry", {"keys": ["00"], "cause": "malformed"}, "leave out group"),
        ("retry", {"keys": ["00"], "all": True}, "leave out group"),
        ("retry", {"all": True, "reason": "x"}, "'reason' is not known"),
        ("discard", {"all": True}, "'reason' is missing"),
        ("discard", {"all": True, "reason": ""}, "at least 1 character"),
    ],
)
def test_mistakes_are_told_and_nothing_is_begun(
    api: "Api", clerk: Clerk, act: str, body: dict[str, object], words: str
) -> None:
    answer = api.call("POST", f"/v1/admin/quarantine/{act}", base=LOCAL, body=body)

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    assert clerk.orders == []


@pytest.mark.parametrize("cursor", ["WzFd", "WyJ6eiJd", "x"])
def test_a_foreign_cursor_is_refused(api: "Api", cursor: str) -> None:
    assert api.get(f"/v1/quarantine?cursor={cursor}").status_code == 422


def test_the_ledger_stands_in_the_metrics_for_each_application(county: "Api") -> None:
    county.journal("a", [State.STORED, State.IGNORED, State.QUARANTINED, State.QUARANTINED, State.QUEUED])

    def figure(state: str) -> float | None:
        labels = {"application": "wasser", "state": state}
        return county.metrics.get_sample_value("smartregion_ledger_messages", labels)

    states = ("received", "stored", "ignored", "quarantined", "queued", "duplicate")
    assert [figure(state) for state in states] == [6, 1, 1, 2, 2, 0]
    causes = {"application": "wasser", "state": "quarantined", "cause": "no decoder"}
    assert county.metrics.get_sample_value("smartregion_ledger_causes", causes) == 2
    assert 'smartregion_ledger_messages{application="wasser",state="received"} 6.0' in county.get("/metrics").text
