"""The command line `smartregion`."""

import sys

import typer

from cli import alarms, checking, decoding, gaps, influxdb, lines, places, quarantine, redecoding, running
from cli.output import problem
from smartregion.errors import Misconfigured, Unavailable, Unusable

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="smartregion: the LoRaWAN data platform that a county runs itself.",
)
running.add_to(app)
checking.add_to(app)
lines.add_to(app)
places.add_to(app)
decoding.add_to(app)
redecoding.add_to(app)
quarantine.add_to(app)
gaps.add_to(app)
alarms.add_to(app)
influxdb.add_to(app)


def main() -> None:
    """Run a command. Exit status 0 done, 1 failed, 2 used wrongly."""
    try:
        app()
    except (Misconfigured, Unavailable, Unusable) as error:
        problem(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
