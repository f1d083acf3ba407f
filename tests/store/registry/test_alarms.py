"""What is kept of alarms and notices: all of it, and each notice once."""

from dataclasses import replace

from smartregion.alarms import Alarm, AlarmEvent, AlarmKind, Sought
from smartregion.clock import DAY
from store.registry.sql import SqlRegistry
from tests.store.registry.conftest import Opening

SILENT = Alarm(AlarmKind.SILENT, "wasser.w1", 10, None, 3.5)
AWAY = Alarm(AlarmKind.STORE, "", 20, None, 1.0)
BOTH = {AlarmKind.SILENT: ["SMARTREGION_MAIL"], AlarmKind.STORE: ["SMARTREGION_MAIL"]}
MAIL, CHAT = "SMARTREGION_MAIL", "SMARTREGION_CHAT"


def test_alarms_begin_and_end_and_are_found_again(opening: Opening) -> None:
    silent, away = opening().alarms.change([SILENT, AWAY], [], {}, 30)
    registry = opening()
    assert registry.alarms.active() == [silent, away] == [replace(SILENT, id=silent.id), replace(AWAY, id=away.id)]

    over = replace(silent, end=40, value=0.2)
    registry.alarms.change([], [over], {}, 41)

    assert registry.alarms.active() == [away]
    assert registry.alarms.page(Sought(), 10) == [away, over]
    assert registry.alarms.page(Sought(active=False), 10) == [over]
    assert registry.alarms.page(Sought(active=True), 10) == [away]
    assert registry.alarms.page(Sought(kind=AlarmKind.SILENT), 10) == [over]
    assert registry.alarms.page(Sought(subject="wasser.w1"), 10) == [over]
    assert registry.alarms.page(Sought(), 1, before=away.id) == [over]


def test_each_receiver_has_notices_of_its_own(registry: SqlRegistry) -> None:
    (silent,) = registry.alarms.change([SILENT], [], {AlarmKind.SILENT: [MAIL, CHAT]}, 30)
    over = replace(silent, end=40)
    registry.alarms.change([], [over], {AlarmKind.SILENT: [MAIL]}, 41)

    mail = registry.alarms.unsent(MAIL)
    assert [(each.alarm, each.event, each.noted) for each in mail] == [
        (over, AlarmEvent.BEGIN, 30),
        (over, AlarmEvent.END, 41),
    ]
    registry.alarms.sent(MAIL, mail[:1], 50)
    assert registry.alarms.unsent(MAIL) == mail[1:]
    assert [each.event for each in registry.alarms.unsent(CHAT)] == [AlarmEvent.BEGIN]


def test_what_is_over_for_long_is_forgotten_with_its_notices(registry: SqlRegistry) -> None:
    silent, away = registry.alarms.change([SILENT, AWAY], [], BOTH, 30)
    registry.alarms.change([], [replace(silent, end=40)], BOTH, 41)

    registry.alarms.prune(DAY)

    assert registry.alarms.page(Sought(), 10) == [away]
    assert [each.alarm for each in registry.alarms.unsent(MAIL)] == [away]
