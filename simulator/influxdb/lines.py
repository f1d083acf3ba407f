"""Line protocol as InfluxDB 2.9 reads it: what is legal, what is not, and in which words it says so."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from simulator.influxdb import numbers
from simulator.influxdb.numbers import BadLine, Field

MAX_KEY_BYTES: Final = 65_535
MAX_TIME: Final = 9_223_372_036_854_775_806
PRECISIONS: Final = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}

Tags = tuple[tuple[str, str], ...]

_BLANK: Final = " \t\0"
_RESERVED: Final = ("time", "_field", "_measurement")
# One backslash before a sign makes it part of the name, whatever stands before the backslash.
_END_OF_KEY: Final = re.compile(r"(?<!\\) ")
_COMMA: Final = re.compile(r"(?<!\\),")
_EQUALS: Final = re.compile(r"(?<!\\)=")
_FIELD_NAME: Final = re.compile(r"(?:\\.|[^\\,= ]|\\$)*", re.DOTALL)
_ESCAPED: Final = re.compile(r"\\([, =])")
_ESCAPED_IN_MEASUREMENT: Final = re.compile(r"\\([, ])")
_STRUCTURE: Final = re.compile(r'\\.|[ =,"\n]', re.DOTALL)
_TIME: Final = re.compile(r"-?[0-9]*")


class Point(NamedTuple):
    """One line: a time of one series, with its fields."""

    key: str
    """Measurement and tags as they came."""
    measurement: str
    tags: Tags
    """Sorted by name."""
    fields: dict[str, Field]
    time: int
    """Nanoseconds since 1970."""


class Unparsable(Exception):
    """Lines that can't be read; the server's words quote every one of them."""


def parse(body: bytes, precision: str, now: int) -> list[Point]:
    """The points of a batch; lines without a time get `now`.

    Raises:
        Unparsable: one line or more is wrong.
    """
    points, wrong = [], []
    for line in _lines(body.decode("utf-8", "surrogateescape")):
        text = line.lstrip(_BLANK)
        if not text or text.startswith("#"):
            continue
        try:
            points.append(_point(text, PRECISIONS[precision], now))
        except BadLine as error:
            wrong.append(f"unable to parse '{text}': {error}")
    if wrong:
        raise Unparsable("\n".join(wrong))
    return points


def _lines(text: str) -> Iterator[str]:
    """The lines; a line break inside a text in quotes ends none."""
    if '"' not in text:
        yield from text.split("\n")
        return
    start, fields, quoted, equals, commas = 0, False, False, 0, 0
    for found in _STRUCTURE.finditer(text):
        sign = found.group()
        if sign == "\n" and not quoted:
            yield text[start : found.start()]
            start, fields, equals, commas = found.end(), False, 0, 0
        elif sign == '"' and equals > commas:
            quoted = not quoted
        elif fields and not quoted:
            equals, commas = equals + (sign == "="), commas + (sign == ",")
        fields = fields or sign == " "
    yield text[start:]


def _point(text: str, unit: int, now: int) -> Point:
    end = _END_OF_KEY.search(text, 1)
    key = text[: end.start()] if end else text
    measurement, tags = _key(key)
    if end is None:
        raise BadLine("missing fields")
    if len(key) * 4 > MAX_KEY_BYTES and _size(key) > MAX_KEY_BYTES:
        raise BadLine(f"max key length exceeded: {_size(key)} > {MAX_KEY_BYTES}")
    fields, rest = _fields(text, _past_blanks(text, end.start()))
    longest = _size(key) + 4 + max(map(_size, fields))
    if longest > MAX_KEY_BYTES:
        raise BadLine(f"max key length exceeded: {longest} > {MAX_KEY_BYTES}")
    time = _time(text, _past_blanks(text, rest), unit)
    return Point(key, measurement, tags, fields, now if time is None else time)


@lru_cache(maxsize=100_000)
def _key(key: str) -> tuple[str, Tags]:
    """Measurement and sorted tags."""
    name, *pairs = _COMMA.split(key)
    if not name:
        raise BadLine("missing measurement")
    tags = [_tag(pair) for pair in pairs]
    names = [tag for tag, _ in tags]
    if len(set(names)) < len(names):
        raise BadLine("duplicate tags")
    for reserved in _RESERVED:
        if reserved in names:
            raise BadLine(f'cannot use reserved tag key "{reserved}"')
    return _ESCAPED_IN_MEASUREMENT.sub(r"\1", name), tuple(sorted(tags))


def _tag(pair: str) -> tuple[str, str]:
    if not pair or pair.startswith("="):
        raise BadLine("missing tag key")
    name, *values = _EQUALS.split(pair)
    if not values or values == [""]:
        raise BadLine("missing tag value")
    if len(values) > 1:
        raise BadLine("invalid tag format")
    return _ESCAPED.sub(r"\1", name), _ESCAPED.sub(r"\1", values[0])


def _fields(text: str, start: int) -> tuple[dict[str, Field], int]:
    """The fields and where they end."""
    found: dict[str, Field] = {}
    at = start
    if at >= len(text):
        raise BadLine("missing fields")
    while True:
        name = _FIELD_NAME.match(text, at)
        end = name.end() if name else at
        if not text.startswith("=", end):
            raise BadLine("invalid field format")
        if end == at:
            raise BadLine("missing field key")
        if end + 1 >= len(text) or text[end + 1] in ", ":
            raise BadLine("missing field value")
        value, after = numbers.value(text, end + 1)
        found[_ESCAPED.sub(r"\1", text[at:end])] = value
        if not text.startswith(",", after):
            return found, after
        at = after + 1


def _time(text: str, start: int, unit: int) -> int | None:
    digits = _TIME.match(text, start)
    end = digits.end() if digits else start
    if end < len(text) and text[end] != " ":
        raise BadLine("bad timestamp")
    if end == start:
        return None
    stated = numbers.whole(text[start:end])
    if abs(stated * unit) > MAX_TIME:
        raise BadLine(f"time outside range -{MAX_TIME} - {MAX_TIME}")
    if text[end:].strip(" "):
        raise BadLine("point is invalid")
    return stated * unit


def _past_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANK:
        at += 1
    return at


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))
