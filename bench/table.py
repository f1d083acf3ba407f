"""The results as a table, for a terminal and for the README."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.figure import Figure, Result, number

HEADS = ("Figure", "Measured", "Wanted", "Met")
_MET = {True: "yes", False: "no", None: ""}


def show(results: Sequence[Result], machine: str) -> None:
    """Print it for a person."""
    table = Table(caption=machine)
    for head in (*HEADS, "Conditions"):
        table.add_column(head, justify="right" if head == "Measured" else "left")
    for result in results:
        for place, figure in enumerate(result.figures):
            table.add_row(*_cells(figure), "" if place else result.conditions)
        table.add_section()
    Console(width=None if Console().is_terminal else 200).print(table)


def markdown(results: Sequence[Result], machine: str) -> str:
    """The table as the README has it."""
    lines = [f"Measured on: {machine}.", "", f"| {' | '.join(HEADS)} |", "|---|---:|---:|---|"]
    lines += [f"| {' | '.join(_cells(figure))} |" for result in results for figure in result.figures]
    lines += ["", *(f"- **{result.benchmark}**: {result.conditions}" for result in results)]
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    value = number(figure.value)
    measured = f"{value} {figure.unit}".rstrip() if figure.value is not None else value
    return figure.what, measured, figure.wanted.rstrip(), _MET[figure.met]
