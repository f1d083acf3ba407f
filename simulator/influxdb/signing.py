"""Who asks: the token of a request, on the paths of 2.x and on the older ones."""

import base64
import binascii

from starlette.requests import Request

from simulator.influxdb.accounts import Accounts, Token
from simulator.influxdb.replies import Refusal

_SCHEMES = ("token", "bearer")


def signed_in(request: Request, accounts: Accounts) -> Token:
    """The token of a request on a path of 2.x. Raises Refusal: none, or unknown."""
    found = accounts.token(_from_header(request))
    if found is None:
        raise Refusal("unauthorized", "unauthorized access")
    return found


def signed_in_as_before(request: Request, accounts: Accounts, form: dict[str, str]) -> Token:
    """The same on an older path, where user and password will do: any user, the token for a password."""
    text = _from_header(request) or _from_basic(request) or form.get("p", "")
    found = accounts.token(text)
    if found is None:
        raise Refusal("unauthorized", "Unauthorized" if text else "unauthorized access")
    if not found.active:
        raise Refusal("forbidden", "token is inactive")
    return found


def _from_header(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    return text.strip() if scheme.lower() in _SCHEMES else ""


def _from_basic(request: Request) -> str:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(text, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
