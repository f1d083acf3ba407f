"""Organisations, buckets and tokens, as InfluxDB 2.9 keeps them: a token's text is told once and never again."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from simulator.influxdb.buckets import Bucket
from simulator.influxdb.replies import Refusal
from smartregion.clock import DAY, SECOND

SMALLEST_RETENTION: Final = 3600
RESOURCES: Final = (
    "authorizations", "buckets", "dashboards", "orgs", "sources", "tasks", "telegrafs", "users", "variables",
    "scrapers", "secrets", "labels", "views", "documents", "notificationRules", "notificationEndpoints", "checks",
    "dbrp", "notebooks", "annotations", "remotes", "replications",
)  # fmt: skip


class Permission(NamedTuple):
    """What a token may do; without an id to everything of the type, without an organisation in all of them."""

    action: str
    type: str
    id: str = ""
    org_id: str = ""


@dataclass(slots=True, eq=False)
class Token:
    """An authorization."""

    id: str
    org_id: str
    text: str
    description: str
    permissions: tuple[Permission, ...]
    active: bool = True

    def may(self, action: str, kind: str, identity: str = "", org_id: str = "") -> bool:
        """Whether it may do that."""
        return any(
            each.action == action and each.type == kind and each.id in ("", identity) and each.org_id in ("", org_id)
            for each in self.permissions
        )

    def sees(self, action: str, bucket: Bucket) -> bool:
        """Whether it may read or write a bucket."""
        return self.may(action, "buckets", bucket.id, bucket.org_id)


@dataclass(slots=True, eq=False)
class Organisation:
    """Who owns buckets and tokens."""

    id: str
    name: str
    buckets: dict[str, Bucket] = field(default_factory=dict)
    """By id, in the order they were made."""


def new_id() -> str:
    """16 hexadecimal digits."""
    return f"{secrets.randbits(60) | 1 << 59:016x}"


def everything() -> tuple[Permission, ...]:
    """What the operator token may do."""
    return tuple(Permission(action, kind) for kind in RESOURCES for action in ("read", "write"))


class Accounts:
    """All organisations, buckets and tokens of one server."""

    def __init__(self) -> None:
        self.organisations: dict[str, Organisation] = {}
        self.tokens: dict[str, Token] = {}
        """By id."""
        self.set_up = False

    def add_organisation(self, name: str) -> Organisation:
        """Make an organisation, with the two buckets every one has. Raises Refusal: the name is taken."""
        if any(each.name == name for each in self.organisations.values()):
            raise Refusal("conflict", f"organization with name {name} already exists")
        made = Organisation(new_id(), name)
        self.organisations[made.id] = made
        for system, days in (("_monitoring", 7), ("_tasks", 3)):
            bucket = Bucket(new_id(), made.id, system, days * DAY // SECOND, system=True)
            made.buckets[bucket.id] = bucket
        return made

    def organisation(self, name: str = "", identity: str = "") -> Organisation:
        """Find one by name, or by id. Raises Refusal: there is none."""
        wanted = identity or name
        for each in self.organisations.values():
            if (not identity and each.name == name) or each.id == wanted:
                return each
        raise Refusal("not found", f'organization name "{wanted}" not found')

    def add_bucket(self, organisation: Organisation, name: str, retention_seconds: int) -> Bucket:
        """Make a bucket. Raises Refusal: the name is taken or not allowed, or the retention too short."""
        check_bucket_name(name)
        check_retention(retention_seconds)
        if any(each.name == name for each in organisation.buckets.values()):
            raise Refusal("conflict", f"bucket with name {name} already exists")
        made = Bucket(new_id(), organisation.id, name, retention_seconds)
        organisation.buckets[made.id] = made
        return made

    def bucket(self, organisation: Organisation, wanted: str) -> Bucket | None:
        """A bucket by its id or name."""
        named = (each for each in organisation.buckets.values() if each.name == wanted)
        return organisation.buckets.get(wanted) or next(named, None)

    def all_buckets(self) -> list[Bucket]:
        """The buckets of all organisations."""
        return [bucket for each in self.organisations.values() for bucket in each.buckets.values()]

    def find_bucket(self, identity: str) -> Bucket | None:
        """A bucket by its id alone."""
        return next((each for each in self.all_buckets() if each.id == identity), None)

    def by_database(self, database: str, policy: str = "") -> list[Bucket]:
        """The buckets an older path means; without a policy the one called autogen."""
        return [each for each in self.all_buckets() if each.database == (database, policy or "autogen")]

    def add_token(
        self, org_id: str, permissions: Iterable[Permission], description: str = "", *, text: str = ""
    ) -> Token:
        """Make a token."""
        made = Token(new_id(), org_id, text or secrets.token_urlsafe(64), description, tuple(permissions))
        self.tokens[made.id] = made
        return made

    def token(self, text: str) -> Token | None:
        """The token of that text."""
        return next((each for each in self.tokens.values() if each.text == text), None)

    def remove_organisation(self, organisation: Organisation) -> None:
        """Delete it with its buckets and tokens."""
        del self.organisations[organisation.id]
        self.tokens = {name: each for name, each in self.tokens.items() if each.org_id != organisation.id}


def check_bucket_name(name: str) -> None:
    """Raises Refusal: no bucket may be called so."""
    if not name:
        raise Refusal("invalid", "bucket name cannot be empty")
    if name.startswith("_"):
        raise Refusal("invalid", f'bucket name "{name}" is invalid. Bucket names may not start with underscore')
    if '"' in name:
        raise Refusal("invalid", f"bucket name {name!r} is invalid. Bucket names may not include quotation marks")


def check_retention(seconds: int) -> None:
    """Raises Refusal: shorter than an hour, which the real server takes for an error of its own."""
    if 0 < seconds < SMALLEST_RETENTION:
        raise Refusal("internal error", "retention policy duration must be at least 1h0m0s")


def read_permissions(body: Mapping[str, object]) -> tuple[Permission, ...]:
    """The permissions of a request. Raises Refusal: there are none, or they are not understood."""
    stated = body.get("permissions")
    if not isinstance(stated, list) or not stated:
        raise Refusal("invalid", "authorization must include permissions")
    found = []
    for each in stated:
        resource = each.get("resource", {}) if isinstance(each, dict) else {}
        if resource.get("type") not in RESOURCES or each.get("action") not in ("read", "write"):
            raise Refusal("invalid", "unknown resource type or action for permission")
        found.append(
            Permission(each["action"], resource["type"], resource.get("id") or "", resource.get("orgID") or "")
        )
    return tuple(found)
