"""Puts generated text between two markers of a page, so that the rest of the page stays written by hand."""

from collections.abc import Iterable
from pathlib import Path

DOCS = Path(__file__).parent


def pasted(page: str, name: str, text: str) -> str:
    """The page with the text between its markers `<!-- name:begin -->` and `<!-- name:end -->`.

    Raises:
        ValueError: the page has no such markers.
    """
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    head, found, rest = page.partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"no markers {begin} and {end}")
    return f"{head}{begin}\n{text.strip()}\n{end}{tail}"


def cell(text: str) -> str:
    """Text for a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [columns, tuple("---" for _ in columns), *(tuple(map(cell, row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
