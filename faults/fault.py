"""What a line of the table is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field

from faults.judging import Account
from faults.making import Making
from faults.places import Kind
from faults.routes import Way
from faults.world import Form, World

Pair = tuple[Way, Kind]

STACK: Pair = (Way.STACK, Kind.DUCKDB)
STACK_INFLUXDB: Pair = (Way.STACK, Kind.INFLUXDB)
BROKER: Pair = (Way.BROKER, Kind.DUCKDB)
BROKER_INFLUXDB: Pair = (Way.BROKER, Kind.INFLUXDB)
WEBHOOK: Pair = (Way.WEBHOOK, Kind.DUCKDB)
WEBHOOK_INFLUXDB: Pair = (Way.WEBHOOK, Kind.INFLUXDB)
EVERY: tuple[Pair, ...] = (STACK, STACK_INFLUXDB, BROKER, BROKER_INFLUXDB, WEBHOOK, WEBHOOK_INFLUXDB)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that goes wrong."""

    name: str
    what: str
    """What is done, for a reader."""
    do: Callable[[World], None] = lambda _: None
    """Does it, with uplinks before, meanwhile and after; when it returns all is well again."""
    expected: str = "each in the state it would have without"
    """What must become of the messages."""
    short: tuple[Pair, ...] = (STACK,)
    """Ways and stores of the short form."""
    long: tuple[Pair, ...] = EVERY
    """Ways and stores of the long form."""
    making: Making = field(default_factory=Making)
    alone: Callable[[Form, int], tuple[Account, float]] | None = None
    """Makes a world of its own and does everything in it; gives account and seconds to recover."""
    slow: bool = False
    """Waits more than it works: run beside the others."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table."""

    fault: Fault
    pair: Pair
    account: Account
    seconds: float
    """Until all that was sent was settled, counted from when all was well again."""
    skipped: str = ""
    """Why it can't be done on this machine."""
