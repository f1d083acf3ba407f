"""What is missing of devices, why, and what became of it."""

from itertools import islice
from typing import Annotated, Any

import typer

from cli.client import api
from cli.options import DataOption, JsonOption, LangOption, RegionOption, SinceOption, UntilOption, context
from cli.output import rows
from cli.texts import text
from smartregion.gaps import GapCause, GapState

gap = typer.Typer(no_args_is_help=True, help="Gaps: frames of devices that are missing, or were.")
COLUMNS = ("device", "start", "until", "missing", "repaired", "cause", "state")
COUNTED = ("application", "cause", "state", "gaps", "missing", "repaired")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(gap, name="gap")


@gap.command("list")
def list_gaps(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    application: Annotated[str, typer.Option(help="Only this application.")] = "",
    device: Annotated[str, typer.Option(help="Only this device: application.device_id.")] = "",
    state: Annotated[list[GapState] | None, typer.Option(help="Only this state; may be repeated.")] = None,
    cause: Annotated[GapCause | None, typer.Option(help="Only this cause.")] = None,
    since: SinceOption = "",
    until: UntilOption = "",
    count: Annotated[bool, typer.Option("--count", help="Only how many there are.")] = False,  # noqa: FBT002
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 200,
) -> None:
    """List gaps, the newest first: which frames are missing, why, and how many of them have come since.

    Example: smartregion gap list --state open --since 2026-11-22
    """
    where = context(region, data, json=json, lang=lang)
    asked: dict[str, Any] = {
        "application": application,
        "device": device,
        "state": [each.value for each in state or ()],
        "cause": cause.value if cause else "",
        "from": since,
        "to": until,
    }
    with api(where) as talk:
        if count:
            found = talk.ask("GET", "/v1/gaps/counts", params=asked)["items"]
        else:
            found = list(islice(talk.all("/v1/gaps", asked), limit))

    def spoken(each: dict[str, Any]) -> dict[str, Any]:
        kind = {
            "cause": text(f"gap_{each['cause']}", where.language),
            "state": text(f"gap_{each['state']}", where.language),
        }
        return {**each, **kind, "start": each.get("from"), "until": each.get("to")}

    rows(where, "", COUNTED if count else COLUMNS, found if where.json else [spoken(each) for each in found])
