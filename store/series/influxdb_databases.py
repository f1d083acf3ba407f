"""Makes an InfluxDB 1.x ready: it has databases where 2.x has buckets, and no tokens."""

from typing import Any, Final

import httpx

from smartregion.errors import Misconfigured, Unavailable
from store.series.influxdb_plan import Finding, Plan, State

_SECONDS: Final = 10.0


def make_databases(url: str, plan: Plan, *, dry: bool = False) -> list[Finding]:
    """Make the databases that are missing. Retention is not theirs: the service deletes what is too old.

    Raises:
        Misconfigured: the server refuses. Unavailable: it does not answer.
    """
    with httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False) as client:
        there = {row[0] for result in _ask(client, "SHOW DATABASES") for row in _values(result)}
        found = []
        for bucket in plan.buckets:
            missing = bucket.name not in there
            if missing and not dry:
                # The name is that of a municipality's key: letters, digits and dashes, nothing to be escaped.
                _ask(client, f'CREATE DATABASE "{bucket.name}"')
            made = State.WANTED if dry else State.MADE
            found.append(Finding("database", bucket.name, made if missing else State.FINE))
    return found


def _ask(client: httpx.Client, statement: str) -> list[dict[str, Any]]:
    try:
        reply = client.post("/query", data={"q": statement})
    except httpx.HTTPError as error:
        raise Unavailable(f"InfluxDB at {client.base_url} does not answer: {error}") from error
    if reply.status_code != httpx.codes.OK:
        raise Misconfigured(
            f"InfluxDB at {client.base_url} answers {reply.status_code} to {statement}: {reply.text[:300]}; "
            'write_path = "v1" is for a server of 1.x'
        )
    results: list[dict[str, Any]] = reply.json().get("results", [])
    for result in results:
        if "error" in result:
            raise Misconfigured(f"InfluxDB at {client.base_url} refuses {statement}: {result['error']}")
    return results


def _values(result: dict[str, Any]) -> list[list[str]]:
    return [row for series in result.get("series", ()) for row in series.get("values", ())]
