"""What is measured becomes alarms, and alarms are kept over restarts."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from jobs.alarm_measures import PLENTY, SCARCE, Balance, Battery, Journal, Lost, Part, Parts, Quarantine, Silence
from jobs.alarms import Alarms
from queries.alarm_rules import Measure, Name
from queries.latest import Newest
from smartregion import logs
from smartregion.alarms import AlarmKind, Sought
from smartregion.clock import DAY, HOUR, MINUTE, SECOND, ManualClock
from smartregion.errors import Unavailable
from smartregion.gaps import GapCause, GapCount, GapState
from smartregion.model import Device, Sample, Series
from smartregion.region import parse
from store.journal.protocol import LedgerRow
from store.registry.sql import SqlRegistry

NOW = 1000 * DAY
REGION = 'name = "Kreis"\n[[tenants]]\nkey = "stadt"\nname = "Stadt"\n'


def device(name: str, last_seen: int | None, interval: float | None = 900) -> Device:
    return Device(f"wasser.{name}", "wasser", name, last_seen=last_seen, interval=interval)


def values(part: Part, active: Collection[Name] = ()) -> dict[Name, float]:
    return {(kind, subject): round(value, 2) for kind, subject, value in part.measure(active)}


def test_silence_is_counted_in_intervals_of_the_device() -> None:
    devices = [
        device("quick", NOW - HOUR),
        device("slow", NOW - HOUR, interval=3600),
        device("unknown", NOW - DAY, interval=None),
        device("new", None),
    ]
    part = Silence(lambda: devices, lambda _: 0, ManualClock(NOW))
    assert values(part) == {
        (AlarmKind.SILENT, "wasser.quick"): 4.0,
        (AlarmKind.SILENT, "wasser.slow"): 1.0,
        (AlarmKind.SILENT, "wasser.unknown"): 1.0,
    }


def test_silence_says_nothing_where_nobody_listens_and_counts_from_when_somebody_does() -> None:
    devices = [device("a", NOW - DAY)]
    since: dict[str, int | None] = {"wasser": None}
    part = Silence(lambda: devices, since.__getitem__, ManualClock(NOW))
    assert values(part) == {}
    since["wasser"] = NOW - 15 * MINUTE
    name = (AlarmKind.SILENT, "wasser.a")
    assert values(part) == {name: 1.0}
    # What was silent before a restart is not suddenly fine.
    assert values(part, {name}) == {name: 96.0}


def test_batteries_tell_percent_or_only_that_they_are_low() -> None:
    def newest(quantity: str) -> Iterator[Newest]:
        told = {
            "device.battery_percent": {"a": (80.0, 0), "b": (12.0, 0), "c": (3.0, 40 * DAY)},
            "device.battery_low": {"a": (0.0, 0), "d": (1.0, 0), "e": (0.0, 0)},
        }
        for name, (value, age) in told[quantity].items():
            yield Newest(Series(name, f"wasser.{name}", quantity), Sample(NOW - age, value))

    assert values(Battery(newest, ManualClock(NOW))) == {
        (AlarmKind.BATTERY, "wasser.a"): 80.0,
        (AlarmKind.BATTERY, "wasser.b"): 12.0,
        (AlarmKind.BATTERY, "wasser.d"): 0.0,
        (AlarmKind.BATTERY, "wasser.e"): 100.0,
    }


def test_quarantine_counts_what_came_within_an_hour() -> None:
    clock, held = ManualClock(NOW), [500]
    rows = lambda: [LedgerRow("wasser", date(2026, 11, 22), quarantined=held[0])]  # noqa: E731
    part, name = Quarantine(rows, clock), (AlarmKind.QUARANTINE, "wasser")
    assert values(part) == {name: 0}
    clock.advance(60)
    held[0] = 530
    assert values(part) == {name: 30}
    clock.advance(3600)
    assert values(part) == {name: 0}
    held[0] = 10
    assert values(part) == {name: 0}


def test_only_what_the_server_had_and_nobody_has_now_is_lost() -> None:
    def counts(sought: object) -> Iterable[GapCount]:
        return [
            GapCount("wasser", GapCause.DOWN, GapState.OUTSIDE, 2, 10, 3),
            GapCount("wasser", GapCause.CUT, GapState.LOST, 1, 1, 0),
            GapCount("wasser", GapCause.RADIO, GapState.LOST, 50, 80, 0),
        ]

    gone = (AlarmKind.GAP, "klima")
    assert values(Lost(counts, ManualClock(NOW)), {gone}) == {(AlarmKind.GAP, "wasser"): 8, gone: 0}


def test_what_answers_yes_or_no() -> None:
    part = Parts(lambda: {"wasser": False, "klima": True}, lambda: False, lambda: ["stadt"], lambda: 12.5)
    assert values(part, {(AlarmKind.STORE, "dorf")}) == {
        (AlarmKind.CONNECTION, "wasser"): 1.0,
        (AlarmKind.CONNECTION, "klima"): 0.0,
        (AlarmKind.STORE, ""): 1.0,
        (AlarmKind.STORE, "stadt"): 1.0,
        (AlarmKind.STORE, "dorf"): 0.0,
        (AlarmKind.CLOCK, ""): 12.5,
    }
    assert (AlarmKind.CLOCK, "") not in values(Parts(dict, lambda: True, list, lambda: None))


def test_the_journal_and_its_disk() -> None:
    free = [SCARCE - 1]
    part = Journal(lambda: 45, 50, lambda: free[0], lambda: False)
    names = [(AlarmKind.JOURNAL, subject) for subject in ("", "disk", "writing")]
    assert values(part) == dict(zip(names, (90.0, 100.0, 100.0), strict=True))
    free[0] = PLENTY + 1
    assert values(part)[names[1]] == 0.0


@dataclass
class Told:
    """Measures as they are told."""

    measures: list[Measure] = field(default_factory=list)
    away: bool = False

    def measure(self, active: Collection[Name]) -> Iterable[Measure]:
        if self.away:
            raise Unavailable("away")
        return self.measures


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqlRegistry]:
    made = SqlRegistry.open(tmp_path / "registry.db", parse(REGION))
    yield made
    made.close()


class Look:
    """A job over some parts."""

    def __init__(self, registry: SqlRegistry, *parts: Part) -> None:
        self.clock = ManualClock(NOW)
        self.known = {"wasser.w1"}
        self.registry = registry
        self.parts = parts
        self.restart()

    def restart(self) -> None:
        told = {AlarmKind.SILENT: ["SMARTREGION_MAIL"]}
        knows = self.known.__contains__
        self.metrics = CollectorRegistry()
        self.job = Alarms(self.registry.alarms, self.parts, knows, told, self.clock, logs.get("test"), self.metrics)

    def after(self, minutes: float) -> list[tuple[str, bool]]:
        """Looks once a minute; gives subjects of all alarms and whether they last."""
        for _ in range(int(minutes)):
            self.clock.advance(60)
            self.job.look()
        found = self.registry.alarms.page(Sought(), 100)
        return [(each.subject, each.end is None) for each in reversed(found)]


def test_an_alarm_is_kept_told_and_ended_over_restarts(registry: SqlRegistry) -> None:
    told = Told([Measure(AlarmKind.SILENT, "wasser.w1", 5.0)])
    look = Look(registry, told)
    assert look.after(1) == [("wasser.w1", True)]
    look.restart()
    assert look.after(5) == [("wasser.w1", True)]
    told.measures = [Measure(AlarmKind.SILENT, "wasser.w1", 0.5)]
    assert look.after(20) == [("wasser.w1", True)]
    assert look.metrics.get_sample_value("smartregion_alarms", {"kind": "silent device"}) == 1
    assert look.after(20) == [("wasser.w1", False)]
    assert look.metrics.get_sample_value("smartregion_alarms", {"kind": "silent device"}) == 0
    assert [each.event.value for each in registry.alarms.unsent("SMARTREGION_MAIL")] == ["begin", "end"]
    assert registry.alarms.page(Sought(), 1)[0].begin == NOW + MINUTE


def test_what_a_part_can_not_tell_stays_as_it_is_and_keeps_no_other_from_telling(registry: SqlRegistry) -> None:
    broken, fine = Told([Measure(AlarmKind.STORE, "", 1.0)]), Told([Measure(AlarmKind.LEDGER, "wasser", 1.0)])
    look = Look(registry, broken, fine)
    assert look.after(3) == [("wasser", True), ("", True)]
    broken.away = True
    fine.measures = [Measure(AlarmKind.LEDGER, "wasser", 0.0)]
    assert look.after(10) == [("wasser", False), ("", True)]


def test_a_device_that_is_gone_alarms_nobody_for_ever(registry: SqlRegistry) -> None:
    told = Told([Measure(AlarmKind.SILENT, "wasser.w1", 5.0)])
    look = Look(registry, told)
    assert look.after(1) == [("wasser.w1", True)]
    look.known.clear()
    told.measures = []
    assert look.after(40) == [("wasser.w1", False)]


def test_nothing_is_told_of_kinds_that_nobody_wants_to_hear_of(registry: SqlRegistry) -> None:
    look = Look(registry, Told([Measure(AlarmKind.LEDGER, "wasser", 1.0)]))
    assert look.after(1) == [("wasser", True)]
    assert registry.alarms.unsent("SMARTREGION_MAIL") == []


def test_a_day_that_balances_again_ends_its_alarm(registry: SqlRegistry) -> None:
    failing = {"wasser 2026-11-22"}
    look = Look(registry, Balance(lambda: failing))
    assert look.after(1) == [("wasser 2026-11-22", True)]
    failing.clear()
    assert look.after(1) == [("wasser 2026-11-22", False)]


def test_begin_is_when_it_turned_bad_not_when_that_was_sure(registry: SqlRegistry) -> None:
    look = Look(registry, Told([Measure(AlarmKind.CONNECTION, "wasser", 1.0)]))
    look.after(10)
    (alarm,) = registry.alarms.active()
    assert alarm.begin == NOW + 60 * SECOND
