"""The webhook: opened by a secret, and answered only when the message is kept."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.hooks import MOST_BYTES, Hooks
from smartregion.errors import Unavailable
from tests.api.conftest import Api

SECRET = "correct horse battery staple"
MESSAGE = b'{"end_device_ids": {"device_id": "a"}, "note": "\xc3\xa4"}'


@dataclass
class Door:
    """The webhook of one application, and what came in by it."""

    app: FastAPI
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    away: bool = False

    async def append(self, application: str, payload: bytes) -> None:
        if self.away:
            raise Unavailable("the journal can't take messages just now")
        self.taken.append((application, payload))

    def post(
        self,
        content: bytes | AsyncIterator[bytes] = MESSAGE,
        address: str = "/hooks/tts/wasser",
        secret: str | bytes | None = SECRET,
        **headers: str,
    ) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://sensors.county.example") as client:
                named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
                told = secret.encode() if isinstance(secret, str) else secret
                given = [] if told is None else [(b"X-Webhook-Secret", told)]
                return await client.post(address, content=content, headers=[*given, *named])

        return asyncio.run(run())


@pytest.fixture
def door(api: Api) -> Door:
    made = Door(FastAPI())
    made.app = create_app(api.queries, webhooks=Hooks(made.append, {"wasser": SECRET, "still": ""}))
    return made


def test_a_message_is_taken_as_it_is_also_by_the_name_of_a_proxy(door: Door) -> None:
    answer = door.post()
    assert (answer.status_code, answer.json()) == (202, {"received": 1})
    assert door.taken == [("wasser", MESSAGE)]


@pytest.mark.parametrize("kind", ["up", "join", "down/queued", "location/solved", "any/thing?"])
def test_each_kind_of_message_may_have_a_path_of_its_own(door: Door, kind: str) -> None:
    assert door.post(address=f"/hooks/tts/wasser/{kind}").status_code == 202
    assert door.taken == [("wasser", MESSAGE)]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + " more", SECRET[:-1], SECRET.upper(), b"\xff\xfe"])
@pytest.mark.parametrize("name", ["wasser", "still", "unknown", "wasser/up"])
def test_without_the_secret_nobody_learns_which_applications_there_are(
    door: Door, name: str, secret: str | bytes | None
) -> None:
    answer = door.post(address=f"/hooks/tts/{name}", secret=secret)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "X-Webhook-Secret"
    assert answer.json()["detail"] == "Send the secret of this application in the header X-Webhook-Secret."
    assert door.taken == []


@pytest.mark.parametrize("name", ["still", "unknown"])
def test_the_secret_of_one_application_opens_no_other(door: Door, name: str) -> None:
    assert door.post(address=f"/hooks/tts/{name}").status_code == 401


def test_the_sender_is_told_to_come_again_while_the_journal_is_away(door: Door) -> None:
    door.away = True
    answer = door.post()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    door.away = False
    assert door.post().status_code == 202


def test_a_packed_message_is_unpacked(door: Door) -> None:
    assert door.post(gzip.compress(MESSAGE), content_encoding="gzip").status_code == 202
    assert door.taken == [("wasser", MESSAGE)]


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        (b"x" * (MOST_BYTES + 1), {}, 413, "at most"),
        (gzip.compress(bytes(200 * MOST_BYTES)), {"content_encoding": "gzip"}, 413, "at most"),
        (gzip.compress(MESSAGE)[:-9], {"content_encoding": "gzip"}, 422, "has no end"),
        (MESSAGE, {"content_encoding": "gzip"}, 422, "is not gzip"),
        (MESSAGE, {"content_encoding": "br"}, 415, "known are gzip and identity"),
        (MESSAGE, {"content_type": "application/octet-stream"}, 415, "choose JSON"),
        (b"", {}, 422, "is empty"),
        (b" \n", {}, 422, "is empty"),
    ],
    ids=["large", "bomb", "cut", "plain", "brotli", "protobuf", "empty", "blank"],
)
def test_what_is_no_message_is_refused_in_words(
    door: Door, content: bytes, headers: dict[str, str], status: int, words: str
) -> None:
    answer = door.post(content, **headers)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]
    assert door.taken == []


def test_a_body_without_end_is_refused_before_it_ends(door: Door) -> None:
    asked = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal asked
        while asked < 100:
            asked += 1
            yield bytes(MOST_BYTES // 4)

    assert door.post(endless()).status_code == 413


def test_the_routes_are_described(door: Door, api: Api) -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(door.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get("/v1/openapi.json")

    paths = asyncio.run(ask()).json()["paths"]
    described = paths["/hooks/tts/{application}"]["post"]
    assert set(described["responses"]) == {"202", "401", "413", "415", "422", "503"}
    assert set(paths["/hooks/tts/{application}/{kind}"]["post"]["responses"]) == set(described["responses"])
    assert not [path for path in api.get("/v1/openapi.json").json()["paths"] if path.startswith("/hooks")]
