"""Columns of a SELECT: plain rows, or what functions make of them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from simulator.influxdb.numbers import Value
from simulator.influxdb.statements import Item, Select

SELECTORS = ("first", "last", "min", "max")
_EARLIEST = -9_223_372_036_854_775_806

Cells = list[list[Value | None]]


class Timed(Protocol):
    """A row, as far as it matters here."""

    @property
    def time(self) -> int: ...

    @property
    def fields(self) -> dict[str, Value]: ...

    def cell(self, name: str) -> Value | None: ...


class Column(NamedTuple):
    """A column of the reply."""

    title: str
    name: str
    function: str


def fold(
    asked: Select, rows: Sequence[Timed], fields: list[str], tags: list[str], span: tuple[int, int]
) -> tuple[list[str], Cells]:
    """Columns and rows. `rows` in order of time; `tags`: those that are not grouped by."""
    columns = list(_columns(asked.items, fields, tags))
    titles = ["time", *(each.title for each in columns)]
    if not any(each.function for each in columns):
        wanted = [each.name for each in columns if each.name in fields]
        kept = [row for row in rows if any(name in row.fields for name in wanted)]
        return titles, [[row.time, *(row.cell(each.name) for each in columns)] for row in kept]
    if not asked.window:
        return titles, list(_folded(columns, rows, 0 if span[0] == _EARLIEST else span[0]))
    return titles, _windows(asked, columns, rows, span)


def _columns(items: Iterable[Item], fields: list[str], tags: list[str]) -> Iterator[Column]:
    used: dict[str, int] = {}
    for item in items:
        for column in _spread(item, fields, tags):
            count = used.get(column.title, 0)
            used[column.title] = count + 1
            yield column._replace(title=f"{column.title}_{count}") if count else column


def _spread(item: Item, fields: list[str], tags: list[str]) -> Iterator[Column]:
    if item.name != "*":
        yield Column(item.alias or item.function or item.name, item.name, item.function)
    elif item.function:
        for name in fields:
            yield Column(f"{item.alias or item.function}_{name}", name, item.function)
    else:
        for name in sorted([*fields, *tags]):
            yield Column(name, name, "")


def _windows(asked: Select, columns: list[Column], rows: Sequence[Timed], span: tuple[int, int]) -> Cells:
    by_window: dict[int, list[Timed]] = {}
    for row in rows:
        by_window.setdefault(row.time // asked.window * asked.window, []).append(row)
    if not by_window:
        return []
    found: Cells = []
    if asked.fill == "none":
        starts: Iterable[int] = sorted(by_window)
    else:
        first = span[0] // asked.window * asked.window if span[0] != _EARLIEST else min(by_window)
        starts = range(first, min(span[1], max(by_window) if span[1] > 2**62 else span[1]) + 1, asked.window)
    empty: Value | None = None if asked.fill == "null" else 0
    for start in starts:
        cells = next(_folded(columns, by_window.get(start, []), start), None)
        found.append([start, *cells[1:]] if cells else [start, *(empty for _ in columns)])
    return found


def _folded(columns: list[Column], rows: Sequence[Timed], start: int) -> Iterator[list[Value | None]]:
    """One row, if anything is there. A single selector keeps the time of what it chose."""
    functions = [each for each in columns if each.function]
    chosen = {each.title: _apply(each, rows) for each in functions}
    if all(row is None and value in (None, 0) for row, value in chosen.values()):
        return
    row, _ = chosen[functions[0].title]
    alone = len(functions) == 1 and functions[0].function in SELECTORS
    rest = (chosen[each.title][1] if each.function else (row.cell(each.name) if row else None) for each in columns)
    yield [row.time if alone and row is not None else start, *rest]


def _apply(column: Column, rows: Sequence[Timed]) -> tuple[Timed | None, Value | None]:
    """The row a function chose, if it is one that chooses, and its value."""
    held = [row for row in rows if column.name in row.fields]
    values = [row.fields[column.name] for row in held]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if column.function == "count":
        return None, len(values)
    if not held or (column.function not in ("first", "last") and not numbers):
        return None, None
    if column.function in ("sum", "mean"):
        return None, sum(numbers) / (len(numbers) if column.function == "mean" else 1)
    at = {
        "first": 0,
        "last": -1,
        "min": numbers.index(min(numbers)) if numbers else 0,
        "max": numbers.index(max(numbers)) if numbers else 0,
    }[column.function]
    return held[at], values[at]
