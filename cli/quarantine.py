"""The quarantine: what could not be used, why, and what is to become of it."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer
from rich.progress import Progress

from cli.client import Api, api
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import console, one, problem, rows, say
from cli.texts import text
from queries.quarantine import Kept, Quarantine
from smartregion.errors import Misconfigured
from smartregion.timestamps import render
from store.journal.book_sqlite import SqliteBook
from store.journal.quarantine import Alike, Sought

ADDRESS = "/v1/admin/quarantine"
GROUPS = "/v1/quarantine/groups"
PAUSE_SECONDS = 0.2
COUNTS = ("stored", "ignored", "stayed", "held", "discarded")

quarantine = typer.Typer(no_args_is_help=True, help="Messages that could not be used: kept whole, with the cause.")

KeysArgument = Annotated[list[str] | None, typer.Argument(metavar="[KEY]...", help="These messages.")]
GroupOption = Annotated[str, typer.Option(help="Those of one group, as `quarantine list` names it.")]
ApplicationOption = Annotated[str, typer.Option(help="Only of this application.")]
CauseOption = Annotated[str, typer.Option(help="Only of this cause, e.g. 'decoder failed'.")]
WordsOption = Annotated[str, typer.Option(help="Only with these words in what was said, the topic or the message.")]
AllOption = Annotated[bool, typer.Option("--all", help="All that is in quarantine.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_quarantine(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
    application: ApplicationOption = "",
    cause: CauseOption = "",
    words: WordsOption = "",
    group: GroupOption = "",
    messages: Annotated[bool, typer.Option("--messages", help="One by one.")] = False,  # noqa: FBT002
    limit: Annotated[int, typer.Option(help="How many at most.", min=1)] = 200,
) -> None:
    """List what is in quarantine; messages that are alike stand as one. Reads the files, also beside a running service.

    Example: smartregion quarantine list --cause "decoder failed"
    """
    where = context(region, data, json=json, lang=lang)
    sought = Sought(application, cause, group, words)
    with _files(where) as kept:
        if messages or group:
            columns: tuple[str, ...] = ("key", "device", "arrived_at", "cause", "detail", "decoder")
            found = [_message(where, each) for each in kept.messages(sought, limit)]
        else:
            columns = ("group", "application", "cause", "words", "messages", "first", "last")
            found = [_group(where, each) for each in kept.alike(sought)[:limit]]
    rows(where, text("quarantine", where.language), columns, found)


@quarantine.command("show")
def show_message(
    key: Annotated[str, typer.Argument(metavar="KEY", help="As `quarantine list` names it.", show_default=False)],
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Show one message: its bytes, what the decoder said, the JSON as received.

    Example: smartregion quarantine show 98bca1c6d9ac5a008f1e2d3cb4a5968778695a4b
    """
    where = context(region, data, json=json, lang=lang)
    with api(where) as talk:
        found = talk.ask("GET", f"/v1/quarantine/{key}")
    if where.json:
        one(where, found)
        return
    told = found.pop("text")
    one(where, {name: value for name, value in found.items() if value not in (None, "")})
    console().print(told, markup=False, soft_wrap=True)


@quarantine.command("retry")
def retry_messages(
    keys: KeysArgument = None,
    group: GroupOption = "",
    application: ApplicationOption = "",
    cause: CauseOption = "",
    words: WordsOption = "",
    everything: AllOption = False,  # noqa: FBT002
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Take messages through the decoders and the region file of today, and say what became of them.

    Example: smartregion quarantine retry --cause "decoder failed" --application umwelt-sensorik
    """
    where = context(region, data, json=json, lang=lang)
    body = _chosen(keys, group, application, cause, words, everything=everything)
    with api(where) as talk:
        found = _work(talk, where, "retry", body)
    _tell(where, found)
    _end(where, found, body)


@quarantine.command("discard")
def discard_messages(
    reason: Annotated[str, typer.Option(help="Why; it is kept.", show_default=False)],
    keys: KeysArgument = None,
    group: GroupOption = "",
    application: ApplicationOption = "",
    cause: CauseOption = "",
    words: WordsOption = "",
    everything: AllOption = False,  # noqa: FBT002
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,  # noqa: FBT002
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002
    lang: LangOption = None,
) -> None:
    """Ignore messages for good; they are counted as ignored, and the reason is kept.

    Example: smartregion quarantine discard --group 0d4f2a9be317 --reason "a device of the installer" --yes
    """
    where = context(region, data, json=json, lang=lang)
    body = _chosen(keys, group, application, cause, words, everything=everything)
    if not yes and (json or not sys.stdin.isatty()):
        raise Misconfigured("discarding asks first; add --yes where nobody can answer")
    with api(where) as talk:
        if not yes and not typer.confirm(_question(talk, where, body)):
            raise typer.Exit(1)
        found = _work(talk, where, "discard", {**body, "reason": reason})
    _tell(where, found)
    _end(where, found, body)


@contextmanager
def _files(where: Context) -> Iterator[Quarantine]:
    path = where.data / "book.db"
    if not path.exists():
        raise Misconfigured(f"{where.data} holds no journal; name the data folder with --data")
    with closing(SqliteBook.reader(path)) as book:
        yield Quarantine(book)


def _group(where: Context, each: Alike) -> dict[str, object]:
    zone = where.region().zone
    times = {"first": render(each.first, zone), "last": render(each.last, zone)}
    return {"group": each.id, **each._asdict(), **times, "example": each.example.hex()}


def _message(where: Context, each: Kept) -> dict[str, object]:
    zone, payload = where.region().zone, each.told.payload
    return {
        "key": each.key.hex(),
        "application": each.application,
        "device": each.told.device_id,
        "time": render(each.time, zone) if each.time is not None else None,
        "arrived_at": render(each.arrived_at, zone),
        "cause": each.cause,
        "detail": each.detail,
        "decoder": each.decoder,
        "group": each.alike,
        "source": each.source,
        "topic": each.topic,
        "f_port": each.told.f_port,
        "payload_hex": payload.hex() if payload is not None else None,
    }


def _chosen(
    keys: list[str] | None, group: str, application: str, cause: str, words: str, *, everything: bool
) -> dict[str, Any]:
    sought = {"group": group, "application": application, "cause": cause, "words": words}
    if keys and (any(sought.values()) or everything):
        raise typer.BadParameter("keys name the messages already; leave out the other options")
    if not keys and not any(sought.values()) and not everything:
        raise typer.BadParameter("name keys, or --group, --cause, --application, --words, or --all")
    return {"keys": keys, "all": False} if keys else {**sought, "all": everything}


def _question(talk: Api, where: Context, body: dict[str, Any]) -> str:
    number = len(body.get("keys", ())) or _how_many(talk, body)
    return text("quarantine_ask", where.language).format(n=number)


def _how_many(talk: Api, body: dict[str, Any]) -> int:
    asked = {name: body[name] for name in ("application", "cause", "words")}
    found = talk.all(GROUPS, asked)
    return sum(each["messages"] for each in found if body["group"] in ("", each["id"]))


def _work(talk: Api, where: Context, act: str, body: dict[str, Any]) -> dict[str, Any]:
    """Begin, and show a bar until it has ended."""
    found = talk.ask("POST", f"{ADDRESS}/{act}", json=body)
    with Progress(console=console(), transient=True, disable=where.json) as bar:
        task = bar.add_task(text(f"quarantine_{act}", where.language), total=None)
        while found["state"] == "running":
            words = found["why"] or text(f"quarantine_{act}", where.language)
            bar.update(task, completed=found["done"], total=found["total"] or None, description=words)
            time.sleep(PAUSE_SECONDS)
            found = talk.ask("GET", ADDRESS)
    return found


def _tell(where: Context, found: dict[str, Any]) -> None:
    if where.json:
        one(where, found)
    elif found["total"]:
        told = [f"{found[name]} {text(f'quarantine_{name}', where.language)}" for name in COUNTS if found[name]]
        say(", ".join(told))
    else:
        say(text("quarantine_none", where.language))


def _end(where: Context, found: dict[str, Any], body: dict[str, Any]) -> None:
    """End with 1 when something that was asked for could not be done."""
    missing = len(set(body.get("keys") or ())) - found["total"]
    if body.get("keys") and missing > 0:
        problem(text("quarantine_missing", where.language).format(n=missing))
        raise typer.Exit(1)
    if found["state"] != "complete" or found["held"]:
        problem(found["why"] or text("quarantine_again", where.language))
        raise typer.Exit(1)
    if found["total"] and not found["stored"] + found["ignored"] + found["discarded"]:
        problem(text("quarantine_stayed_all", where.language))
        raise typer.Exit(1)
