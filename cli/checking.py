"""Before it runs: write a region file, validate it, try every connection."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import httpx
import typer

from cli import secrets
from cli.checking_store import try_store
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import rows, say
from cli.starter import STARTER
from cli.texts import text
from ingest.mqtt import MqttSource
from ingest.status import Connection, Connections, Link
from ingest.storage import NoStorage, StackHttp
from smartregion import logs
from smartregion.clock import DAY, SystemClock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Message
from smartregion.region import Application, Region
from store.folder import DataFolder

CONNECT_SECONDS = 15.0
DECIDED = {Link.CONNECTED, Link.REFUSED, Link.AWAY}

source = typer.Typer(no_args_is_help=True, help="Sources of messages.")


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(check)
    app.add_typer(source, name="source")


@dataclass
class Tried:
    """A connection that was tried, and what came over it."""

    connections: Connections = field(default_factory=Connections)
    messages: list[Message] = field(default_factory=list)

    def take(self, message: Message, _acknowledge: object) -> bool:
        """Remember a message."""
        self.messages.append(message)
        return True

    def outcome(self) -> Connection | None:
        """The connection, once it is decided."""
        return next((each for each in self.connections.all() if each.link in DECIDED), None)


def init(
    file: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("region.toml"), lang: LangOption = None
) -> None:
    """Write a region file to begin with; every entry is explained in it.

    Example: smartregion init region.toml
    """
    where = context(lang=lang)
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(STARTER)
    except FileExistsError:
        raise Misconfigured(f"{file} exists already and was left as it is; name another file") from None
    except OSError as error:
        raise Misconfigured(f"{file} can't be written: {error.strerror}") from error
    say(f"{file} {text('written', where.language)}; smartregion check --region {file}")


def check(
    region: RegionOption = None,
    data: DataOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    lang: LangOption = None,
) -> None:
    """Validate the region file, and try the data folder and every connection.

    Example: smartregion check --region region.toml
    """
    where = context(region, data, json=json, lang=lang)
    logs.configure("critical")
    county = where.region()
    findings = [
        _finding(text("region_file", where.language), ""),
        _finding(f"{text('data_folder', where.language)} {where.data}", *_try_folder(where)),
    ]
    tried = try_store(county, where.data, SystemClock(), os.environ)
    findings += [_finding(each.name, each.words) for each in tried]
    findings += _try_webhooks(county)
    with httpx.Client(timeout=CONNECT_SECONDS) as http:
        for application in county.applications:
            findings += _try_application(where, application, http)
    words = {"fine": text("check_ok", where.language), "not fine": text("check_failed", where.language)}
    shown = findings if where.json else [{**each, "status": words[str(each["status"])]} for each in findings]
    rows(where, county.name, ("name", "status", "why"), shown)
    if any(each["status"] != "fine" for each in findings):
        raise typer.Exit(1)


@source.command("test")
def source_test(
    application: Annotated[str, typer.Option(help="Which application; the only one by default.")] = "",
    seconds: Annotated[float, typer.Option("--for", help="How long to listen.", min=0)] = 30.0,
    region: RegionOption = None,
    data: DataOption = None,
    lang: LangOption = None,
) -> None:
    """Connect to one application of The Things Stack and show what comes. Nothing is stored.

    Example: smartregion source test --application umwelt-sensorik --for 60
    """
    where = context(region, data, lang=lang)
    logs.configure("critical")
    county = where.region()
    chosen = _choose(county, application)
    asked = chosen.model_copy(update={"mqtt": True})
    key = secrets.keys(county.model_copy(update={"applications": (asked,)}), os.environ)[chosen.label]
    say(text("connecting", where.language))
    with _trying(chosen, key) as tried:
        outcome = _wait_for_outcome(tried)
        if outcome is None or outcome.link is not Link.CONNECTED:
            raise Unavailable(outcome.words if outcome else f"{chosen.server} does not answer")
        say(text("waiting_for_messages", where.language))
        _print_messages(tried, seconds)
    with httpx.Client(timeout=CONNECT_SECONDS) as http:
        words = StackHttp(chosen, key, http).missing_right()
    if words:
        raise Misconfigured(words)


def _choose(county: Region, label: str) -> Application:
    if not label and len(county.applications) == 1:
        return county.applications[0]
    if label in county.by_label:
        return county.by_label[label]
    known = ", ".join(county.by_label) or "none"
    raise Misconfigured(f"name an application of the region file with --application: {known}")


def _print_messages(tried: Tried, seconds: float) -> None:
    deadline, shown = time.monotonic() + seconds, 0
    while time.monotonic() < deadline:
        for message in tried.messages[shown:]:
            sys.stdout.write(f"{message.topic} {message.payload.decode(errors='replace')}\n")
            shown += 1
        sys.stdout.flush()
        time.sleep(0.1)


def _finding(name: str, words: str, *, fine: bool = True) -> dict[str, object]:
    return {"name": name, "status": "fine" if fine and not words else "not fine", "why": words}


def _try_folder(where: Context) -> tuple[str]:
    if DataFolder.locked(where.data) is not None:
        return ("",)
    existed = where.data.exists()
    try:
        DataFolder.open(where.data, command="smartregion check").close()
    except Misconfigured as error:
        return (str(error),)
    if not existed:
        for leftover in ("lock", "tmp"):
            path = where.data / leftover
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        where.data.rmdir()
    return ("",)


def _try_webhooks(county: Region) -> list[dict[str, object]]:
    if not any(each.webhook_env for each in county.applications):
        return []
    try:
        secrets.webhooks(county, os.environ)
    except Misconfigured as error:
        return [_finding("Webhook", str(error))]
    return [_finding("Webhook", "")]


def _try_application(where: Context, application: Application, http: httpx.Client) -> list[dict[str, object]]:
    name = application.label
    key = secrets.key(application, os.environ)
    if not key and not application.mqtt:
        return []
    if not key:
        words = f"set {application.key_env}, or {application.key_env}_FILE to a file it is in"
        return [_finding(f"{name}: {text('api_key', where.language)}", words)]
    return [*_try_mqtt(application, key), *_try_http(application, StackHttp(application, key, http))]


def _try_mqtt(application: Application, key: str) -> Iterator[dict[str, object]]:
    if not application.mqtt:
        return
    with _trying(application, key) as tried:
        outcome = _wait_for_outcome(tried)
    connected = outcome is not None and outcome.link is Link.CONNECTED
    words = "" if connected else (outcome.words if outcome else f"{application.server} does not answer")
    name = f"{application.label}: MQTT {application.server}:{application.mqtt_port}"
    yield _finding(name, words, fine=connected)


def _try_http(application: Application, stack: StackHttp) -> Iterator[dict[str, object]]:
    name, where = application.label, application.http_url()
    try:
        stack.rights()
        yield _finding(f"{name}: HTTP {where}", stack.missing_right())
    except (Unavailable, Misconfigured) as error:
        yield _finding(f"{name}: HTTP {where}", str(error))
        return
    now = SystemClock().now()
    try:
        stack.count(now - DAY, now)
        yield _finding(f"{name}: Storage Integration", "")
    except NoStorage as error:
        yield {**_finding(f"{name}: Storage Integration", ""), "why": f"{error}; what is missed live can't be fetched"}
    except (Unavailable, Misconfigured) as error:
        yield _finding(f"{name}: Storage Integration", str(error))


@contextmanager
def _trying(application: Application, key: str) -> Iterator[Tried]:
    """A connection whose messages go nowhere but into memory."""
    tried = Tried()
    source = MqttSource(
        application,
        key,
        tried.take,
        tried.connections,
        SystemClock(),
        logs.get("check"),
    )
    thread = threading.Thread(target=source.run, daemon=True)
    thread.start()
    try:
        yield tried
    finally:
        source.stop()
        thread.join(CONNECT_SECONDS)


def _wait_for_outcome(tried: Tried) -> Connection | None:
    deadline = time.monotonic() + CONNECT_SECONDS
    while (outcome := tried.outcome()) is None and time.monotonic() < deadline:
        time.sleep(0.05)
    return outcome
