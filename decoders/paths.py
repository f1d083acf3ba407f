"""Where a value stands in decoded JSON: `a.b[0].c`, or `history[*].t` for each of a list."""

import re
from collections.abc import Iterator
from typing import Final

EACH: Final = None
Path = tuple[str | int | None, ...]
"""Keys, indices from 0, and EACH."""
Turns = tuple[int, ...]
"""Which of its list each EACH stood for."""

_STEP: Final = re.compile(r"""(?:\.|^)([^.\[\]"]+)|(?:\.|^)"([^"]+)"|\[(\d{1,4}|\*)\]""")


def parse(text: str) -> Path:
    """The path of a text. A key with dots or brackets is put in double quotes.

    Raises:
        ValueError: no such path.
    """
    steps: list[str | int | None] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at) if text[at] == "[" or (text[at] == ".") == (at > 0) else None
        if match is None:
            break
        steps.append(_step(*match.groups()))
        at = match.end()
    if at < len(text) or not steps:
        raise ValueError(f"{text!r} is no path; write it as a.b[0].c, or history[*].c for each of a list")
    return tuple(steps)


def _step(key: str | None, quoted: str | None, index: str | None) -> str | int | None:
    if index is None:
        return key if key is not None else quoted
    return EACH if index == "*" else int(index)


def find(data: object, path: Path, turns: Turns = ()) -> Iterator[tuple[Turns, object]]:
    """Every value at a path; nothing where the data have no such place."""
    if not path:
        yield turns, data
        return
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        if isinstance(data, dict) and step in data:
            yield from find(data[step], rest, turns)
    elif isinstance(data, list):
        for index in range(len(data)) if step is EACH else (step,):
            if index < len(data):
                yield from find(data[index], rest, (*turns, index) if step is EACH else turns)


def beside(data: object, path: Path, turns: Turns) -> object:
    """The one value at a path, each EACH in it standing for the same as in `turns`; None: there is none."""
    left = list(turns)
    exact = tuple(left.pop(0) if step is EACH and left else step for step in path)
    return next((value for _, value in find(data, exact)), None)


def render(path: Path, turns: Turns = ()) -> str:
    """The path as text, with the indices it stood for."""
    left = list(turns)
    text = ""
    for step in path:
        if step is EACH:
            text += f"[{left.pop(0)}]" if left else "[*]"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if re.fullmatch(r'[^.\[\]"]+', step) else f'."{step}"'
    return text.removeprefix(".")
