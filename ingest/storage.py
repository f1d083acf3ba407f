"""What The Things Stack tells over HTTP: the Storage Integration, and the rights of a key.

Sources: lorawan-stack v3.32 `applicationserver_integrations_storage.proto`; documentation of 3.36; a running 3.32.1.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx
import msgspec

from smartregion import timestamps
from smartregion.clock import SECOND
from smartregion.errors import Misconfigured, SmartregionError, Unavailable
from smartregion.region import Application

PAGE = 10_000
READ_RIGHT = "RIGHT_APPLICATION_TRAFFIC_READ"
ALL_RIGHTS = {READ_RIGHT, "RIGHT_APPLICATION_ALL", "RIGHT_ALL"}
# Codes of gRPC that stand in an error object.
NOT_FOUND, PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, UNAUTHENTICATED = 5, 7, 8, 12, 16
WAIT_SECONDS = 10.0
"""Where the server limits the rate without saying until when."""
TRIES = 5
LINES = {"Accept": "text/event-stream", "User-Agent": "smartregion/0.1"}


class NoStorage(SmartregionError):
    """This server has no Storage Integration: what is missed live can't be fetched."""


class SlowDown(Unavailable):
    """The server limits the rate; `seconds` says when to come back."""

    def __init__(self, words: str, seconds: float) -> None:
        super().__init__(words)
        self.seconds = seconds


class _Error(msgspec.Struct):
    code: int = 0
    grpc_code: int = 0
    message: str = ""


class _Line(msgspec.Struct):
    error: _Error | None = None


class _Counts(msgspec.Struct):
    count: dict[str, int] = {}


class _Rights(msgspec.Struct):
    rights: list[str] = []


_decode_line = msgspec.json.Decoder(_Line).decode


class StackHttp:
    """One application's HTTP side."""

    def __init__(self, application: Application, key: str, http: httpx.Client) -> None:
        self._application = application
        self._http = http
        self._headers = {**LINES, "Authorization": f"Bearer {key}"}
        self._rest = 0.0
        self.time: int | None = None
        """The server's own time as of its last answer about the storage, whole seconds; None before."""

    def rights(self) -> list[str]:
        """The rights of the key on the application.

        Raises:
            Misconfigured: the server does not know the key or the application. Unavailable: the server is away.
        """
        url = f"{self._application.http_url(identity=True)}/applications/{self._application.id}/rights"
        with _translated(self._application):
            reply = self._http.get(url, headers=self._headers)
            _check(reply, self._application)
            return msgspec.json.decode(reply.content, type=_Rights).rights

    def missing_right(self) -> str:
        """What is wrong with the key, in words; empty when it may read, or when nobody can tell now.

        A key without the right connects and subscribes like any other, and receives nothing, without any error.
        """
        try:
            rights = self.rights()
        except Misconfigured as error:
            return str(error)
        except Unavailable:
            return ""
        if ALL_RIGHTS & set(rights):
            return ""
        return (
            f"the key of {self._application.label} lacks the right to read messages ({READ_RIGHT}): it connects, but "
            "nothing will ever come; make a key with that right in the console of The Things Stack"
        )

    def count(self, start: int, end: int) -> dict[str, int]:
        """Stored uplinks per device_id, forwarded in [start, end).

        Raises:
            NoStorage, SlowDown (also when the last answer said that nothing more is free), Unavailable, Misconfigured.
        """
        self._mind_the_rate()
        with _translated(self._application):
            reply = self._http.get(f"{self._url()}/count", params=_between(start, end), headers=self._headers)
            self._check(reply)
            return msgspec.json.decode(reply.content, type=_Counts).count

    def pull(
        self, start: int, end: int, device_id: str = "", *, wait: Callable[[float], None] | None = None
    ) -> Iterator[bytes]:
        """Stored uplinks forwarded in [start, end), one JSON text `{"result": …}` each, oldest first.

        `wait`: waits so many seconds where the server asks for it, then the same page is asked for again.

        Raises:
            NoStorage, SlowDown, Unavailable, Misconfigured; also half-way.
        """
        params = {**_between(start, end), "order": "received_at", "limit": str(PAGE)}
        tries = 0
        while params:
            got = 0
            try:
                with self._page(params, device_id) as reply:
                    for line in _lines(reply):
                        got += 1
                        yield line
                    token = reply.headers.get("X-Continuation-Token", "")
            except SlowDown as error:
                tries += 1
                if wait is None or got or tries > TRIES:
                    raise
                wait(error.seconds)
                continue
            tries = 0
            params = {"continuation_token": token} if token and got else {}

    @contextmanager
    def _page(self, params: dict[str, str], device_id: str) -> Iterator[httpx.Response]:
        self._mind_the_rate()
        with (
            _translated(self._application),
            self._http.stream("GET", self._url(device_id), params=params, headers=self._headers) as reply,
        ):
            if reply.is_error:
                reply.read()
            self._check(reply)
            yield reply

    def _mind_the_rate(self) -> None:
        """Before the next request, keep to what the last answer said. Raises SlowDown, once."""
        rest, self._rest = self._rest, 0.0
        if rest:
            raise SlowDown(f"{self._application.server} has answered as much as it allows for now", rest)

    def _check(self, reply: httpx.Response) -> None:
        self.time = _date(reply)
        if reply.headers.get("X-Rate-Limit-Available") == "0":
            self._rest = _seconds(reply, "X-Rate-Limit-Reset")
        try:
            _check(reply, self._application)
        except SlowDown:
            # Said already.
            self._rest = 0.0
            raise

    def _url(self, device_id: str = "") -> str:
        device = f"/devices/{device_id}" if device_id else ""
        root = self._application.http_url()
        return f"{root}/as/applications/{self._application.id}{device}/packages/storage/uplink_message"


def _date(reply: httpx.Response) -> int | None:
    try:
        return int(parsedate_to_datetime(reply.headers.get("Date", "")).timestamp()) * SECOND
    except ValueError:
        return None


def _between(start: int, end: int) -> dict[str, str]:
    return {"after": timestamps.render(start), "before": timestamps.render(end)}


def _lines(reply: httpx.Response) -> Iterator[bytes]:
    """The non-empty lines of a stream. Raises Unavailable where the server reports an error in its midst."""
    rest = b""
    for part in reply.iter_bytes():
        *whole, rest = (rest + part).split(b"\n")
        yield from (_sound(line) for line in whole if line.strip())
    if rest.strip():
        yield _sound(rest)


def _sound(line: bytes) -> bytes:
    """The line. Raises what an error object in the midst of a stream says."""
    if line.startswith(b'{"result"'):
        return line
    error = _decode_line(line).error
    if error is None:
        return line
    words = f"the Storage Integration broke off: {error.message[:300]}"
    code = error.grpc_code or error.code
    if code == RESOURCE_EXHAUSTED:
        raise SlowDown(words, WAIT_SECONDS)
    if code in {PERMISSION_DENIED, UNAUTHENTICATED}:
        raise Misconfigured(f"{words}; check the API key and its rights")
    if code in {NOT_FOUND, UNIMPLEMENTED}:
        raise NoStorage(words)
    raise Unavailable(words)


@contextmanager
def _translated(application: Application) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as error:
        raise Unavailable(
            f"{application.server}:{application.http_port} over HTTP: {error or type(error).__name__}"
        ) from error
    except msgspec.DecodeError as error:
        raise Unavailable(f"{application.server} answers with something else than JSON: {error}") from error


def _check(reply: httpx.Response, application: Application) -> None:
    if reply.is_success:
        return
    status = reply.status_code
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.NOT_IMPLEMENTED}:
        raise NoStorage(
            f"{application.server} has no Storage Integration for {application.id} (status {status}); it must be "
            "activated for the application, and an Open Source server has none. What is missed live is lost for good "
            "there; a webhook beside MQTT makes that rare"
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise SlowDown(f"{application.server} asks to slow down", _seconds(reply, "X-Rate-Limit-Retry", "Retry-After"))
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise Misconfigured(
            f"{application.server} refuses the key of {application.label} (status {status}): {_message(reply)}; "
            f"check the API key in {application.key_env} and its rights"
        )
    raise Unavailable(f"{application.server} answers with status {status}: {_message(reply)}")


def _seconds(reply: httpx.Response, *names: str) -> float:
    """The seconds in the first of these headers that holds any."""
    told = (reply.headers.get(name, "") for name in names)
    return next((float(seconds) for seconds in told if seconds.isdecimal() and int(seconds) > 0), WAIT_SECONDS)


def _message(reply: httpx.Response) -> str:
    try:
        return str(reply.json().get("message", ""))[:200]
    except (ValueError, AttributeError):
        return reply.text[:200]
