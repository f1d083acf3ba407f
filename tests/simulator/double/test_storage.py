"""The Storage Integration of the double."""

import json
from collections.abc import Iterator
from itertools import pairwise

import httpx
import pytest

from simulator.double.accounts import ApiKey
from simulator.double.history import RecordedHistory, Row, SplitHistory
from simulator.double.server import Double, Publication, Setup
from simulator.uplinks import Frame, render
from smartregion import timestamps
from smartregion.clock import DAY, HOUR, SECOND, ManualClock
from tests.simulator.double.bare import APPLICATION, TENANT
from tests.simulator.double.conftest import Start

NOON = 1_795_000_000 * SECOND
PATH = f"/as/applications/{APPLICATION}/packages/storage/uplink_message"
STREAM = "text/event-stream"


def frame(number: int, device: str = "pegel-01", f_port: int = 2, at: int | None = None) -> Frame:
    """The uplink of that counter, handled as many seconds after noon, or at the time given."""
    time = NOON + number * SECOND if at is None else at
    return Frame(APPLICATION, device, time, TENANT, f_cnt=number, f_port=f_port, payload=b"\1\2", forwarded_at=time)


def publication(one: Frame) -> Publication:
    return Publication(APPLICATION, TENANT, one.device_id, render(one), one.handled_at)


class ComputedHistory:
    """Uplinks that are made up when they are asked for: one each second, for `length` seconds from noon on."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.made = 0

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        span = self._span(after, before)
        return {"pegel-01": len(span)} if len(span) and application == APPLICATION else {}

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        span = self._span(after, before)
        for number in reversed(span) if order.startswith("-") else span:
            self.made += 1
            yield frame(number)

    def _span(self, after: int, before: int) -> range:
        first, last = (-(-(time - NOON) // SECOND) for time in (after, before))
        return range(min(max(first, 0), self.length), min(max(last, 0), self.length))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON + HOUR)


@pytest.fixture
def filled(start: Start, clock: ManualClock) -> Double:
    """Ten uplinks of two devices, one a second; published in the wrong order."""
    double = start(clock=clock)
    for number in (3, 1, 0, 2, 9, 8, 7, 6, 5, 4):
        one = frame(number, f"pegel-{number % 2:02d}", f_port=number % 3 + 1)
        double.publish(APPLICATION, TENANT, one.device_id, render(one), one.handled_at)
    return double


def ask(double: Double, key: ApiKey, path: str = PATH, accept: str = "*/*", **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key.text}", "Accept": accept}
    return httpx.get(f"{double.url}/api/v3{path}", params=query, headers=headers)


def counters(reply: httpx.Response) -> list[int]:
    rows = [json.loads(line) for line in reply.text.splitlines() if line]
    return [row["result"]["uplink_message"].get("f_cnt", 0) for row in rows]


def test_rows_are_sorted_by_their_top_level_time(filled: Double, key: ApiKey) -> None:
    assert counters(ask(filled, key)) == list(range(10))
    assert counters(ask(filled, key, order="-received_at")) == list(range(9, -1, -1))


def test_a_row_is_the_published_message(filled: Double, key: ApiKey) -> None:
    reply = ask(filled, key, limit="1")
    expected = render(frame(0, "pegel-00", f_port=1))
    assert reply.content == b'{"result":' + expected + b"}\n"


def test_rows_are_parted_by_an_empty_line_for_event_streams_only(filled: Double, key: ApiKey) -> None:
    plain, streamed = ask(filled, key, limit="3"), ask(filled, key, limit="3", accept=STREAM)
    assert streamed.text == plain.text.replace("\n", "\n\n")
    assert streamed.headers["Content-Type"] == "text/event-stream"
    assert plain.headers["Content-Type"] == "application/json"


def test_a_window_holds_its_begin_and_not_its_end(filled: Double, key: ApiKey) -> None:
    window = {"after": timestamps.render(NOON + 3 * SECOND), "before": timestamps.render(NOON + 6 * SECOND)}
    assert counters(ask(filled, key, **window)) == [3, 4, 5]
    assert ask(filled, key, f"{PATH}/count", **window).json() == {"count": {"pegel-00": 1, "pegel-01": 2}}


def test_last_counts_back_from_now(filled: Double, key: ApiKey) -> None:
    assert counters(ask(filled, key, last="59m54s")) == [6, 7, 8, 9]
    assert counters(ask(filled, key, last="2h")) == list(range(10))
    assert ask(filled, key, last="4s", after=timestamps.render(NOON)).status_code == 400
    assert ask(filled, key, last="bald").status_code == 400


def test_one_device_and_one_port_can_be_asked_for(filled: Double, key: ApiKey) -> None:
    path = f"/as/applications/{APPLICATION}/devices/pegel-01/packages/storage/uplink_message"
    assert counters(ask(filled, key, path)) == [1, 3, 5, 7, 9]
    assert ask(filled, key, f"{path}/count").json() == {"count": {"pegel-01": 5}}
    assert counters(ask(filled, key, f_port="2")) == [1, 4, 7]
    assert ask(filled, key, f"{PATH}/count", f_port="2").json() == {"count": {"pegel-00": 1, "pegel-01": 2}}


def test_no_rows_are_an_empty_body(filled: Double, key: ApiKey) -> None:
    reply = ask(filled, key, after=timestamps.render(NOON + HOUR))
    assert (reply.status_code, reply.content) == (200, b"")
    assert ask(filled, key, f"{PATH}/count", after=timestamps.render(NOON + HOUR)).json() == {}


def test_only_uplinks_are_kept(filled: Double, key: ApiKey) -> None:
    filled.publish(APPLICATION, TENANT, "pegel-01", b"{}", NOON, "join")
    assert ask(filled, key, PATH.replace("uplink_message", "join_accept")).content == b""
    assert len(counters(ask(filled, key))) == 10
    assert ask(filled, key, PATH.replace("uplink_message", "gibt_es_nicht")).status_code == 400


def test_a_mask_leaves_ids_and_time(filled: Double, key: ApiKey) -> None:
    reply = ask(filled, key, limit="1", field_mask="up.uplink_message.frm_payload,up.uplink_message.f_port")
    assert reply.json()["result"] == {
        "end_device_ids": {"device_id": "pegel-00", "application_ids": {"application_id": APPLICATION}},
        "received_at": timestamps.render(NOON),
        "uplink_message": {"f_port": 1, "frm_payload": "AQI=", "settings": {"data_rate": {}}},
    }
    assert ask(filled, key, field_mask="uplink_message").status_code == 400


@pytest.mark.parametrize("query", [{"limit": "-1"}, {"limit": "alle"}, {"after": "gestern"}, {"order": "f_cnt"}])
def test_parameters_that_make_no_sense_get_400(filled: Double, key: ApiKey, query: dict[str, str]) -> None:
    assert ask(filled, key, **query).status_code == 400


def test_reading_needs_the_right_to_read_traffic(filled: Double, half_key: ApiKey) -> None:
    for path in (PATH, f"{PATH}/count"):
        reply = ask(filled, half_key, path)
        assert reply.status_code == 403
        assert reply.json()["details"][0]["attributes"]["missing"] == ["RIGHT_APPLICATION_TRAFFIC_READ"]


@pytest.mark.parametrize("order", ["received_at", "-received_at"])
@pytest.mark.parametrize("limit", [1, 3, 7, 20])
def test_following_the_tokens_gives_each_row_once(start: Start, key: ApiKey, order: str, limit: int) -> None:
    double = start(clock=ManualClock(NOON + HOUR))
    times = (0, 0, 0, 0, 1, 2, 2, 2, 3, 4, 4, 4, 4, 4, 4)
    double.publish_all(publication(frame(number, at=NOON + at)) for number, at in enumerate(times))
    pages = list(_pages(double, key, {"limit": str(limit), "order": order}))
    assert sorted(number for page in pages for number in page) == list(range(15))
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)


def _pages(double: Double, key: ApiKey, query: dict[str, str]) -> Iterator[list[int]]:
    while query:
        reply = ask(double, key, **query)
        yield counters(reply)
        token = reply.headers.get("X-Continuation-Token")
        query = {"continuation_token": token} if token else {}


def test_the_token_keeps_the_filters_and_the_server_may_give_short_pages(start: Start, key: ApiKey) -> None:
    double = start(Setup(largest_page=2), clock=ManualClock(NOON + HOUR))
    double.publish_all(publication(frame(number, f_port=number % 2 + 1)) for number in range(10))
    window = {"before": timestamps.render(NOON + 8 * SECOND), "f_port": "1", "limit": "100"}
    assert list(_pages(double, key, window)) == [[0, 2], [4, 6]]
    assert ask(double, key, continuation_token="rubbish").status_code == 400


def test_rows_show_after_the_lag(start: Start, key: ApiKey, clock: ManualClock) -> None:
    double = start(Setup(lag=5), clock=clock)
    double.publish_all([publication(frame(0))])
    assert counters(ask(double, key)) == []
    clock.advance(4)
    double.publish_all([publication(frame(1))])
    clock.advance(1)
    assert counters(ask(double, key)) == [0]
    clock.advance(4)
    assert counters(ask(double, key)) == [0, 1]


def test_a_given_history_lags_by_its_own_times(start: Start, key: ApiKey) -> None:
    double = start(Setup(lag=5), history=ComputedHistory(20), clock=ManualClock(NOON + 10 * SECOND))
    assert counters(ask(double, key)) == [0, 1, 2, 3, 4]
    assert ask(double, key, f"{PATH}/count").json() == {"count": {"pegel-01": 5}}


def test_rows_past_the_retention_are_gone(start: Start, key: ApiKey) -> None:
    clock = ManualClock(NOON + DAY + 5 * SECOND)
    double = start(Setup(retention_days=1), history=ComputedHistory(10), clock=clock)
    assert counters(ask(double, key, after=timestamps.render(NOON))) == [5, 6, 7, 8, 9]


def test_a_past_and_what_is_published_now_are_one_history(start: Start, key: ApiKey, clock: ManualClock) -> None:
    history = SplitHistory(ComputedHistory(5), NOON + 5 * SECOND, RecordedHistory(clock))
    double = start(history=history, clock=clock)
    double.publish_all(publication(frame(number)) for number in (4, 5, 6))
    assert counters(ask(double, key)) == [0, 1, 2, 3, 4, 5, 6]
    assert counters(ask(double, key, order="-received_at", limit="3")) == [6, 5, 4]
    assert ask(double, key, f"{PATH}/count").json() == {"count": {"pegel-01": 7}}


def test_rows_are_made_while_they_are_sent(start: Start, key: ApiKey, clock: ManualClock) -> None:
    clock.advance(DAY / SECOND)
    history = ComputedHistory(30_000)
    double = start(history=history, clock=clock)
    headers = {"Authorization": f"Bearer {key.text}"}
    with httpx.stream("GET", f"{double.url}/api/v3{PATH}", headers=headers) as reply:
        parts = reply.iter_bytes(1 << 16)
        rows = next(parts).count(b"\n")
        assert history.made < 15_000
        assert rows + sum(part.count(b"\n") for part in parts) == 30_000


def test_while_redis_is_down_nothing_is_stored_unless_asked(filled: Double, key: ApiKey) -> None:
    filled.redis_down()
    filled.publish_all([publication(frame(20))])
    filled.redis_down(stored=True)
    filled.publish_all([publication(frame(21))])
    filled.redis_up()
    filled.publish_all([publication(frame(22))])
    assert counters(ask(filled, key))[10:] == [21, 22]


def test_what_nobody_heard_is_stored(filled: Double, key: ApiKey) -> None:
    assert filled.counts().unheard == 10
    assert len(counters(ask(filled, key))) == 10


def test_too_many_requests_get_429_and_the_headers(filled: Double, key: ApiKey) -> None:
    filled.faults.throttle(1, retry_seconds=3)
    reply = ask(filled, key)
    assert reply.status_code == 429
    assert {name: reply.headers[f"X-Rate-Limit-{name}"] for name in ("Limit", "Available", "Reset", "Retry")} == {
        "Limit": "10",
        "Available": "0",
        "Reset": "3",
        "Retry": "3",
    }
    assert reply.json()["code"] == 8
    assert ask(filled, key, f"{PATH}/count").status_code == 200


def test_a_storage_that_is_away_says_503_as_often_as_asked(filled: Double, key: ApiKey) -> None:
    filled.faults.unavailable(2)
    assert [ask(filled, key).status_code for _ in range(3)] == [503, 503, 200]


def test_an_error_object_may_end_the_stream(filled: Double, key: ApiKey) -> None:
    filled.faults.break_stream(1, rows=3)
    reply = ask(filled, key, accept=STREAM)
    lines = [json.loads(line) for line in reply.text.splitlines() if line]
    assert reply.status_code == 200
    assert [list(line) for line in lines] == [["result"], ["result"], ["result"], ["error"]]
    assert set(lines[-1]["error"]) == {"code", "message", "details"}
    assert len(counters(ask(filled, key))) == 10


def test_pages_never_go_back_in_time(filled: Double, key: ApiKey) -> None:
    numbers = [number for page in _pages(filled, key, {"limit": "4"}) for number in page]
    assert all(earlier < later for earlier, later in pairwise(numbers))
