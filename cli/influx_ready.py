"""Makes the InfluxDB of a region file ready: buckets and tokens on 2.x, databases on 1.x."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from cli import secrets
from cli.influx_tokens import OPERATOR_VARIABLE, SecretFiles
from smartregion.errors import Misconfigured
from smartregion.region import Region
from store.series.influxdb_databases import make_databases
from store.series.influxdb_plan import Finding, Wishes, plan

ALL: Final = "all"


def operator_token(environment: Mapping[str, str]) -> str:
    """The operator token of 2.x. Raises Misconfigured: there is none."""
    found = secrets.secret(OPERATOR_VARIABLE, environment)
    if not found:
        raise Misconfigured(
            f"set {OPERATOR_VARIABLE} to an operator token of InfluxDB, or {OPERATOR_VARIABLE}_FILE to a file it is in"
        )
    return found


def make_ready(
    region: Region, data: Path, operator: Callable[[], str], wishes: Wishes, tell: Callable[[Finding], None]
) -> list[Finding]:
    """Make what is missing. `operator` gives the operator token, where one is needed.

    Raises:
        Misconfigured: InfluxDB refuses, or the token is missing. Unavailable: it does not answer.
    """
    wanted = plan(region)
    _check_names(wishes.renew, {token.name for token in wanted.tokens})
    if region.store.write_path == "v1":
        found = make_databases(region.store.url, wanted, dry=wishes.dry)
        for finding in found:
            tell(finding)
        return found
    # Only here: the management library costs 30 MB, which no other command and no service needs.
    from store.series.influxdb_setup import InfluxSetup

    with InfluxSetup(region.store.url, operator()) as setup:
        return setup.run(wanted, SecretFiles(data), wishes, tell)


def _check_names(renew: frozenset[str], known: set[str]) -> None:
    unknown = sorted(renew - known - {ALL})
    if unknown:
        raise Misconfigured(f"there is no token {unknown[0]!r}; there are: {', '.join(sorted(known))}, or {ALL}")
