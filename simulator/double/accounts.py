"""Applications, their keys and devices, as the double knows them."""

import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.uplinks import uid
from smartregion.model import Place, Profile

TRAFFIC_READ = "RIGHT_APPLICATION_TRAFFIC_READ"
DEVICES_READ = "RIGHT_APPLICATION_DEVICES_READ"
INFO = "RIGHT_APPLICATION_INFO"
LINK = "RIGHT_APPLICATION_LINK"
READING_RIGHTS = (DEVICES_READ, INFO, TRAFFIC_READ)
"""What a key of the platform has: it reads, and never sends."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ID = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,}")


def is_id(text: str) -> bool:
    """Whether an application or device may be called so."""
    return len(text) <= 36 and _ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, `NNSXS.<id>.<secret>`, and what it may do. Times in nanoseconds since 1970."""

    id: str
    secret: str
    rights: tuple[str, ...] = READING_RIGHTS
    name: str = ""
    created_at: int = 0

    @property
    def text(self) -> str:
        """What a client sends."""
        return f"NNSXS.{self.id}.{self.secret}"


def new_key(rights: Iterable[str] = READING_RIGHTS, name: str = "") -> ApiKey:
    """A key nobody had before."""
    return ApiKey(_random_letters(39), _random_letters(52), tuple(sorted(rights)), name)


def _random_letters(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredDevice:
    """One entry of the device registry. Times in nanoseconds since 1970."""

    device_id: str
    dev_eui: str = ""
    join_eui: str = ""
    name: str = ""
    description: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    profile: Profile | None = None
    created_at: int = 0
    activated_at: int | None = None
    last_seen_at: int | None = None


@dataclass(slots=True, kw_only=True)
class Application:
    """One application of the double; keys and devices may change while it runs."""

    id: str
    tenant: str = ""
    name: str = ""
    description: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[ApiKey, ...] = ()
    devices: Mapping[str, RegisteredDevice] = field(default_factory=dict)
    connection_limit: int | None = None
    created_at: int = 0

    @property
    def uid(self) -> str:
        """What topics and the MQTT user name carry: `app@tenant`, or `app`."""
        return uid(self.id, self.tenant)

    def revoke(self, key: ApiKey) -> None:
        """Delete a key; sessions that live keep it until they end."""
        self.keys = tuple(other for other in self.keys if other != key)


class Accounts:
    """All applications of the double, and the users whose keys open every one of them."""

    def __init__(self, applications: Iterable[Application], user_keys: Iterable[ApiKey] = ()) -> None:
        self._applications = {application.uid: application for application in applications}
        self.user_keys = tuple(user_keys)

    def add(self, application: Application) -> None:
        """Make an application known."""
        self._applications[application.uid] = application

    def by_uid(self, name: str) -> Application | None:
        """The application a user name or topic means."""
        return self._applications.get(name)

    def by_id(self, application_id: str) -> Application | None:
        """The application of that bare id, as HTTP paths name it; the first when several tenants have one."""
        found = (one for one in self._applications.values() if one.id == application_id)
        return next(found, None)

    def sign_in(self, name: str, password: str) -> tuple[Application, frozenset[str]] | None:
        """The application of an MQTT user name and the rights its password brings; None when either is wrong."""
        application = self.by_uid(name)
        if application is None:
            return None
        keys = (*application.keys, *self.user_keys)
        rights = [key.rights for key in keys if key.text == password]
        return (application, frozenset(rights[0])) if rights else None

    def owner(self, key_id: str) -> tuple[ApiKey, Application | None] | None:
        """The key of that id and its application (None: a user's key); None when there is no such key."""
        owned = ((key, one) for one in self._applications.values() for key in one.keys)
        for key, application in (*owned, *((key, None) for key in self.user_keys)):
            if key.id == key_id:
                return key, application
        return None
