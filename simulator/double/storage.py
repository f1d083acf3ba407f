"""The Storage Integration: what the application sent, page by page or in one stream."""

import base64
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from simulator.double import replies
from simulator.double.accounts import TRAFFIC_READ
from simulator.double.faults import Faults
from simulator.double.history import History, Row
from simulator.double.identity import Identity
from simulator.uplinks import Frame, render
from smartregion import timestamps
from smartregion.clock import DAY, SECOND, Clock

KINDS = (
    "uplink_message",
    "uplink_normalized",
    "join_accept",
    "downlink_ack",
    "downlink_nack",
    "downlink_sent",
    "downlink_failed",
    "downlink_queued",
    "downlink_queue_invalidated",
    "location_solved",
    "service_data",
)
_LAST = re.compile(r"(\d+)(s|m|h)")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_BATCH = 65_536


class Query(NamedTuple):
    """What a request asks of the storage. `skip` rows at the edge were already given on the page before."""

    kind: str
    device: str | None
    after: int
    before: int
    order: str
    limit: int
    f_port: int
    mask: tuple[str, ...]
    skip: int = 0


class Storage:
    """Answers under .../packages/storage."""

    def __init__(self, identity: Identity, history: History, clock: Clock, faults: Faults) -> None:
        self._identity = identity
        self._history = history
        self._clock = clock
        self._faults = faults

    def rows(self, request: Request) -> Response:
        """Messages as `{"result": …}`; the header X-Continuation-Token stands on pages that have more."""
        application = self._identity.admit(request, TRAFFIC_READ)
        self._faults.check()
        query = self._query(request)
        found, token = self._page(application.id, query)
        headers = {**replies.COMMON_HEADERS, **replies.request_id()}
        headers |= {"Content-Type": media_type(request)} | ({"X-Continuation-Token": token} if token else {})
        streamed = "text/event-stream" in request.headers.get("Accept", "")
        texts = self._faults.spoil(_result(row, query.mask) for row in found)
        body = _in_batches(texts, b"\n\n" if streamed else b"\n")
        return StreamingResponse(body, headers=headers)

    def count(self, request: Request) -> Response:
        """How many messages each device has."""
        application = self._identity.admit(request, TRAFFIC_READ)
        self._faults.check()
        query = self._query(request)
        counts = self._counts(application.id, query)
        return replies.render({"count": dict(sorted(counts.items()))} if counts else {})

    def _counts(self, application: str, query: Query) -> Mapping[str, int]:
        if query.kind != "uplink_message":
            return {}
        if not query.f_port:
            return self._history.count(application, query.device, query.after, query.before)
        counts: dict[str, int] = {}
        for row in self._select(application, query):
            counts[row.device_id] = counts.get(row.device_id, 0) + 1
        return counts

    def _page(self, application: str, query: Query) -> tuple[Iterator[Row], str]:
        rows = self._select(application, query)
        limit = min(query.limit or self._faults.largest_page, self._faults.largest_page or query.limit)
        if not limit:
            return rows, ""
        page = list(itertools.islice(rows, limit))
        more = next(rows, None) is not None
        return iter(page), _token(query, page) if more else ""

    def _select(self, application: str, query: Query) -> Iterator[Row]:
        if query.kind != "uplink_message":
            return iter(())
        rows = self._history.frames(application, query.device, query.after, query.before, query.order)
        chosen = (row for row in rows if _port(row) == query.f_port) if query.f_port else rows
        return itertools.islice(chosen, query.skip, None)

    def _query(self, request: Request) -> Query:
        kind = request.path_params["kind"]
        if kind not in KINDS:
            raise replies.invalid("type", "value must be in list", "GetStoredApplicationUpRequest")
        token = request.query_params.get("continuation_token")
        query = _from_token(token) if token else _from_parameters(request, kind, self._clock.now())
        oldest = self._clock.now() - int(self._faults.retention_days * DAY)
        return query if query.after >= oldest else query._replace(after=oldest)


def media_type(request: Request) -> str:
    """Answers take the media type the client accepts, when it is that of event streams."""
    return "text/event-stream" if "text/event-stream" in request.headers.get("Accept", "") else "application/json"


def _from_parameters(request: Request, kind: str, now: int) -> Query:
    given = request.query_params
    after, before = _window(given, now)
    order = given.get("order", "received_at")
    if order not in {"received_at", "-received_at"}:
        raise replies.invalid(
            "order", "value must be in list [ received_at -received_at]", "GetStoredApplicationUpRequest"
        )
    limit, f_port = _number(given, "limit"), _number(given, "f_port")
    mask = tuple(path for path in given.get("field_mask", "").split(",") if path)
    forbidden = [path for path in mask if path.split(".")[0] != "up"]
    if forbidden:
        raise replies.forbidden_paths(forbidden)
    return Query(kind, request.path_params.get("dev"), after, before, order, limit, f_port, mask)


def _window(given: Mapping[str, str], now: int) -> tuple[int, int]:
    last = given.get("last")
    if last is None:
        return _time(given, "after", timestamps.EARLIEST), _time(given, "before", timestamps.LATEST)
    parts = _LAST.findall(last)
    if "after" in given or "before" in given or "".join(f"{n}{unit}" for n, unit in parts) != last:
        raise replies.invalid(
            "last", "not a duration, or together with after or before", "GetStoredApplicationUpRequest"
        )
    return now - sum(int(n) * _SECONDS[unit] for n, unit in parts) * SECOND, timestamps.LATEST


def _time(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    try:
        return timestamps.parse(text)
    except (ValueError, OverflowError) as error:
        raise replies.Refusal(3, f'parsing field "{name}": {error}') from error


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "0")
    if not text.isascii() or not text.isdigit() or int(text) >= 1 << 32:
        raise replies.Refusal(3, f'parsing field "{name}": strconv.ParseUint: parsing "{text}": invalid syntax')
    return int(text)


def _token(query: Query, page: list[Row]) -> str:
    edge = row_time(page[-1])
    given = sum(1 for _ in itertools.takewhile(lambda row: row_time(row) == edge, reversed(page)))
    backwards = query.order.startswith("-")
    same_edge = edge == (query.before - 1 if backwards else query.after)
    skip = given + (query.skip if same_edge else 0)
    rest = query._replace(before=edge + 1, skip=skip) if backwards else query._replace(after=edge, skip=skip)
    return base64.urlsafe_b64encode(json.dumps(rest).encode()).decode()


def _from_token(token: str) -> Query:
    try:
        *front, mask, skip = json.loads(base64.urlsafe_b64decode(token))
        kind, device, after, before, order, limit, f_port = front
        return Query(kind, device, after, before, order, limit, f_port, tuple(mask), skip)
    except (ValueError, TypeError) as error:
        raise replies.invalid(
            "continuation_token", "not a token of this server", "GetStoredApplicationUpRequest"
        ) from error


def row_time(row: Row) -> int:
    """The top-level `received_at` of a row."""
    return row.handled_at if isinstance(row, Frame) else row.received_at


def _port(row: Row) -> int:
    if isinstance(row, Frame):
        return row.f_port
    port = json.loads(row.payload).get("uplink_message", {}).get("f_port", 0)
    return int(port)


def _result(row: Row, mask: tuple[str, ...]) -> bytes:
    payload = render(row) if isinstance(row, Frame) else row.payload
    return b'{"result":' + (_masked(payload, mask) if mask else payload) + b"}"


def _masked(payload: bytes, mask: tuple[str, ...]) -> bytes:
    whole = json.loads(payload)
    ids = whole["end_device_ids"]
    kept: dict[str, object] = {
        "end_device_ids": {name: ids[name] for name in ("device_id", "application_ids")},
        "received_at": whole["received_at"],
    }
    for path in mask:
        _copy(whole, kept, path.split(".")[1:])
    message = kept.get("uplink_message")
    if isinstance(message, dict):
        # The settings are no pointer in the server's own types, so they never vanish.
        message.setdefault("settings", {"data_rate": {}})
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def _copy(source: object, target: dict[str, object], path: list[str]) -> None:
    if not isinstance(source, dict) or not path or path[0] not in source:
        return
    if len(path) == 1:
        target[path[0]] = source[path[0]]
        return
    inner = target.setdefault(path[0], {})
    if isinstance(inner, dict):
        _copy(source[path[0]], inner, path[1:])


def _in_batches(texts: Iterator[bytes], delimiter: bytes) -> Iterator[bytes]:
    batch: list[bytes] = []
    size = 0
    for text in texts:
        batch += (text, delimiter)
        size += len(text)
        if size >= _BATCH:
            yield b"".join(batch)
            batch, size = [], 0
    yield b"".join(batch)
