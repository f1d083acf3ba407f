"""What an operator is to be told of, from when to when."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class AlarmKind(StrEnum):
    """What is wrong."""

    SILENT = "silent device"
    BATTERY = "low battery"
    GAP = "gap"
    QUARANTINE = "quarantine growing"
    CONNECTION = "connection away"
    STORE = "store away"
    JOURNAL = "journal filling"
    CLOCK = "clock skew"
    LEDGER = "ledger"


class AlarmEvent(StrEnum):
    """What there is to tell of an alarm."""

    BEGIN = "begin"
    END = "end"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something was, or is, wrong; times in nanoseconds since 1970."""

    kind: AlarmKind
    subject: str
    """Device, application, or part of the platform; empty: the platform itself."""
    begin: int
    end: int | None = None
    """None while it lasts."""
    value: float | None = None
    """How bad it is, in the unit of its kind; the last that was known."""
    id: int = 0

    @property
    def name(self) -> tuple[AlarmKind, str]:
        """One alarm of a name at a time."""
        return self.kind, self.subject


class Notice(NamedTuple):
    """Something of an alarm that a receiver is to be told."""

    alarm: Alarm
    event: AlarmEvent
    noted: int
    """When it came up."""


class Sought(NamedTuple):
    """Which alarms; what is not given narrows nothing down."""

    active: bool | None = None
    kind: AlarmKind | None = None
    subject: str = ""
