"""Tries each door of an InfluxDB before the service needs it. `/health` is not asked: it always says pass."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from smartregion.clock import HOUR, Clock
from smartregion.errors import Unavailable
from store.series.influxdb_address import OPERATORS, Role
from store.series.influxdb_http import Server
from store.series.influxdb_plan import rollup_bucket
from store.series.influxdb_replies import Meaning, understand
from store.series.influxdb_statements import Condition, Statement

# Nothing is stored, but address, organisation, bucket and token are looked at as for any other write.
_COMMENT: Final = b"# smartregion was here\n"


class Tried(NamedTuple):
    """A bucket that was tried."""

    bucket: str
    words: str = ""
    """What is wrong and what to do; empty when nothing is."""


def probe(server: Server, tenants: Iterable[str], clock: Clock) -> Iterator[Tried]:
    """Try to write and to read every bucket; ends early when the server does not answer at all."""
    doors = [(OPERATORS, Role.INGEST), (OPERATORS, Role.JOBS)]
    doors += [door for tenant in tenants for door in ((tenant, Role.INGEST), (rollup_bucket(tenant), Role.JOBS))]
    told: dict[str, str] = {}
    for bucket, role in doors:
        verdict = understand(server.write(bucket, _COMMENT, role), [], bucket)
        words = "" if verdict.meaning is Meaning.STORED else verdict.words
        if verdict.unreachable:
            yield Tried(bucket, words)
            return
        told[bucket] = told.get(bucket) or words or _read(server, bucket, clock)
    yield from (Tried(bucket, words) for bucket, words in told.items())


def _read(server: Server, bucket: str, clock: Clock) -> str:
    now = clock.now()
    try:
        for _ in server.ask(bucket, Statement.select(['"song"'], "canary", Condition.between(now - HOUR, now + 1))):
            pass
    except Unavailable as error:
        return str(error)
    return ""
