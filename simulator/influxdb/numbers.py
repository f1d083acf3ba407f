"""Field values of line protocol: floats, integers, booleans and texts."""

import math
import re
from typing import Final, NamedTuple

MAX_INTEGER: Final = 2**63 - 1
MAX_UNSIGNED: Final = 2**64 - 1

_REST_OF_VALUE: Final = re.compile(r"[^, ]*")
_FLOAT: Final = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INTEGER: Final = re.compile(r"(-?[0-9]+)([iu])")
_TEXT: Final = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_ESCAPED_IN_TEXT: Final = re.compile(r'\\(["\\])')
_TRUE: Final = ("t", "T", "true", "True", "TRUE")
_FALSE: Final = ("f", "F", "false", "False", "FALSE")

Value = float | int | bool | str


class BadLine(Exception):
    """A line can't be read; the words are the server's."""


class Field(NamedTuple):
    """A value with its type as the server names it: float, integer, unsigned, boolean, string."""

    kind: str
    value: Value


def value(text: str, start: int) -> tuple[Field, int]:
    """The value that begins there, and where it ends.

    Raises:
        BadLine: it is none.
    """
    if text[start] == '"':
        return _text(text, start)
    found = _REST_OF_VALUE.match(text, start)
    word = found.group() if found else ""
    end = start + len(word)
    if word[:1] in "0123456789.-Nn":
        return _number(word), end
    if word in _TRUE or word in _FALSE:
        return Field("boolean", word in _TRUE), end
    raise BadLine("invalid boolean")


def whole(digits: str) -> int:
    """A 64-bit integer. Raises BadLine in the words of Go."""
    number = int(digits) if digits != "-" else None
    if number is None:
        raise BadLine(f'strconv.ParseInt: parsing "{digits}": invalid syntax')
    if not -MAX_INTEGER - 1 <= number <= MAX_INTEGER:
        raise BadLine(f'strconv.ParseInt: parsing "{digits}": value out of range')
    return number


def _text(text: str, start: int) -> tuple[Field, int]:
    found = _TEXT.match(text, start)
    if found is None:
        raise BadLine("unbalanced quotes")
    end = found.end()
    if end < len(text) and text[end] not in ", ":
        raise BadLine("invalid field format")
    return Field("string", _ESCAPED_IN_TEXT.sub(r"\1", found.group(1))), end


def _number(word: str) -> Field:
    integer = _INTEGER.fullmatch(word)
    if integer:
        return _integer(integer.group(1), unsigned=integer.group(2) == "u")
    if not _FLOAT.fullmatch(word):
        raise BadLine("invalid number")
    number = float(word)
    if math.isinf(number):
        raise BadLine("invalid float")
    return Field("float", number)


def _integer(digits: str, *, unsigned: bool) -> Field:
    if unsigned:
        if not 0 <= int(digits) <= MAX_UNSIGNED:
            raise BadLine(f'unable to parse unsigned {digits}: strconv.ParseUint: parsing "{digits}": out of range')
        return Field("unsigned", int(digits))
    try:
        return Field("integer", whole(digits))
    except BadLine as error:
        raise BadLine(f"unable to parse integer {digits}: {error}") from None
