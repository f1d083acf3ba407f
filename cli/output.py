"""Prints rows as a table for a person, or as JSON for a program."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from cli.options import Context
from cli.texts import TEXTS, text

Row = Mapping[str, object]
# A file has no width of its own.
FILE_WIDTH = 140


def console() -> Console:
    """Where tables and progress go."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else FILE_WIDTH)


def problem(words: str) -> None:
    """Tell what is wrong, on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold red]✗[/] {_plain(words)}")


def say(words: str) -> None:
    """Tell something in passing."""
    console().print(_plain(words), soft_wrap=True)


def print_json(value: object) -> None:
    """Print a value for a program."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    sys.stdout.write("\n")


def rows(context: Context, title: str, columns: Sequence[str], items: Sequence[Row]) -> None:
    """Print items; with --json all of their fields, else the columns."""
    if context.json:
        print_json(list(items))
        return
    if not items:
        say(text("nothing_yet", context.language))
        return
    table = Table(title=title, title_justify="left", box=SIMPLE, pad_edge=False, padding=(0, 1))
    for column in columns:
        table.add_column(_heading(column, context), justify=_justify(items, column), overflow="fold")
    for item in items:
        table.add_row(*(_cell(item.get(column)) for column in columns))
    console().print(table)


def one(context: Context, item: Row) -> None:
    """Print one thing, field by field."""
    if context.json:
        print_json(item)
        return
    table = Table(show_header=False, box=None)
    for name, value in item.items():
        table.add_row(f"[bold]{_heading(name, context)}[/]", _cell(value))
    console().print(table)


def _heading(column: str, context: Context) -> str:
    return text(column, context.language) if column in TEXTS else column


def _justify(items: Sequence[Row], column: str) -> Literal["left", "right"]:
    return "right" if all(isinstance(item.get(column), int | float | None) for item in items) else "left"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list | tuple):
        return ", ".join(_cell(each) for each in value)
    return _plain(str(value))


def _plain(words: str) -> str:
    return words.replace("[", "\\[")
