"""`redecode`: archived messages through today's decoders. First the difference is shown; `--apply` makes it so."""

import sys
import time
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cli.client import Api, api
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, SinceOption, UntilOption, context
from cli.output import console, one, problem, rows, say
from cli.texts import text
from cli.times import read_time
from smartregion.errors import Misconfigured
from smartregion.timestamps import render

ADDRESS = "/v1/admin/redecode"
COUNTS = ("appear", "change", "vanish", "same")
PAUSE_SECONDS = 0.3


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(redecode)


def redecode(
    application: Annotated[str, typer.Option(help="Which application.", show_default=False)],
    since: SinceOption,
    until: UntilOption = "",
    device: Annotated[list[str] | None, typer.Option(help="Only this device id; may be repeated.")] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write what differs, delete what vanished.")] = False,  # noqa: FBT002
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before writing.")] = False,  # noqa: FBT002
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
) -> None:
    """Run archived messages through today's decoders and show how the readings would differ.

    With --apply the difference is written: first what appears or changes, then what vanished is deleted. A run that was
    stopped goes on where it was when the same command is given again.

    Example: smartregion redecode --application umwelt-sensorik --since 2026-11-01 --until 2026-11-08
    """
    where = context(region, data, json=json, lang=lang)
    zone = where.region().zone
    start = read_time(since, zone, "--since")
    end = read_time(until, zone, "--until") if until else None
    if end is not None and end <= start:
        raise Misconfigured("--until must lie after --since")
    if apply and not yes and (json or not sys.stdin.isatty()):
        raise Misconfigured("--apply asks before it writes; add --yes where nobody can answer")
    to = "" if end is None else render(end)
    body = {"application": application, "from": render(start), "to": to, "devices": device or []}
    with api(where) as talk:
        if not apply or not yes:
            found = _run(talk, where, {**body, "apply": False})
            _show(where, found)
        if apply and (yes or _agreed(where, found)):
            found = _run(talk, where, {**body, "apply": True})
            _show(where, found)
    if found["state"] != "complete":
        problem(found["why"] or text("redecode_stopped", where.language))
        raise typer.Exit(1)


def _agreed(where: Context, found: dict[str, Any]) -> bool:
    if found["state"] != "complete" or not _differs(found):
        return False
    return typer.confirm(text("redecode_ask", where.language))


def _differs(found: dict[str, Any]) -> bool:
    counted = sum(each[kind] for each in found["differences"] for kind in ("appear", "change", "vanish"))
    return bool(counted or found["settled"])


def _run(talk: Api, where: Context, body: dict[str, Any]) -> dict[str, Any]:
    """Start a run and show a bar until it ends; gives what it found."""
    found = talk.ask("POST", ADDRESS, json=body)
    with Progress(console=console(), transient=True, disable=where.json) as bar:
        task = bar.add_task(f"{text('redecode', where.language)} {body['application']}", total=None)
        while found["state"] == "running":
            bar.update(task, completed=found["done"], total=found["total"] or None)
            time.sleep(PAUSE_SECONDS)
            found = talk.ask("GET", ADDRESS)
    return found


def _show(where: Context, found: dict[str, Any]) -> None:
    if where.json:
        one(where, found)
        return
    told = [each for each in found["differences"] if any(each[kind] for kind in COUNTS)]
    told.sort(key=lambda each: (each["decoder"], each["quantity"]))
    title = text("redecode_done" if found["apply"] else "redecode_shown", where.language)
    rows(where, title, ("decoder", "quantity", *COUNTS), told)
    _show_examples(where, told)
    _show_failures(where, found)
    for name in ("frames", "settled", "unexplained", "refused"):
        if found[name]:
            say(f"{text(f'redecode_{name}', where.language)}: {found[name]}")


def _show_examples(where: Context, told: list[dict[str, Any]]) -> None:
    items = [
        {**one_of_them, "quantity": each["quantity"], "kind": text(one_of_them["kind"], where.language)}
        for each in told
        for one_of_them in each["examples"]
    ]
    if items:
        columns = ("kind", "point", "device", "quantity", "time", "before", "after")
        rows(where, text("examples", where.language), columns, items)


def _show_failures(where: Context, found: dict[str, Any]) -> None:
    if found["failures"]:
        columns = ("cause", "messages", "device", "detail")
        rows(where, text("redecode_failures", where.language), columns, found["failures"])
