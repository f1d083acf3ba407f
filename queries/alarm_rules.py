"""When something becomes an alarm, and when it ceases to be one. Pure: measures in, alarms out.

Between the value at which an alarm begins and the one at which it ends there is room, and both must last for a while:
what swings around a limit does not flap.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import SECOND

Name = tuple[AlarmKind, str]


class Measure(NamedTuple):
    """How something stands. What can't be told at the moment is not measured: its alarm stays as it is."""

    kind: AlarmKind
    subject: str
    value: float


@dataclass(frozen=True, slots=True)
class Rule:
    """Values and seconds at which alarms of a kind begin and end. Beginning below ending: the lower, the worse."""

    begins: float
    ends: float
    begin_after: float = 0.0
    end_after: float = 0.0

    def is_bad(self, value: float) -> bool:
        """Whether an alarm may begin."""
        return value >= self.begins if self.begins > self.ends else value <= self.begins

    def is_good(self, value: float) -> bool:
        """Whether an alarm may end."""
        return value <= self.ends if self.begins > self.ends else value >= self.ends


MINUTE, HOUR = 60.0, 3600.0
RULES: Final[Mapping[AlarmKind, Rule]] = {
    # Intervals without a frame. A device on the edge of its gateway's reach comes and goes.
    AlarmKind.SILENT: Rule(3.0, 1.5, end_after=30 * MINUTE),
    # Percent. Batteries recover in the warmth of the day.
    AlarmKind.BATTERY: Rule(15.0, 25.0, end_after=24 * HOUR),
    # Frames lost for good within the last day, those lost by radio apart.
    AlarmKind.GAP: Rule(1.0, 0.0),
    # Messages within the last hour.
    AlarmKind.QUARANTINE: Rule(20.0, 5.0, end_after=30 * MINUTE),
    # 1: away, 0: there.
    AlarmKind.CONNECTION: Rule(1.0, 0.0, begin_after=5 * MINUTE, end_after=2 * MINUTE),
    AlarmKind.STORE: Rule(1.0, 0.0, begin_after=1 * MINUTE, end_after=2 * MINUTE),
    # Percent of the bound. At 90 settled messages make room, so what stays above is not settled.
    AlarmKind.JOURNAL: Rule(90.0, 80.0, begin_after=1 * MINUTE, end_after=2 * MINUTE),
    # Seconds between the clocks of The Things Stack and ours.
    AlarmKind.CLOCK: Rule(60.0, 20.0, begin_after=2 * MINUTE, end_after=5 * MINUTE),
    # Days of an application that do not balance.
    AlarmKind.LEDGER: Rule(1.0, 0.0),
}


class Judged(NamedTuple):
    """What a look at the measures has brought."""

    begun: list[Alarm]
    ended: list[Alarm]
    since: dict[Name, int]
    """Since when those not yet begun are bad, and those not yet ended are good; to be handed in next time."""


def judge(active: Mapping[Name, Alarm], since: Mapping[Name, int], measures: Iterable[Measure], now: int) -> Judged:
    """Compare measures, one for each name, with the alarms that last."""
    begun: list[Alarm] = []
    ended: list[Alarm] = []
    turning = dict(since)
    for kind, subject, value in measures:
        rule, name, alarm = RULES[kind], (kind, subject), active.get((kind, subject))
        turns = rule.is_bad(value) if alarm is None else rule.is_good(value)
        if not turns:
            turning.pop(name, None)
            continue
        began = turning.setdefault(name, now)
        if now - began < (rule.begin_after if alarm is None else rule.end_after) * SECOND:
            continue
        del turning[name]
        if alarm is None:
            begun.append(Alarm(kind, subject, began, None, value))
        else:
            ended.append(replace(alarm, end=began, value=value))
    return Judged(begun, ended, turning)
