"""The statements of InfluxQL that the double understands, once read."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from simulator.influxdb.words import Word

FUNCTIONS: Final = ("count", "sum", "mean", "min", "max", "first", "last")


class Item(NamedTuple):
    """A column asked for: a field or tag, or what a function makes of a field; `*` for all."""

    name: str
    function: str = ""
    alias: str = ""


class Source(NamedTuple):
    """A measurement, by name or by regular expression; empty database: the request's own."""

    measurement: str
    regex: bool = False
    database: str = ""
    policy: str = ""


class Comparison(NamedTuple):
    """A name beside a literal."""

    name: str
    operator: str
    literal: Word


class Both(NamedTuple):
    """AND, or OR."""

    left: "Condition"
    right: "Condition"
    either: bool


Condition = Comparison | Both | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A SELECT statement."""

    items: tuple[Item, ...]
    sources: tuple[Source, ...]
    where: Condition = None
    tags: tuple[str, ...] = ()
    """GROUP BY; `*` alone for all."""
    window: int = 0
    """GROUP BY time(…) in nanoseconds; 0 without."""
    fill: str = "null"
    descending: bool = False
    limit: int = 0
    offset: int = 0
    series_limit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A SHOW statement: `DATABASES`, `MEASUREMENTS`, `FIELD KEYS` and so on."""

    what: str
    database: str = ""
    sources: tuple[Source, ...] = ()
    key: str = ""


Statement = Select | Show
