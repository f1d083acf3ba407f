"""Answers SELECT: rows of the chosen series, as InfluxQL merges and groups them."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne
from typing import NamedTuple

from simulator.influxdb.buckets import Bucket, Stream
from simulator.influxdb.folding import fold
from simulator.influxdb.lines import Tags
from simulator.influxdb.numbers import Value
from simulator.influxdb.statements import FUNCTIONS, Both, Comparison, Condition, Select, Source
from simulator.influxdb.words import Word, nanoseconds
from smartregion import timestamps

EARLIEST, LATEST = -9_223_372_036_854_775_806, 9_223_372_036_854_775_806
_ORDER: dict[str, Callable[[float, float], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "!=": ne}


class Wrong(Exception):
    """A statement that can be read but not answered: told inside a 200."""


class Row(NamedTuple):
    """One time of one series."""

    time: int
    fields: dict[str, Value]
    tags: dict[str, str]

    def cell(self, name: str) -> Value | None:
        """A field's value, else a tag's."""
        return self.fields[name] if name in self.fields else self.tags.get(name)


@dataclass(frozen=True, slots=True)
class Table:
    """One series of a reply."""

    name: str
    tags: dict[str, str] | None
    columns: list[str]
    rows: list[list[Value | None]]


Buckets = Callable[[Source], Bucket]
"""The bucket a source means; raises Wrong when there is none that may be read."""


def select(asked: Select, buckets: Buckets, now: int) -> list[Table]:
    """The tables of a SELECT.

    Raises:
        Wrong: an unknown function, a bad time, a mixture of functions and fields that makes no sense.
    """
    _check(asked)
    span = time_span(asked.where, now)
    tables: list[Table] = []
    for source in asked.sources:
        bucket = buckets(source)
        for name in _measurements(bucket, source):
            tables += _tables(asked, bucket, name, span)
    return tables[: asked.series_limit] if asked.series_limit else tables


def time_span(where: Condition, now: int) -> tuple[int, int]:
    """First and last time that the condition lets through, both included."""
    start, end = EARLIEST, LATEST
    for each in _comparisons(where):
        if each.name.lower() != "time":
            continue
        time = _time(each.literal, now)
        if each.operator in (">", ">=", "="):
            start = max(start, time + (each.operator == ">"))
        if each.operator in ("<", "<=", "="):
            end = min(end, time - (each.operator == "<"))
    return start, end


def _check(asked: Select) -> None:
    used = [each.function for each in asked.items if each.function]
    for function in used:
        if function not in FUNCTIONS:
            raise Wrong(f"undefined function {function}()")
    plain = [each for each in asked.items if not each.function]
    if used and plain and (len(used) > 1 or used[0] not in ("first", "last", "min", "max")):
        raise Wrong("mixing aggregate and non-aggregate queries is not supported")
    if asked.window and not used:
        raise Wrong("GROUP BY requires at least one aggregate function")


def _comparisons(where: Condition) -> Iterator[Comparison]:
    if isinstance(where, Both):
        yield from _comparisons(where.left)
        yield from _comparisons(where.right)
    elif where is not None:
        yield where


def _time(literal: Word, now: int) -> int:
    if literal.kind == "string":
        try:
            text = literal.text if "T" in literal.text else literal.text.replace(" ", "T") + "Z"
            return timestamps.parse(text)
        except (ValueError, OverflowError):
            raise Wrong("invalid timestamp string") from None
    if literal.kind == "duration":
        return nanoseconds(literal.text)
    if literal.kind in ("integer", "number", "now"):
        return int(float(literal.text) if literal.kind == "number" else int(literal.text)) + now * (
            literal.kind == "now"
        )
    raise Wrong("invalid operation: time and *influxql.BooleanLiteral are not compatible")


def _measurements(bucket: Bucket, source: Source) -> list[str]:
    if not source.regex:
        return [source.measurement] if source.measurement in bucket.measurements() else []
    return [name for name in bucket.measurements() if re.search(source.measurement, name)]


def _tables(asked: Select, bucket: Bucket, name: str, span: tuple[int, int]) -> Iterator[Table]:
    fields = bucket.fields(name)
    streams = list(bucket.streams(name))
    every_tag = sorted({tag for tags, _ in streams for tag, _ in tags})
    group = every_tag if "*" in asked.tags else list(asked.tags)
    groups: dict[tuple[str, ...], list[tuple[Tags, Stream]]] = {}
    for tags, stream in streams:
        known = dict(tags)
        groups.setdefault(tuple(known.get(tag, "") for tag in group), []).append((tags, stream))
    for values, chosen in sorted(groups.items(), key=lambda each: each[0]):
        rows = list(_rows(asked.where, chosen, fields, every_tag, span))
        shown = dict(zip(group, values, strict=True)) if group else None
        columns, cells = fold(asked, rows, sorted(fields), [tag for tag in every_tag if tag not in group], span)
        if cells:
            yield Table(name, shown, columns, _cut(asked, cells))


def _cut(asked: Select, cells: list[list[Value | None]]) -> list[list[Value | None]]:
    ordered = cells[::-1] if asked.descending else cells
    return ordered[asked.offset :][: asked.limit or None]


def _rows(
    where: Condition,
    chosen: Iterable[tuple[Tags, Stream]],
    fields: Iterable[str],
    every_tag: Sequence[str],
    span: tuple[int, int],
) -> Iterator[Row]:
    """The rows of some series, in order of time."""
    known = set(fields)
    found: list[Row] = []
    for tags, stream in chosen:
        named = dict.fromkeys(every_tag, "") | dict(tags)
        if not _may_hold(where, named, known):
            continue
        rows = (Row(time, stream.values[time], named) for time in stream.times(span[0], span[1] + 1))
        found += [row for row in rows if _holds(where, row, known)]
    return iter(sorted(found, key=lambda row: row.time))


def _may_hold(where: Condition, tags: dict[str, str], fields: set[str]) -> bool:
    """Whether a series can pass at all: decided by its tags alone."""
    if isinstance(where, Both):
        sides = (_may_hold(where.left, tags, fields), _may_hold(where.right, tags, fields))
        return any(sides) if where.either else all(sides)
    if where is None or where.name.lower() == "time" or where.name in fields:
        return True
    return _compare(where, tags.get(where.name, ""))


def _holds(where: Condition, row: Row, fields: set[str]) -> bool:
    if isinstance(where, Both):
        sides = (_holds(where.left, row, fields), _holds(where.right, row, fields))
        return any(sides) if where.either else all(sides)
    if where is None or where.name.lower() == "time":
        return True
    if where.name in fields:
        value = row.fields.get(where.name)
        return value is not None and _compare(where, value)
    return _compare(where, row.tags.get(where.name, ""))


def _compare(test: Comparison, value: Value) -> bool:
    wanted = test.literal
    if isinstance(value, str):
        if test.operator in ("=~", "!~"):
            return (re.search(wanted.text, value) is not None) is (test.operator == "=~")
        # A number beside a text fits nothing, without a word.
        return wanted.kind == "string" and _ORDER[test.operator](*_ranks(value, wanted.text))
    if wanted.kind == "boolean":
        return test.operator in ("=", "!=") and (value is (wanted.text == "true")) is (test.operator == "=")
    return wanted.kind in ("integer", "number") and _ORDER.get(test.operator, _never)(value, float(wanted.text))


def _ranks(left: str, right: str) -> tuple[float, float]:
    return (left > right) - (left < right), 0


def _never(_left: float, _right: float) -> bool:
    return False
