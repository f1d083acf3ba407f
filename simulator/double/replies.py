"""Answers of the HTTP side: errors in the words and shapes of the real server, and the headers around them."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response

STATUS = {3: 400, 5: 404, 6: 409, 7: 403, 8: 429, 12: 501, 14: 503, 16: 401}
"""gRPC code to HTTP status."""

Json = Mapping[str, object]


@dataclass(eq=False)
class Refusal(Exception):
    """An error reply. Without a namespace it has only `code` and `message`, as errors of the gateway have."""

    code: int
    text: str
    namespace: str = ""
    name: str = ""
    attributes: Mapping[str, object] = field(default_factory=dict)
    cause: Json | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> Json:
        """The JSON of the reply."""
        if not self.namespace:
            return {"code": self.code, "message": self.text}
        message = self.text
        for key, value in self.attributes.items():
            message = message.replace("{" + key + "}", str(value))
        details: dict[str, object] = {
            "@type": "type.googleapis.com/ttn.lorawan.v3.ErrorDetails",
            "namespace": self.namespace,
            "name": self.name,
            "message_format": self.text,
        }
        details |= {"attributes": dict(self.attributes)} if self.attributes else {}
        details |= {"correlation_id": secrets.token_hex(16)} | ({"cause": self.cause} if self.cause else {})
        details["code"] = self.code
        return {"code": self.code, "message": f"error:{self.namespace}:{self.name} ({message})", "details": [details]}

    def response(self, media_type: str = "application/json") -> Response:
        """The reply."""
        headers = dict(self.headers)
        if self.code == 16:
            headers["WWW-Authenticate"] = str(self.body()["message"])
        return render(self.body(), STATUS[self.code], headers, media_type)


def render(
    body: Json, status: int = 200, headers: Mapping[str, str] | None = None, media_type: str = "application/json"
) -> Response:
    """A reply as the real server writes JSON: no spaces, UTF-8."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, {**COMMON_HEADERS, **request_id(), **(headers or {}), "Content-Type": media_type})


COMMON_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Vary": "Accept-Encoding",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Xss-Protection": "1; mode=block",
}


def request_id() -> dict[str, str]:
    """The header every reply carries."""
    return {"X-Request-Id": secrets.token_hex(13).upper()}


def not_found() -> Refusal:
    """There is no such path."""
    return Refusal(5, "Not Found")


def wrong_method() -> Refusal:
    """There is such a path, but not for this method."""
    return Refusal(12, "Method Not Allowed")


def invalid_token() -> Refusal:
    """What was sent is no key at all."""
    return Refusal(3, "invalid token", "pkg/auth", "token")


def wrong_secret() -> Refusal:
    """The key exists, its secret is another."""
    return Refusal(16, "invalid authorization", "pkg/identityserver", "invalid_authorization")


def unknown_key(key_id: str) -> Refusal:
    """There is no key of that id."""
    cause = {
        "namespace": "pkg/identityserver/store",
        "name": "api_key_not_found",
        "message_format": "api key with id `{api_key_id}` not found",
        "attributes": {"api_key_id": key_id},
        "correlation_id": secrets.token_hex(16),
        "code": 5,
    }
    return Refusal(16, "API key not found", "pkg/identityserver", "api_key_not_found", cause=cause)


def no_rights(uid: str) -> Refusal:
    """The caller has no right at all on that application; it may not even exist."""
    text = "no rights for application `{uid}`"
    return Refusal(7, text, "pkg/auth/rights", "no_application_rights", {"uid": uid})


def missing_right(uid: str, right: str) -> Refusal:
    """The caller's key lacks a right."""
    text = "insufficient rights for application `{uid}`"
    attributes = {"missing": [right], "uid": uid}
    return Refusal(7, text, "pkg/auth/rights", "insufficient_application_rights", attributes)


def unknown_application(application_id: str) -> Refusal:
    """Told to callers who may see every application."""
    text = "application with id `{application_id}` not found"
    attributes = {"application_id": application_id}
    return Refusal(5, text, "pkg/identityserver/store", "application_not_found", attributes)


def unknown_device(application_id: str, device_id: str) -> Refusal:
    """There is no device of that id."""
    text = "end device with id `{device_id}` not found in application with id `{application_id}`"
    attributes = {"application_id": application_id, "device_id": device_id}
    return Refusal(5, text, "pkg/identityserver/store", "end_device_not_found", attributes)


def invalid(field_name: str, reason: str, request: str) -> Refusal:
    """A parameter out of its bounds."""
    attributes = {"field": field_name, "name": f"{request}ValidationError", "reason": reason}
    return Refusal(3, "invalid `{field}`: {reason}", "pkg/errors", "validation", attributes)


def forbidden_paths(paths: list[str]) -> Refusal:
    """Field mask paths that this method does not know."""
    text = "forbidden path(s) in field mask"
    return Refusal(3, text, "pkg/rpcmiddleware/validator", "field_mask_paths", {"forbidden_paths": paths})


def rate_limited(limit: int, retry_seconds: int) -> Refusal:
    """Too many requests; the headers say when to come again."""
    headers = {
        "X-Rate-Limit-Limit": str(limit),
        "X-Rate-Limit-Available": "0",
        "X-Rate-Limit-Reset": str(retry_seconds),
        "X-Rate-Limit-Retry": str(retry_seconds),
    }
    text = "rate of requests for resource `{key}` exceeded the limit"
    attributes = {"key": "http"}
    return Refusal(8, text, "pkg/ratelimit", "rate_limit_exceeded", attributes, headers=headers)
