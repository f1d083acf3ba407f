"""Where The Things Stack posts messages: one address for each application, opened by a secret of its own."""

import hmac
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi import Path as PathParameter
from starlette.exceptions import HTTPException

from api.answers import JSON
from api.asking import Asked
from api.desk import described
from api.guard import HOOKS
from api.problems import Refusal, wrong
from api.shapes import Appended

HEADER: Final = "X-Webhook-Secret"
MOST_BYTES: Final = 2**20
"""Of one message, unpacked; The Things Stack sends 2 KB."""
_PROTOBUF: Final = frozenset({"application/octet-stream", "application/x-protobuf", "application/protobuf"})


@dataclass(frozen=True, slots=True)
class Hooks:
    """What the routes need of other rooms, handed in."""

    append: Callable[[str, bytes], Awaitable[None]]
    """Make a message of an application durable. Raises Unavailable."""
    secrets: Mapping[str, str]
    """By application; one without a secret has no webhook."""

    def admits(self, application: str, secret: str) -> bool:
        """Whether the secret is that application's. It takes as long for a wrong one as for a right one."""
        wanted = self.secrets.get(application, "")
        equal = hmac.compare_digest(secret.encode(), wanted.encode())
        return equal and bool(wanted)


def router(hooks: Hooks) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix=HOOKS, tags=["hooks"])
    answers = described(Appended, 401, 413, 415, 503, status=202)
    given = Annotated[str, Header(alias=HEADER, description="The application's secret.")]

    @routes.post("/{application}", status_code=202, response_model=Appended, responses=answers, openapi_extra=_BODY)
    async def take_message(
        request: Request, application: str, _asked: Annotated[Asked, Query()], secret: given = ""
    ) -> Response:
        """Take in one message of The Things Stack; durable when this answers. What it is worth the ledger tells."""
        return await _take(hooks, request, application, secret)

    @routes.post(
        "/{application}/{kind:path}", status_code=202, response_model=Appended, responses=answers, openapi_extra=_BODY
    )
    async def take_message_of_kind(
        request: Request,
        application: str,
        _kind: Annotated[str, PathParameter(alias="kind", examples=["up"])],
        _asked: Annotated[Asked, Query()],
        secret: given = "",
    ) -> Response:
        """The same for webhooks with a path for each kind of message; the message itself tells which it is."""
        return await _take(hooks, request, application, secret)

    return routes


async def _take(hooks: Hooks, request: Request, application: str, secret: str) -> Response:
    if not hooks.admits(application, secret):
        words = f"Send the secret of this application in the header {HEADER}."
        raise HTTPException(401, words, {"WWW-Authenticate": HEADER})
    await hooks.append(application, await _message(request))
    return Response(Appended(received=1).model_dump_json(), 202, media_type=JSON)


async def _message(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() in _PROTOBUF:
        raise Refusal(415, "This is the format Protocol Buffers; choose JSON as the webhook's format.")
    unpacking = _unpacking(request.headers.get("content-encoding", "").strip().lower())
    body = bytearray()
    async for part in request.stream():
        body += unpacking.take(part, MOST_BYTES + 1 - len(body))
        if len(body) > MOST_BYTES:
            raise Refusal(413, f"A message has at most {MOST_BYTES} bytes.")
    unpacking.end()
    if not body.strip():
        raise wrong("body", "is empty; it is to be a message of The Things Stack")
    return bytes(body)


class _Plain:
    """A body as it is."""

    def take(self, part: bytes, _most: int) -> bytes:
        return part

    def end(self) -> None:
        return


class _Gzip(_Plain):
    """A packed body; never unpacks more than it is told to."""

    def __init__(self) -> None:
        self._reader = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def take(self, part: bytes, most: int) -> bytes:
        try:
            return self._reader.decompress(part, most)
        except zlib.error as error:
            raise wrong("body", f"is not gzip: {error}") from error

    def end(self) -> None:
        if not self._reader.eof:
            raise wrong("body", "breaks off: its gzip has no end")


def _unpacking(encoding: str) -> _Plain:
    if encoding in ("", "identity"):
        return _Plain()
    if encoding == "gzip":
        return _Gzip()
    raise Refusal(415, f"Content-Encoding {encoding[:40]!r} is not known here; known are gzip and identity.")


_MESSAGE: Final[dict[str, Any]] = {
    "end_device_ids": {"device_id": "w1-0042", "application_ids": {"application_id": "county-water"}},
    "received_at": "2026-11-22T18:15:00.312Z",
    "uplink_message": {
        "session_key_id": "AZikssPU5fYHGCk6S1xtfg==",
        "f_port": 100,
        "f_cnt": 4711,
        "frm_payload": "AQID",
        "received_at": "2026-11-22T18:15:00.104Z",
    },
}
_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}, "example": _MESSAGE}},
    }
}
