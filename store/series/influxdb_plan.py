"""What a county needs in InfluxDB: buckets, and tokens that may do as little as their work wants; and how it stands."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from smartregion.region import Region
from store.series.influxdb_address import OPERATORS

DAY_SECONDS: Final = 86_400
OURS: Final = "smartregion: "
"""How the descriptions of our buckets and tokens begin; nothing else is ever touched."""
SERVICE_TOKENS: Final = ("ingest", "jobs", "api")
"""The tokens that the platform itself works with."""


@dataclass(frozen=True, slots=True)
class WantedBucket:
    """A bucket that must be there."""

    name: str
    retention_seconds: int
    """0: for ever."""
    description: str


@dataclass(frozen=True, slots=True)
class WantedToken:
    """A token that must be there, and the buckets it may read and write."""

    name: str
    reads: frozenset[str]
    writes: frozenset[str]

    @property
    def description(self) -> str:
        """As InfluxDB shows it."""
        return f"{OURS}{self.name}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a county needs."""

    organisation: str
    buckets: tuple[WantedBucket, ...]
    tokens: tuple[WantedToken, ...]


class State(StrEnum):
    """What became of a thing."""

    FINE = "fine"
    MADE = "made"
    RENEWED = "renewed"
    CHANGED = "changed"
    WANTED = "wanted"
    """It would have been made; nothing was, because that was asked for."""
    DIFFERS = "differs"
    """It is not as it should be, and a person must say what to do."""
    LEFT_OVER = "left over"
    """The region file does not know it any more. It is never deleted by itself."""


class Finding(NamedTuple):
    """One thing in InfluxDB, and how it stands."""

    kind: str
    """`organisation`, `bucket` or `token`."""
    name: str
    state: State
    why: str = ""


class TokenFiles(Protocol):
    """Where the texts of tokens rest."""

    def read(self, name: str) -> str:
        """The text; empty when there is none."""
        ...

    def write(self, name: str, text: str) -> None:
        """Keep it. Raises Misconfigured."""
        ...


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may be changed besides making what is missing."""

    dry: bool = False
    """Change nothing."""
    renew: frozenset[str] = frozenset()
    """Tokens to be replaced; `all` for every one."""
    retention: bool = False
    """Give buckets the retention of the region file."""

    def renews(self, token: str) -> bool:
        """Whether a token is to be replaced."""
        return token in self.renew or "all" in self.renew


def rollup_bucket(tenant: str) -> str:
    """Where a tenant's rollups rest."""
    return f"{tenant}_rollup"


def plan(region: Region) -> Plan:
    """What this region needs."""
    tenants = [tenant.key for tenant in region.tenants]
    buckets = [bucket for tenant in tenants for bucket in _buckets(tenant, region.retention.readings_days)]
    buckets.append(WantedBucket(OPERATORS, 0, f"{OURS}totals of the municipalities, for the operators"))
    return Plan(region.store.org, tuple(buckets), (*_service_tokens(tenants), *map(_grafana_token, tenants)))


def _buckets(tenant: str, days: int) -> tuple[WantedBucket, WantedBucket]:
    # A day more than readings count: what we just forget must not be refused by InfluxDB a moment before.
    seconds = (days + 1) * DAY_SECONDS
    return (
        WantedBucket(tenant, seconds, f"{OURS}readings of {tenant}"),
        WantedBucket(rollup_bucket(tenant), 0, f"{OURS}rollups of {tenant}"),
    )


def _service_tokens(tenants: list[str]) -> tuple[WantedToken, WantedToken, WantedToken]:
    raw = frozenset(tenants)
    rollups = frozenset(map(rollup_bucket, tenants))
    operators = frozenset([OPERATORS])
    return (
        # Rollups too: a point that moves to another municipality takes them along, and the old ones are deleted.
        WantedToken("ingest", frozenset(), raw | rollups | operators),
        WantedToken("jobs", raw | rollups | operators, rollups | operators),
        WantedToken("api", raw | rollups | operators, frozenset()),
    )


def _grafana_token(tenant: str) -> WantedToken:
    return WantedToken(f"grafana-{tenant}", frozenset([tenant, rollup_bucket(tenant)]), frozenset())
