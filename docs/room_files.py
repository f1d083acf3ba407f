"""Every file of every room in one line: the first sentence of its own docstring."""

import ast
import re
from pathlib import Path
from typing import Final

from docs.paste import DOCS

ROOT: Final = DOCS.parent
ROOMS: Final = (
    "smartregion",
    "decoders",
    "aggregates",
    "store",
    "queries",
    "ingest",
    "jobs",
    "api",
    "console",
    "simulator",
    "cli",
)


def text() -> str:
    """A list for each room, from the bottom up."""
    return "\n\n".join(f"### {room}\n\n{_words(ROOT / room / '__init__.py')}\n\n{_list(room)}" for room in ROOMS)


def _list(room: str) -> str:
    files = sorted(path for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py")
    return "\n".join(f"- `{path.relative_to(ROOT).as_posix()}`: {_words(path)}" for path in files)


def _words(path: Path) -> str:
    """The first sentence that the file says about itself."""
    said = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    first = " ".join(said.split("\n\n")[0].split())
    found = re.match(r".*?[.:](?=\s+[A-Z*]|$)", first)
    return (found[0] if found else first).rstrip(":")
