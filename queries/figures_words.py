"""Question and answer of the figures query, and what is wrong with a question that can't be answered.

* Unaskable               the question must be changed; its text says how
  - NotMeaningful         the function says nothing about this kind of quantity
  - TooMuch               more rows would be touched than one question may
"""

from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum

from aggregates.consumption import Rule
from aggregates.coverage import Coverage
from aggregates.windows import Size
from smartregion.errors import SmartregionError
from smartregion.model import Attributes
from smartregion.quantities import QUANTITIES, Kind, Quantity
from smartregion.timestamps import render

LIMIT = 1_000_000
"""So many readings or rollups one question may touch."""


class Unaskable(SmartregionError):
    """The question can't be answered as it stands; the text says what to change."""


class NotMeaningful(Unaskable):
    """The function says nothing about this kind of quantity."""


class TooMuch(Unaskable):
    """The question touches more than one question may."""


class Function(StrEnum):
    """What is made of the readings of a window."""

    MEAN = "mean"
    MINIMUM = "min"
    MAXIMUM = "max"
    SUM = "sum"
    COUNT = "count"
    INCREASE = "increase"
    SHARE = "share"
    FIRST = "first"
    LAST = "last"
    P50 = "p50"
    P95 = "p95"


PERCENTILES = {Function.P50: 0.5, Function.P95: 0.95}
NAMES = {**{each.value: each for each in Function}, "consumption": Function.INCREASE}


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureQuery:
    """Figures of one quantity over the calendar windows that share time with [start, end).

    Fields that are not empty narrow the points down. Windows are whole, only `total` is exactly start..end.
    """

    quantity: str
    start: int
    end: int
    window: str = Size.DAY
    """15m 1h 1d 1w 1mo 1q 1y total"""
    zone: tzinfo | None = None
    """The zone of the calendar; the region's when None."""
    fn: str = Function.MEAN
    """mean min max sum count increase (or consumption) share first last p50 p95"""
    group_by: str = "point"
    """point, site, tenant, domain, the name of an attribute, or none for all together."""
    points: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    attributes: Attributes = ()
    weight: str = "points"
    """For the mean: every point weighs the same (points), or every reading does (readings)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """One figure: of one group in one window."""

    group: str
    """Id of the point, site or tenant, the domain, the attribute's value; empty when nothing is grouped."""
    start: int
    end: int
    zone: tzinfo
    value: float | None
    """None when nothing is known; 0 for a count of nothing."""
    unit: str
    """UCUM; `1` for counts and shares."""
    points: int
    """How many points the figure speaks of."""
    n: int
    """How many readings lie in the window."""
    coverage: Coverage
    provisional: bool
    """The window is still running."""
    first: float | None = None
    """Counters of one point: the first register read in the window."""
    last: float | None = None
    rules: tuple[Rule, ...] = ()
    """What was done to the registers of counters. Empty for figures read from totals of a municipality."""

    @property
    def starts(self) -> str:
        """The start in RFC 3339 with the zone's offset."""
        return render(self.start, self.zone)

    @property
    def ends(self) -> str:
        """The end in RFC 3339 with the zone's offset."""
        return render(self.end, self.zone)


_EVERY = {Function.COUNT, Function.FIRST, Function.LAST}
_OF_VALUES = {Function.MINIMUM, Function.MAXIMUM}
_OF_GAUGES = {Function.MEAN, *PERCENTILES, *_OF_VALUES}
_OF_AMOUNTS = {Function.INCREASE, Function.SUM}
_MEANINGFUL = {
    Kind.GAUGE: _EVERY | _OF_GAUGES | {Function.SUM},
    Kind.COUNTER: _EVERY | _OF_AMOUNTS,
    Kind.DELTA: _EVERY | _OF_GAUGES | _OF_AMOUNTS,
    Kind.STATE: _EVERY | _OF_VALUES | {Function.SHARE},
    Kind.EVENT: _EVERY,
}
_UNITLESS = {Function.COUNT, Function.SHARE}


def vocabulary(name: str) -> Quantity:
    """The quantity asked for. Raises Unaskable when the vocabulary has no such."""
    found = QUANTITIES.get(name)
    if found is None:
        raise Unaskable(f"{name!r} is no quantity of the vocabulary; /v1/quantities lists them all")
    return found


def function_of(query: FigureQuery, quantity: Quantity) -> Function:
    """The function asked for. Raises Unaskable when there is no such, NotMeaningful when it does not fit the kind."""
    function = NAMES.get(query.fn)
    if function is None:
        raise Unaskable(f"{query.fn!r} is no function; choose one of {', '.join(NAMES)}")
    fitting = _MEANINGFUL[quantity.kind]
    if function not in fitting or (function is Function.SUM and quantity.kind is Kind.GAUGE and not quantity.additive):
        names = ", ".join(each for each in Function if each in fitting and each is not Function.SUM)
        raise NotMeaningful(f"the {query.fn} of {quantity.name} (a {quantity.kind}) says nothing; ask for {names}")
    return function


def size_of(query: FigureQuery) -> Size:
    """The window size asked for. Raises Unaskable when there is no such, or the end is not after the start."""
    if query.end <= query.start:
        raise Unaskable("the end must come after the start")
    if query.weight not in ("points", "readings"):
        raise Unaskable(f"{query.weight!r} is no weight; choose points or readings")
    try:
        return Size(query.window)
    except ValueError:
        raise Unaskable(f"{query.window!r} is no window; choose one of {', '.join(Size)}") from None


def unit_of(function: Function, quantity: Quantity) -> str:
    """The unit of the figure."""
    return "1" if function in _UNITLESS else quantity.unit


def refuse_too_much(rows: int, what: str) -> None:
    """Raises TooMuch above the limit, saying what to do."""
    if rows > LIMIT:
        raise TooMuch(
            f"this question touches {rows:,} {what}, at most {LIMIT:,} are allowed: "
            "ask for a shorter time, longer windows (1h, 1d, 1mo) or fewer points"
        )
