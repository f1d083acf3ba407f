"""Answers of InfluxDB 2.9: errors as `{"code", "message"}`, with the code in a header as well."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

VERSION = "v2.9.1"
HEADERS: Mapping[str, str] = {"X-Influxdb-Build": "OSS", "X-Influxdb-Version": VERSION}
STATUS = {
    "invalid": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not found": 404,
    "method not allowed": 405,
    "conflict": 422,
    "unprocessable entity": 422,
    "too many requests": 429,
    "internal error": 500,
    "not implemented": 501,
    "unavailable": 503,
}
INTERNAL = "An internal error has occurred - check server logs"


@dataclass(eq=False)
class Refusal(Exception):
    """An error reply."""

    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The reply."""
        headers = {"X-Platform-Error-Code": self.code, **self.headers}
        return render({"code": self.code, "message": self.message}, STATUS[self.code], headers)


def render(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A reply in JSON."""
    everything = {**HEADERS, **(headers or {}), "Content-Type": "application/json; charset=utf-8"}
    return Response(dump(body), status, everything)


def nothing(status: int = 204) -> Response:
    """A reply without a body."""
    return Response(None, status, dict(HEADERS))


def dump(body: object) -> bytes:
    """JSON without spaces. Bytes that were no UTF-8 become the replacement character, as Go writes them."""
    text = json.dumps(_as_go(body), ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").encode()


def _as_go(value: object) -> object:
    # Go writes a whole float without its point: 1 and not 1.0.
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, dict):
        return {name: _as_go(inner) for name, inner in value.items()}
    return [_as_go(inner) for inner in value] if isinstance(value, list | tuple) else value
