"""Mistakes in a TOML file of the operator's, told all at once, each with its line, its place and what to do."""

import re
from collections.abc import Iterator, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

Mistake = tuple[tuple[int | str, ...], str]
"""Where (keys and indices from 0) and what."""

_WORDS = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not known here; mind the spelling or take it out",
    "string_too_short": "is empty; write something",
}


def found(error: ValidationError, spelling: Mapping[str, str]) -> Iterator[Mistake]:
    """The mistakes that pydantic found. `spelling` says by key how a text is to be written that fits no pattern."""
    for item in error.errors():
        if not _follows_from_another(item):
            yield item["loc"], _words(item, spelling)


def report(text: str, where: str, mistakes: list[Mistake]) -> str:
    """What the operator reads; the lines are looked up in the file's text."""
    lines = sorted((_line(text, place), _path(place), words) for place, words in mistakes)
    count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return "\n".join([f"{where} has {count}:", *(f"  line {line}: {path} {words}" for line, path, words in lines)])


def _words(item: ErrorDetails, spelling: Mapping[str, str]) -> str:
    kind, value, field = item["type"], item.get("input"), item["loc"][-1]
    if kind in _WORDS:
        return _WORDS[kind]
    if kind == "string_pattern_mismatch" and field in spelling:
        return f"is {value!r}; write {spelling[str(field)]}"
    if kind == "value_error":
        return str(item["msg"]).removeprefix("Value error, ")
    shown = f", not {value!r}" if isinstance(value, str | int | float | bool) else ""
    return f"{item['msg'].removeprefix('Input ')[:1].lower()}{item['msg'].removeprefix('Input ')[1:]}{shown}"


def _follows_from_another(item: ErrorDetails) -> bool:
    """Entries that are wrong are not counted either: a list then seems too short that is not."""
    return item["type"] == "too_short" and bool(item.get("input"))


def _path(place: tuple[int | str, ...]) -> str:
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def _line(text: str, place: tuple[int | str, ...]) -> int:
    """The line a place of the file stands in; that of its table when the key itself is missing."""
    lines = text.splitlines()
    found, rest = 1, list(place)
    while rest:
        part = rest.pop(0)
        nth = rest.pop(0) if rest and isinstance(rest[0], int) else 0
        header = re.compile(rf"\s*\[\[?\s*(?:[\w.]+\.)?{re.escape(str(part))}\s*\]\]?")
        key = re.compile(rf"\s*[\"']?{re.escape(str(part))}[\"']?\s*=")
        headers = [at for at, line in enumerate(lines, 1) if at >= found and header.match(line)]
        if len(headers) > int(nth):
            found = headers[int(nth)]
            continue
        keys = (at for at, line in enumerate(lines, 1) if at >= found and key.match(line))
        end = next(
            (at for at, line in enumerate(lines, 1) if at > found and line.lstrip().startswith("[")), len(lines) + 1
        )
        found = next((at for at in keys if at < end), found)
    return found
