"""The words of an InfluxQL statement, with parameters put in as literals: no text of a parameter is ever read."""

import json
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from simulator.influxdb.replies import Refusal

UNITS: Final = {
    "ns": 1,
    "u": 1_000,
    "µ": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
    "w": 604_800_000_000_000,
}
_WORD: Final = re.compile(
    r"""\s*(?:
    '(?P<string>(?:\\.|[^'\\])*)'
    |"(?P<quoted>(?:\\.|[^"\\])*)"
    |(?P<duration>(?:\d+(?:ns|ms|u|µ|s|m|h|d|w))+)(?![A-Za-z0-9_])
    |(?P<number>\d+\.\d*|\.\d+|\d+)
    |\$(?P<parameter>[A-Za-z_]\w*|"[^"]+")
    |(?P<name>[A-Za-z_]\w*)
    |(?P<sign>=~|!~|!=|<>|<=|>=|::|[=<>(),*.;+\-])
    )""",
    re.VERBOSE | re.DOTALL,
)
_REGEX: Final = re.compile(r"\s*/((?:\\/|[^/\n])*)/")
_DURATION: Final = re.compile(r"(\d+)(ns|ms|u|µ|s|m|h|d|w)")
_BEFORE_REGEX: Final = ("=~", "!~", "FROM", ",")


class Word(NamedTuple):
    """One word. `kind`: string, name, duration, integer, number, boolean, regex, sign, end."""

    kind: str
    text: str
    quoted: bool = False

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind == "sign" and self.text in signs

    def is_keyword(self, *keywords: str) -> bool:
        """Whether it is one of these keywords."""
        return self.kind == "name" and not self.quoted and self.text.upper() in keywords


END: Final = Word("end", "EOF")


def words(text: str, parameters: Mapping[str, object]) -> list[Word]:
    """The words of a request.

    Raises:
        Refusal: it can't be read, or a parameter is missing or of a type that can't be bound.
    """
    found: list[Word] = []
    at = 0
    while text[at:].strip():
        last = found[-1] if found else END
        expression = _REGEX.match(text, at) if last.text.upper() in _BEFORE_REGEX else None
        match = expression or _WORD.match(text, at)
        if match is None:
            raise unreadable(f"found {text[at:].strip()[:1]}, expected something else")
        found.append(Word("regex", match.group(1).replace("\\/", "/")) if expression else _word(match, parameters))
        at = match.end()
    return found


def read_parameters(text: str) -> dict[str, object]:
    """The parameters of a request. Raises Refusal: no JSON object."""
    if not text:
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Refusal("invalid", f"error parsing query parameters: {error}") from None
    if not isinstance(found, dict):
        raise Refusal("invalid", "error parsing query parameters: an object is wanted")
    return found


def unreadable(why: str) -> Refusal:
    """A statement that can't be read."""
    return Refusal("invalid", f"failed to parse query: {why}")


def nanoseconds(text: str) -> int:
    """What a duration such as 1h30m comes to."""
    return sum(int(count) * UNITS[unit] for count, unit in _DURATION.findall(text))


def _word(match: re.Match[str], parameters: Mapping[str, object]) -> Word:
    kind = str(match.lastgroup)
    text = match.group(kind)
    if kind == "parameter":
        return _bound(text.strip('"'), parameters)
    if kind == "quoted":
        return Word("name", re.sub(r"\\(.)", r"\1", text), quoted=True)
    if kind == "string":
        return Word("string", re.sub(r"\\(.)", r"\1", text))
    if kind == "number":
        return Word("number" if "." in text else "integer", text)
    if kind == "name" and text.lower() in ("true", "false"):
        return Word("boolean", text.lower())
    return Word(kind, text)


def _bound(name: str, parameters: Mapping[str, object]) -> Word:
    if name not in parameters:
        raise unreadable(f"missing parameter: {name}")
    value = parameters[name]
    if isinstance(value, dict) and len(value) == 1:
        return _typed(value)
    if isinstance(value, bool):
        return Word("boolean", str(value).lower())
    if isinstance(value, str):
        return Word("string", value)
    if isinstance(value, int | float):
        return Word("integer" if isinstance(value, int) else "number", repr(value))
    raise unreadable(f"unable to bind parameter with type {_go_type(value)}")


def _typed(value: Mapping[str, object]) -> Word:
    """An object names the type it wants to be: so one from outside could become a name."""
    ((kind, inner),) = value.items()
    if kind == "identifier":
        return Word("name", str(inner), quoted=True)
    if kind in ("string", "duration", "regex", "integer", "number", "float"):
        return Word("number" if kind == "float" else kind, str(inner))
    raise unreadable("unable to bind parameter with type map[string]interface {}")


def _go_type(value: object) -> str:
    if value is None:
        return "<nil>"
    return "[]interface {}" if isinstance(value, list) else "map[string]interface {}"
