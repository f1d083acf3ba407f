"""What is wrong now, and what was."""

from dataclasses import dataclass
from typing import Final

from console.reader import Reader
from queries.alarm_words import title, words
from queries.bundle import Queries
from smartregion.alarms import Alarm, AlarmKind, Sought

SHOWN: Final = 500
OVER_SHOWN: Final = 100
_DEVICES: Final = frozenset({AlarmKind.SILENT, AlarmKind.BATTERY})


@dataclass(frozen=True, slots=True)
class Line:
    """One alarm in the reader's words."""

    title: str
    words: str
    point: str
    """Where to read on; empty where there is nothing."""
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class AlarmsPage:
    """All that the page shows."""

    active: tuple[Line, ...]
    count: int
    """How many last; not all of them may be shown."""
    over: tuple[Line, ...]


def alarms_page(queries: Queries, reader: Reader) -> AlarmsPage:
    """Put the page together. Raises Unavailable."""
    active = queries.alarms.active()
    over = queries.alarms.page(Sought(active=False), OVER_SHOWN)
    lines = tuple(_line(each, queries, reader) for each in active[:SHOWN])
    return AlarmsPage(lines, len(active), tuple(_line(each, queries, reader) for each in over))


def _line(alarm: Alarm, queries: Queries, reader: Reader) -> Line:
    point = queries.registry.own_point(alarm.subject) or "" if alarm.kind in _DEVICES else ""
    return Line(title(alarm.kind, reader.language), words(alarm, reader.language), point, alarm.begin, alarm.end)
