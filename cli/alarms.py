"""Alarms: what is, and was, wrong."""

from itertools import islice
from typing import Annotated

import typer

from cli.client import api
from cli.options import DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import rows
from queries.alarm_words import title
from smartregion.alarms import AlarmKind

alarm = typer.Typer(no_args_is_help=True, help="Alarms: what a person should look at.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(alarm, name="alarm")


@alarm.command("list")
def list_alarms(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,  # noqa: FBT002
    kind: Annotated[AlarmKind | None, typer.Option(help="Only of this kind.")] = None,
    subject: Annotated[str, typer.Option(help="Only of this device or application.")] = "",
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 200,
) -> None:
    """List alarms, the newest first.

    Example: smartregion alarm list --kind "silent device"
    """
    where = context(region, data, json=json, lang=lang)
    asked = {"state": "" if everything else "active", "kind": kind.value if kind else "", "subject": subject}
    with api(where) as talk:
        found = list(islice(talk.all("/v1/alarms", asked), limit))
    if where.json:
        rows(where, "", (), found)
        return
    shown = [
        {
            "kind": title(AlarmKind(each["kind"]), where.language),
            "said": each[f"text_{where.language}"],
            "start": each["from"],
            "until": each["to"],
        }
        for each in found
    ]
    rows(where, "", ("kind", "said", "start", "until") if everything else ("kind", "said", "start"), shown)
