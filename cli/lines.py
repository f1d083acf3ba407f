"""What comes in by hand: ledger, import, back-fill."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cli.client import Api, api
from cli.ledger import print_ledger
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, SinceOption, UntilOption, context
from cli.output import console, one, problem, say
from cli.texts import text
from cli.times import read_date, read_time
from ingest.importing import Recording
from queries.ledger import Ledger
from smartregion.errors import Misconfigured, Unavailable
from smartregion.timestamps import render
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog

# What one request of an import holds at most.
LINES, BYTES = 2000, 8_000_000
AGAIN_SECONDS = 2.0


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(ledger)
    app.command("import")(import_files)
    app.command()(backfill)


def ledger(
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    application: Annotated[str, typer.Option(help="Only this application.")] = "",
    since: SinceOption = "",
    until: UntilOption = "",
) -> None:
    """Show what became of every message, per application and day. Reads the files, also beside a running service.

    Example: smartregion ledger --data data --since 2026-11-01
    """
    where = context(None, data, json=json, lang=lang)
    if not (where.data / "book.db").exists():
        raise Misconfigured(f"{where.data} holds no journal; name the data folder with --data")
    book = SqliteBook.reader(where.data / "book.db")
    log = SqliteLog.reader(where.data / "log.db")
    try:
        print_ledger(
            where, Ledger(book, log).rows(read_date(since, "--since"), read_date(until, "--until"), application)
        )
    finally:
        log.close()
        book.close()


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Files of JSON lines; also .gz and .zst.", show_default=False)],
    region: RegionOption = None,
    data: DataOption = None,
    lang: LangOption = None,
    since: SinceOption = "",
    until: UntilOption = "",
) -> None:
    """Take in recorded messages: lines of the Storage Integration, of `mosquitto_sub -v` or `-F %j`, or bare messages.

    What the platform has seen before is counted as duplicate and changes nothing, so an import that was ended is simply
    begun again.

    Example: smartregion import storage.jsonl.gz
    """
    where = context(region, data, lang=lang)
    span = _span(where, since, until)
    for file in files:
        Recording.open(file).close()
    with api(where) as talk:
        taken = sum(_import(talk, where, file, span) for file in files)
        _wait_until_settled(talk)
    say(f"{taken} {text('imported', where.language)}")


def backfill(
    application: Annotated[str, typer.Option(help="Which application.", show_default=False)],
    since: SinceOption,
    until: UntilOption = "",
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Compare a time span with the Storage Integration of The Things Stack and fetch what is missing.

    Example: smartregion backfill --application umwelt-sensorik --since 2026-11-01
    """
    where = context(region, data, json=json, lang=lang)
    zone = where.region().zone
    start = read_time(since, zone, "--since")
    end = read_time(until, zone, "--until") if until else time.time_ns()
    if end <= start:
        raise Misconfigured("--until must lie after --since")
    with api(where) as talk:
        body = {"application": application, "from": render(start), "to": render(end)}
        talk.ask("POST", "/v1/admin/backfill", json=body)
        last = _follow(talk, where, application)
    one(where, last)
    if last["state"] != "complete":
        problem(f"{application}: {last['state']}; the service's log says why")
        raise typer.Exit(1)


def _span(where: Context, since: str, until: str) -> dict[str, str]:
    if not since and not until:
        return {}
    zone = where.region().zone
    start = read_time(since, zone, "--since") if since else 0
    end = read_time(until, zone, "--until") if until else time.time_ns()
    return {"since": render(start), "until": render(end)}


def _import(talk: Api, where: Context, file: Path, span: dict[str, str]) -> int:
    taken = 0
    with Recording.open(file) as recording, Progress(console=console(), transient=True) as bar:
        task = bar.add_task(file.name, total=recording.size)
        for body in _bodies(recording.lines()):
            while (received := _send(talk, body, span)) is None:
                bar.update(task, description=f"{file.name}: {text('import_waits', where.language)}")
                time.sleep(AGAIN_SECONDS)
            taken += received
            bar.update(task, completed=recording.read, description=file.name)
    return taken


def _send(talk: Api, body: bytes, span: dict[str, str]) -> int | None:
    """How many messages were taken; None when they can't be taken now."""
    try:
        return int(talk.ask("POST", "/v1/admin/messages", params=dict(span), content=body)["received"])
    except Unavailable:
        return None


def _bodies(lines: Iterator[bytes]) -> Iterator[bytes]:
    """The lines in requests of a bounded size."""
    batch: list[bytes] = []
    size = 0
    for line in lines:
        if batch and (len(batch) == LINES or size + len(line) > BYTES):
            yield b"\n".join(batch)
            batch, size = [], 0
        batch.append(line)
        size += len(line)
    if batch:
        yield b"\n".join(batch)


def _wait_until_settled(talk: Api) -> None:
    while any(row["queued"] for row in talk.all("/v1/ledger")):
        time.sleep(0.2)


def _follow(talk: Api, where: Context, application: str) -> dict[str, object]:
    """Show a bar until the back-fill of one application stands still; gives its last progress."""
    with Progress(console=console(), transient=True, disable=where.json) as bar:
        task = bar.add_task(f"{text('backfill', where.language)} {application}", total=None)
        while True:
            known: list[dict[str, Any]] = talk.ask("GET", "/v1/backfill")["items"]
            found = [each for each in known if each["application"] == application]
            if found and found[0]["state"] != "running":
                return found[0]
            if found:
                bar.update(task, completed=found[0]["done"], total=found[0]["total"] or None)
            time.sleep(0.3)
