"""What the Storage Integration says beside its rows: pages, limits of the rate, errors in the midst of a stream."""

import httpx
import pytest

from ingest.storage import NoStorage, SlowDown, StackHttp
from smartregion.errors import Misconfigured, Unavailable
from smartregion.region import Application

ROW = b'{"result":{"end_device_ids":{}}}'
APPLICATION = Application.model_validate(
    {
        "id": "wasser",
        "server": "127.0.0.1",
        "tenant": "stadt",
        "domain": "water",
        "key_env": "SMARTREGION_KEY",
    }
)


def stack(*answers: httpx.Response, asked: list[httpx.Request] | None = None) -> StackHttp:
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(request)
        return left.pop(0)

    return StackHttp(APPLICATION, "NNSXS.KEY", httpx.Client(transport=httpx.MockTransport(answer)))


def page(rows: int, token: str = "", **headers: str) -> httpx.Response:
    named = {"X-Continuation-Token": token} if token else {}
    return httpx.Response(200, content=b"\n\n".join([ROW] * rows), headers={**named, **headers})


def slow(seconds: str = "7") -> httpx.Response:
    return httpx.Response(429, headers={"X-Rate-Limit-Retry": seconds})


def test_a_page_that_must_wait_is_asked_for_again_by_its_token() -> None:
    asked: list[httpx.Request] = []
    waited: list[float] = []
    found = list(stack(page(3, "t1"), slow(), slow(), page(2), asked=asked).pull(0, 9, wait=waited.append))

    assert len(found) == 5
    assert waited == [7.0, 7.0]
    assert [each.url.params.get("continuation_token") for each in asked] == [None, "t1", "t1", "t1"]


def test_a_server_that_never_lets_us_on_is_left_alone() -> None:
    waited: list[float] = []
    with pytest.raises(SlowDown):
        list(stack(*(slow() for _ in range(9))).pull(0, 9, wait=waited.append))

    assert len(waited) == 5


def test_an_empty_page_ends_the_pages_whatever_its_token_says() -> None:
    assert list(stack(page(2, "t1"), page(0, "t2")).pull(0, 9)) == [ROW, ROW]


def test_when_nothing_more_is_free_the_next_request_waits_until_the_reset() -> None:
    used_up = {"X-Rate-Limit-Available": "0", "X-Rate-Limit-Reset": "12"}
    server = stack(httpx.Response(200, json={"count": {"a": 1}}, headers=used_up), httpx.Response(200, json={}))

    assert server.count(0, 9) == {"a": 1}
    with pytest.raises(SlowDown) as caught:
        server.count(0, 9)
    assert caught.value.seconds == 12
    assert server.count(0, 9) == {}


def test_pages_wait_for_the_reset_too() -> None:
    waited: list[float] = []
    pages = (page(1, "t1", **{"X-Rate-Limit-Available": "0", "X-Rate-Limit-Reset": "3"}), page(1))

    assert len(list(stack(*pages).pull(0, 9, wait=waited.append))) == 2
    assert waited == [3.0]


@pytest.mark.parametrize(("told", "seconds"), [("", 10.0), ("soon", 10.0), ("0", 10.0), ("-3", 10.0), ("90", 90.0)])
def test_a_limit_without_a_sound_time_is_given_ten_seconds(told: str, seconds: float) -> None:
    with pytest.raises(SlowDown) as caught:
        stack(slow(told)).count(0, 9)

    assert caught.value.seconds == seconds


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (b'{"error":{"code":14,"message":"storage is away"}}', Unavailable),
        (b'{ "error": {"grpc_code": 8, "http_code": 429, "message": "slower"}}', SlowDown),
        (b'{"error":{"code":16,"message":"key expired"}}', Misconfigured),
        (b'{"error":{"code":12,"message":"unimplemented"}}', NoStorage),
        (b'{"result', Unavailable),
    ],
)
def test_an_error_in_the_midst_of_a_stream_is_told_after_the_rows_before_it(
    error: bytes, kind: type[Exception]
) -> None:
    came: list[bytes] = []
    with pytest.raises(kind):
        came.extend(stack(httpx.Response(200, content=ROW + b"\n\n" + error)).pull(0, 9))

    assert came[:1] == [ROW]
