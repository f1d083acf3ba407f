"""`smartregion influxdb setup`: makes an InfluxDB ready for the county, and says what differs."""

import os
from typing import Annotated

import typer

from cli.influx_ready import make_ready, operator_token
from cli.influx_tokens import SecretFiles
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import rows, say
from cli.texts import text
from smartregion.errors import Misconfigured
from smartregion.region import Region
from store.series.influxdb_plan import Finding, State, Wishes

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
    wishes = Wishes(dry=dry_run, renew=frozenset(renew or ()), retention=retention)
    found = make_ready(
        county, where.data, lambda: operator_token(os.environ), wishes, lambda finding: _tell(where, finding)
    )
    _print(where, county, found)


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
