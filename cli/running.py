"""`up` and `demo`: the whole platform in one process."""

import os
import sys
import time
import webbrowser
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import demo, demo_store, secrets
from cli.compose import Platform
from cli.ledger import print_ledger
from cli.options import Context, DataOption, JsonOption, LangOption, RegionOption, context
from cli.output import problem, say
from cli.serving import Signals, WebServer
from cli.site import create_site
from cli.stores import Stores
from cli.texts import text
from smartregion import logs
from smartregion.clock import SystemClock
from store.folder import DataFolder

PortOption = Annotated[
    int, typer.Option("--port", help="Port of API and console, on this machine only.", min=0, max=65535)
]
ForOption = Annotated[float | None, typer.Option("--for", help="End by itself after so many seconds.", min=0)]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command("demo")(demo_command)


def up(
    region: RegionOption = None,
    data: DataOption = None,
    lang: LangOption = None,
    port: PortOption = 8080,
    seconds: ForOption = None,
) -> None:
    """Run the platform: ingest, jobs, API and console in one process.

    Example: smartregion up --region region.toml --data /var/lib/smartregion
    """
    where = context(region, data, lang=lang)
    logs.configure(where.settings.log_level, where.settings.log_format)
    county = where.region()
    keys, webhooks = secrets.keys(county, os.environ), secrets.webhooks(county, os.environ)
    receivers = secrets.receivers(county, os.environ)
    clock = SystemClock()
    with DataFolder.open(where.data, command="smartregion up", clock=clock) as folder:
        web = WebServer(port, folder.socket)
        folder.region.write_text(where.region_text(), encoding="utf-8")
        stores = Stores.open(folder, county, clock, os.environ)
        platform = Platform(
            county, stores, keys, clock, logs.get("smartregion"), webhooks=webhooks, receivers=receivers
        )
        _run(where, platform, web, seconds)


def demo_command(
    data: DataOption = None,
    lang: LangOption = None,
    json: JsonOption = False,  # noqa: FBT002 — a command-line flag
    port: PortOption = 8080,
    seconds: ForOption = None,
    devices: Annotated[int, typer.Option(help="How many devices the county has.", min=20, max=20_000)] = 300,
    seed: Annotated[int, typer.Option(help="Another number, another county.")] = 1,
    speed: Annotated[float, typer.Option(help="How many times as fast its time runs.", min=1, max=10_000)] = 1.0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,  # noqa: FBT002
    store: Annotated[Literal["duckdb", "influxdb"], typer.Option(help="Where readings rest.")] = "duckdb",
    influxdb_url: Annotated[str, typer.Option(help="Of the InfluxDB, such as http://127.0.0.1:8086.")] = "",
    influxdb_token_file: Annotated[Path | None, typer.Option(help="Holds an operator token of InfluxDB 2.x.")] = None,
    influxdb_write_path: Annotated[
        Literal["v2", "v1"], typer.Option(help="v1 for InfluxDB 1.x, which knows no tokens.")
    ] = "v2",
) -> None:
    """Run a simulated county on the product's own line, with 14 days of history, and show it in the browser.

    Example: smartregion demo --for 60 --no-browser
    """
    where = context(None, data, json=json, lang=lang)
    logs.configure("warning" if where.settings.log_level == "info" else where.settings.log_level)
    influx = demo_store.chosen(store, influxdb_url, influxdb_write_path, influxdb_token_file)
    with (
        demo.data_folder(data) as path,
        DataFolder.open(path, command="smartregion demo") as folder,
        demo.county(demo.scenario(path, seed, devices), speed) as (card, planned, clock),
    ):
        web = WebServer(port, folder.socket)
        platform = demo.platform(folder, card, planned, clock, logs.get("smartregion"), influx)
        _run(where, platform, web, seconds, browser=not no_browser)


def _run(where: Context, platform: Platform, web: WebServer, seconds: float | None, *, browser: bool = False) -> None:
    """Run until a signal or the time comes; print the ledger at the end."""
    log = logs.get("smartregion")
    signals = Signals(
        lambda error, thread: log.critical("a thread failed, the service ends", thread=thread, exc_info=error)
    )
    platform.start()
    web.start(create_site(platform))
    platform.listening()
    address = f"http://127.0.0.1:{web.port}/"
    if not where.json:
        say(f"{text('open_page', where.language)}: {address}")
        say(text("stop_hint", where.language))
    if browser and sys.stdout.isatty():
        webbrowser.open(address)
    _wait(signals, seconds)
    web.stop()
    rows = platform.stop()
    print_ledger(where, rows)
    if signals.failed:
        problem("the service ended by an error of its own; the log says which")
        sys.exit(1)


def _wait(signals: Signals, seconds: float | None) -> None:
    # In steps: a plain wait would not be woken by signals on every platform.
    deadline = None if seconds is None else time.monotonic() + seconds
    while not signals.ended.is_set() and (deadline is None or time.monotonic() < deadline):
        signals.ended.wait(0.2)
