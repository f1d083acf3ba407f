"""`smartregion influxdb setup`: makes an InfluxDB ready for the county, and says what differs."""

import os
from typing import Annotated

import typer

from cli import secrets
from cli.influx_tokens import OPERATOR_VARIABLE, SecretFiles
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import rows, say
from cli.texts import text
from smartregion.errors import Misconfigured
from smartregion.region import Region
from store.series.influxdb_databases import make_databases
from store.series.influxdb_plan import Finding, Plan, State, Wishes, plan

influxdb = typer.Typer(no_args_is_help=True, help="InfluxDB as the county's store.")

RenewOption = Annotated[
    list[str] | None, typer.Option("--renew", help="Replace this token; may be given again, `all` for every one.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(influxdb, name="influxdb")


@influxdb.command()
def setup(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,  # noqa: FBT002
    renew: RenewOption = None,
    retention: Annotated[  # noqa: FBT002 — a command-line flag
        bool, typer.Option("--retention", help="Give buckets the retention of the region file.")
    ] = False,
) -> None:
    """Make organisation, buckets and tokens in InfluxDB; what is there already stays as it is.

    Needs an operator token in SMARTREGION_INFLUXDB_ADMIN_TOKEN, or the path of its file in
    SMARTREGION_INFLUXDB_ADMIN_TOKEN_FILE; the service itself never does. Tokens go to DATA/secrets.

    Example: smartregion influxdb setup --region region.toml --dry-run
    """
    where = context(region, data, json=json, lang=lang)
    county = where.region()
    if county.store.kind != "influxdb":
        raise Misconfigured(f'{where.region_file} has no [store] with kind = "influxdb"; write it there first')
    wanted = plan(county)
    asked = _renewed(renew or [], wanted)
    if county.store.write_path == "v1":
        found = make_databases(county.store.url, wanted, dry=dry_run)
        for finding in found:
            _tell(where, finding)
    else:
        found = _buckets_and_tokens(where, county, wanted, asked, dry=dry_run, retention=retention)
    _print(where, county, found)


def _renewed(names: list[str], wanted: Plan) -> frozenset[str]:
    known = {token.name for token in wanted.tokens}
    unknown = [name for name in names if name not in known | {"all"}]
    if unknown:
        raise Misconfigured(f"there is no token {unknown[0]!r}; there are: {', '.join(sorted(known))}, or all")
    return frozenset(known if "all" in names else names)


def _buckets_and_tokens(
    where: Context, county: Region, wanted: Plan, renew: frozenset[str], *, dry: bool, retention: bool
) -> list[Finding]:
    # Only here: the management library costs 30 MB, which no other command and no service needs.
    from store.series.influxdb_setup import InfluxSetup

    operator = secrets.secret(OPERATOR_VARIABLE, os.environ)
    if not operator:
        raise Misconfigured(
            f"set {OPERATOR_VARIABLE} to an operator token of InfluxDB, or {OPERATOR_VARIABLE}_FILE to a file it is in"
        )
    with InfluxSetup(county.store.url, operator) as made:
        wishes = Wishes(dry=dry, renew=renew, retention=retention)
        return made.run(wanted, SecretFiles(where.data), wishes, lambda finding: _tell(where, finding))


def _tell(where: Context, finding: Finding) -> None:
    if not where.json:
        state = text(f"setup_{finding.state}", where.language)
        why = f" ({finding.why})" if finding.why else ""
        say(f"  {text(finding.kind, where.language)} {finding.name}: {state}{why}")


def _print(where: Context, county: Region, found: list[Finding]) -> None:
    files = SecretFiles(where.data)
    if where.json:
        items = [
            {
                "kind": each.kind,
                "name": each.name,
                "status": each.state.value,
                "why": each.why,
                "place": str(files.path(each.name)) if each.kind == "token" else "",
            }
            for each in found
        ]
        rows(where, county.name, ("kind", "name", "status", "place", "why"), items)
    elif files.folder.exists():
        say(f"{text('token_files', where.language)}: {files.folder}")
    if any(each.state is State.DIFFERS for each in found):
        raise typer.Exit(1)
