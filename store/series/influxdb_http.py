"""Speaks to an InfluxDB over HTTP: lines in, answers to InfluxQL out, deletes. Knows nothing of series.

Nothing from outside ever stands in the text of a query: values go as bound parameters, names of measurements and
fields are checked where they are made. Replies: facts of a real server in docs/influxdb.md.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any, Final, NamedTuple

import httpx
import msgpack

from smartregion.clock import SECOND
from smartregion.errors import Unavailable
from smartregion.model import Attributes
from store.series.influxdb_address import Api, InfluxAddress, InfluxTokens, Role, writer_of
from store.series.influxdb_post import NoConnection, Poster
from store.series.influxdb_statements import Statement

MAX_WORDS: Final = 300
UNREACHABLE: Final = 0
"""No connection."""
TIMED_OUT: Final = 1
"""A connection, but no reply."""
_CHUNK_ROWS: Final = 10_000
_CONNECTIONS: Final = 16


class Reply(NamedTuple):
    """What the server said to a write."""

    status: int
    """Of HTTP, or one of those below."""
    text: str
    retry_after: float | None = None
    """Seconds."""


class Block(NamedTuple):
    """Rows of one series of the server's."""

    tags: Attributes
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    """`time` in nanoseconds first; null where a field has no value at that time."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take at most. (The client's own; a server has its own too.)"""

    connect_seconds: float = 5.0
    write_seconds: float = 20.0
    query_seconds: float = 60.0
    rows: int = 5_000_000


class Server:
    """One InfluxDB; any number of threads may ask at a time."""

    def __init__(self, address: InfluxAddress, tokens: Callable[[], InfluxTokens], limits: Limits) -> None:
        self.address = address
        self.limits = limits
        self._load = tokens
        self._tokens = tokens()
        self._poster = Poster(address.url, connect_seconds=limits.connect_seconds, seconds=limits.write_seconds)
        self._client = httpx.Client(
            base_url=address.url,
            timeout=httpx.Timeout(limits.query_seconds, connect=limits.connect_seconds),
            limits=httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
            trust_env=False,
        )

    def renew_tokens(self) -> None:
        """Read the tokens again: they may have been replaced."""
        self._tokens = self._load()

    def write(self, bucket: str, body: bytes, role: Role, *, plain: bool = False) -> Reply:
        """Write lines; a server that cannot be reached gives a reply of status 0."""
        headers = self._headers(role) | {"Content-Type": "text/plain; charset=utf-8"}
        if not plain:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, 1)
        path, params = self._write_path(bucket)
        try:
            posted = self._poster.post(path, params, body, headers)
        except NoConnection as error:
            return Reply(UNREACHABLE, self._away(error))
        except (OSError, HTTPException) as error:
            return Reply(TIMED_OUT, self._away(error))
        if posted.status == httpx.codes.NO_CONTENT:
            return Reply(posted.status, "")
        message = _said(posted.body, posted.headers.get("Content-Type", ""))
        return Reply(posted.status, message, _seconds(posted.headers.get("Retry-After")))

    def delete(self, bucket: str, measurement: str, tags: Attributes, start: int, stop: int) -> None:
        """Delete what has these tags (and perhaps more) between both times, inclusive. Raises Unavailable."""
        if self.address.api is Api.V1:
            statement = Statement.delete(measurement, tags, start, stop)
            for _ in self.ask(bucket, statement, writer_of(bucket)):
                pass
            return
        wanted = " AND ".join([f'_measurement="{measurement}"', *(f'"{name}"="{value}"' for name, value in tags)])
        self._post_delete(bucket, {"start": _rfc3339(start), "stop": _rfc3339(stop), "predicate": wanted})

    def delete_before(self, bucket: str, end: int) -> None:
        """Delete everything older, where the server does not do so by itself (1.x). Raises Unavailable."""
        if self.address.api is Api.V1:
            for _ in self.ask(bucket, Statement("DELETE WHERE time < $end", {"end": end}), Role.INGEST):
                pass

    def ask(self, bucket: str, statement: Statement, role: Role = Role.API) -> Iterator[Block]:
        """The rows, as they come; who stops asking closes the connection, and the server stops working.

        Raises:
            Unavailable: away, refused, too slow or too many rows; the words say what to do.
        """
        form = {
            "db": bucket,
            "q": statement.text,
            "params": json.dumps(statement.given),
            "epoch": "ns",
            "chunked": "true",
            "chunk_size": str(_CHUNK_ROWS),
        }
        headers = self._headers(role) | {"Accept": "application/x-msgpack"}
        try:
            with self._client.stream("POST", "/query", data=form, headers=headers) as reply:
                if reply.status_code != httpx.codes.OK:
                    raise self._refused(bucket, reply.status_code, _message(reply))
                yield from self._blocks(bucket, reply)
        except httpx.HTTPError as error:
            raise Unavailable(self._away(error)) from error

    def close(self) -> None:
        """Close every connection."""
        self._poster.close()
        self._client.close()

    def _blocks(self, bucket: str, reply: httpx.Response) -> Iterator[Block]:
        deadline = time.monotonic() + self.limits.query_seconds
        results, rows = 0, 0
        for document in _documents(reply):
            results += self._checked(bucket, document)
            for result in document.get("results", ()):
                for series in result.get("series", ()):
                    values = series.get("values", ())
                    rows += len(values)
                    yield Block(_tags(series.get("tags")), series["columns"], values)
            if rows > self.limits.rows:
                raise Unavailable(f"a question to {bucket!r} gave more than {self.limits.rows} rows; ask for less")
            if time.monotonic() > deadline:
                raise Unavailable(f"a question to {bucket!r} took longer than {self.limits.query_seconds:g} s")
        if not results:
            raise Unavailable(f"InfluxDB at {self.address.url} answered a question to {bucket!r} with nothing")

    def _checked(self, bucket: str, document: Mapping[str, Any]) -> int:
        for part in (document, *document.get("results", ())):
            if "error" in part:
                raise self._refused(bucket, httpx.codes.OK, str(part["error"]))
        return len(document.get("results", ()))

    def _refused(self, bucket: str, status: int, text: str) -> Unavailable:
        if status in (401, 403):
            self.renew_tokens()
            hint = "The token for reading is not valid; make a new one and put it where the old one stands."
        elif "not found" in text:
            hint = f"The bucket {bucket!r} is missing, or the token for reading may not read it."
        else:
            hint = "Look into the log of InfluxDB."
        return Unavailable(f"InfluxDB answered a question to {bucket!r} with {status}: {shortened(text)}. {hint}")

    def _post_delete(self, bucket: str, wanted: Mapping[str, str]) -> None:
        params = {"org": self.address.org, "bucket": bucket}
        headers = self._headers(writer_of(bucket))
        try:
            reply = self._client.post("/api/v2/delete", params=params, json=wanted, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable(self._away(error)) from error
        if reply.status_code != httpx.codes.NO_CONTENT:
            self.renew_tokens()
            raise Unavailable(
                f"InfluxDB refused to delete in {bucket!r} with {reply.status_code}: {shortened(reply.text)}. "
                "The token for writing must hold for that bucket."
            )

    def _write_path(self, bucket: str) -> tuple[str, dict[str, str]]:
        if self.address.api is Api.V1:
            return "/write", {"db": bucket, "precision": "ns"}
        return "/api/v2/write", {"org": self.address.org, "bucket": bucket, "precision": "ns"}

    def _headers(self, role: Role) -> dict[str, str]:
        tokens = self._tokens
        token = {Role.INGEST: tokens.ingest, Role.JOBS: tokens.jobs, Role.API: tokens.api or tokens.jobs}[role]
        return {"Authorization": f"Token {token}"} if token else {}

    def _away(self, error: Exception) -> str:
        return f"InfluxDB at {self.address.url} does not answer: {error or type(error).__name__}"


def shortened(text: str) -> str:
    """At most as many words as belong into a log."""
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def _documents(reply: httpx.Response) -> Iterator[dict[str, Any]]:
    if _is_msgpack(reply):
        unpacker = msgpack.Unpacker(max_buffer_size=0)
        for piece in reply.iter_bytes():
            unpacker.feed(piece)
            yield from unpacker
    else:
        for line in filter(str.strip, reply.iter_lines()):
            yield _with_floats(json.loads(line))


def _with_floats(document: dict[str, Any]) -> dict[str, Any]:
    """JSON writes the value 1.0 as 1; only times are whole numbers."""
    for result in document.get("results", ()):
        for series in result.get("series", ()):
            series["values"] = [
                [row[0], *(float(value) if isinstance(value, int) else value for value in row[1:])]
                for row in series.get("values", ())
            ]
    return document


def _tags(tags: Mapping[str, str] | None) -> Attributes:
    return tuple(sorted((name, value) for name, value in tags.items() if value)) if tags else ()


def _message(reply: httpx.Response) -> str:
    reply.read()
    return _said(reply.content, reply.headers.get("Content-Type", ""))


def _said(content: bytes, kind: str) -> str:
    """What the server says, or what it sent when that is no message of its."""
    try:
        found = msgpack.unpackb(content) if "msgpack" in kind else json.loads(content)
    except ValueError:
        return content.decode(errors="replace").strip()
    if not isinstance(found, dict):
        return str(found)
    return str(found.get("message") or found.get("error") or found)


def _is_msgpack(reply: httpx.Response) -> bool:
    return "msgpack" in reply.headers.get("Content-Type", "")


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None


def _rfc3339(moment: int) -> str:
    seconds, rest = divmod(moment, SECOND)
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"
