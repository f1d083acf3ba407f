"""How a series becomes measurement, tags and field, and values become lines of the line protocol. Pure.

A measurement is the first part of a quantity, its field the rest; every value is a float. Tags are `point`, `device`,
`site`, `domain` and the attributes, sorted; empty ones are left out. Ids stand in tags as they are, but for what a
server would change, refuse, or misread in a query: control characters, the byte order mark, `"`, `\\` and lone
surrogates become `%` with their code (`%0A`, `%uFEFF`), and so does the percent sign. An empty attribute is a lone `%`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from sys import float_info, intern
from typing import Final, NamedTuple

from smartregion.errors import Refused
from smartregion.model import Attributes, Series

EARLIEST: Final = -(2**63) + 2
"""The first nanosecond InfluxDB holds."""
LATEST: Final = 2**63 - 2
"""The last one."""
MAX_LINES: Final = 5000
"""Of a batch, as InfluxDB's manual advises."""
MAX_KEY_BYTES: Final = 60_000
"""InfluxDB takes 65 535 with the field's name."""
WHOLE: Final = "Value"
"""The field of a quantity without a dot; no part of a dotted one begins with a capital."""

TENANT: Final = re.compile(r"[a-z][a-z0-9-]{1,30}", re.ASCII)
_QUANTITY: Final = re.compile(r"([a-z][a-z0-9_]*)(?:\.([a-z0-9][a-z0-9_.]*))?", re.ASCII)
_ATTRIBUTE: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TAKEN: Final = frozenset({"time", "point", "device", "site", "domain"})
_UNFIT: Final = re.compile('[\x00-\x1f"%\\\\\x7f-\x9f\ufeff\ud800-\udfff]')
_CODED: Final = re.compile(r"%(?:u([0-9A-F]{4})|([0-9A-F]{2}))")
_ESCAPED: Final = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})

Cell = tuple[str, int, str]
"""The place of one value: prefix, time, field."""
Fields = Mapping[str, float]
Lines = Mapping[tuple[str, int], Fields]
"""Prefix and time → the values that stand there."""


class Home(NamedTuple):
    """Where a series belongs; it decides the bucket and two of the tags."""

    tenant: str
    site: str
    domain: str


class Spot(NamedTuple):
    """Where the values of a series lie in InfluxDB."""

    home: Home
    measurement: str
    field: str
    tags: Attributes
    """As the server gives them back, sorted by name."""
    prefix: str
    """Measurement and tags as a line begins."""


def home_of(series: Series) -> Home:
    """Where the series says that it belongs."""
    return Home(series.tenant, series.site, series.domain)


def spot_of(series: Series, home: Home) -> Spot:
    """Where the series lies while it belongs there.

    Raises:
        Refused: a name that cannot stand in InfluxDB; the words say which.
    """
    if TENANT.fullmatch(home.tenant) is None:
        raise Refused(f"the tenant {home.tenant[:80]!r} names no bucket")
    measurement, field = split_quantity(series.quantity)
    tags = _tags(series, home, field)
    prefix = intern(prefix_of(measurement, tags))
    if len(prefix.encode()) > MAX_KEY_BYTES:
        raise Refused(f"the names of {series.point[:80]!r} are longer than InfluxDB takes")
    return Spot(home, measurement, field, tags, prefix)


def split_quantity(quantity: str) -> tuple[str, str]:
    """Measurement and field. Raises Refused when it is no name of a quantity."""
    match = _QUANTITY.fullmatch(quantity)
    if match is None or match[2] == "time":
        raise Refused(f"{quantity[:80]!r} is no name of a quantity")
    return intern(match[1]), intern(match[2] or WHOLE)


def _tags(series: Series, home: Home, field: str) -> Attributes:
    for name, _ in series.attributes:
        if _ATTRIBUTE.fullmatch(name) is None or name in _TAKEN or name == field:
            raise Refused(f"the attribute {name[:80]!r} cannot be a tag of {series.quantity}")
    fixed = (("point", series.point), ("device", series.device), ("site", home.site), ("domain", home.domain))
    given = [(name, storable(value)) for name, value in fixed if value]
    return tuple(sorted(given + [(name, storable(value)) for name, value in series.attributes]))


def storable(value: str) -> str:
    """The value of a tag as it is kept; `as_given` is the way back."""
    return _UNFIT.sub(_code, value) if value else "%"


def as_given(value: str) -> str:
    """What was made storable."""
    return "" if value == "%" else _CODED.sub(lambda match: chr(int(match[1] or match[2], 16)), value)


def _code(match: re.Match[str]) -> str:
    number = ord(match[0])
    return f"%{number:02X}" if number < 0x100 else f"%u{number:04X}"


def prefix_of(measurement: str, tags: Iterable[tuple[str, str]]) -> str:
    """The beginning of a line."""
    return ",".join([measurement, *(f"{name}={value.translate(_ESCAPED)}" for name, value in tags)])


def finite(value: float) -> float:
    """What is too large for a float becomes the largest one: a sum may overflow, InfluxDB takes no infinity."""
    return max(min(value, float_info.max), -float_info.max)


def encode(lines: Lines) -> list[str]:
    """The lines, without their ends, in the given order."""
    return [
        f"{prefix} {','.join([f'{field}={value!r}' for field, value in fields.items()])} {time}"
        for (prefix, time), fields in lines.items()
    ]


def body_of(lines: Sequence[str]) -> bytes:
    """What is sent."""
    return "\n".join(lines).encode()
