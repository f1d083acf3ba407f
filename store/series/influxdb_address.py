"""Where an InfluxDB is, and what opens its doors."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

OPERATORS: Final = "smartregion"
"""The bucket of the operators: totals of the tenants, the canary."""


class Api(StrEnum):
    """How lines are written: a server of 2.x or 3.x takes `v2`, one of 1.x takes `v1`."""

    V1 = "v1"
    V2 = "v2"


@dataclass(frozen=True, slots=True)
class InfluxAddress:
    """A server."""

    url: str
    """http(s)://host:port, with a path when it stands behind a proxy."""
    org: str = ""
    """Of 2.x; servers of 1.x and 3.x know none."""
    api: Api = Api.V2


@dataclass(frozen=True, slots=True)
class InfluxTokens:
    """What each kind of work may do; empty ones are not sent."""

    ingest: str = field(default="", repr=False)
    """Writes to the tenants' buckets, deletes there, and writes the canary."""
    jobs: str = field(default="", repr=False)
    """Reads the tenants' buckets, writes their rollup buckets and the totals."""
    api: str = field(default="", repr=False)
    """Reads everything, writes nothing."""


ROLLUP: Final = "_rollup"
"""Ends the name of the bucket that holds a tenant's rollups; no tenant's key has such a sign."""


class Role(StrEnum):
    """Who asks: a field of the tokens."""

    INGEST = "ingest"
    JOBS = "jobs"
    API = "api"


def writer_of(bucket: str) -> Role:
    """Who may write to and delete in a tenant's bucket."""
    return Role.JOBS if bucket.endswith(ROLLUP) else Role.INGEST
