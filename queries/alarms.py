"""What is, and was, wrong."""

from typing import Final

from queries.alarm_words import TITLES
from smartregion.alarms import Alarm, AlarmKind, Sought
from store.registry.protocol import AlarmsKept

UNITS = {AlarmKind.BATTERY: "%", AlarmKind.JOURNAL: "%", AlarmKind.CLOCK: "s"}
"""UCUM codes of the kinds' values; all others are counts."""


def unit_of(kind: AlarmKind) -> str:
    """UCUM code of the values of a kind."""
    return UNITS.get(kind, "1")


class Alarms:
    """Asked from any thread."""

    def __init__(self, kept: AlarmsKept) -> None:
        self._kept = kept

    def active(self) -> list[Alarm]:
        """Those that last, the worst kind first, then the oldest. Raises Unavailable."""
        order = {kind: place for place, kind in enumerate(TITLES)}
        return sorted(self._kept.active(), key=lambda each: (order[each.kind], each.begin, each.id))

    def page(self, sought: Sought, limit: int, before: int | None = None) -> list[Alarm]:
        """Alarms, the one raised last first, of ids below that. Raises Unavailable."""
        return self._kept.page(sought, limit, before)


class _None:
    """Where nothing is watched over."""

    def active(self) -> list[Alarm]:
        return []

    def page(self, _sought: Sought, _limit: int, _before: int | None = None) -> list[Alarm]:
        return []


NO_ALARMS: Final[AlarmsKept] = _None()
