"""Which device serves which point when: no reading ever has two places, and mistakes are told in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from smartregion.errors import Misconfigured
from smartregion.model import Assignment, Device, Point, Site
from store.registry.protocol import Interval, Sighting
from store.registry.sql import SqlRegistry

if TYPE_CHECKING:
    from tests.store.registry.conftest import Opening


def seen(device_id: str) -> Sighting:
    return Sighting("wasser", device_id, 1)


def test_assignments_answer_by_device_by_point_and_all(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a"), seen("b")])
    late = registry.assign(Assignment("wasser.a", "b", 100, parameters={"pulse_factor": 10.0, "shape": "round"}))
    early = registry.assign(Assignment("wasser.b", "b", 0, 100, ("water.volume_total",), (("channel", "1"),)))

    for each in (registry, opening()):
        assert each.assignments() == [early, late]
        assert each.assignments(point="b") == [early, late]
        assert each.assignments(device="wasser.a") == [late]
        assert each.assignments(device="wasser.a", point="a") == []


ALL, VOLUME, FLOW = (), ("water.volume_total",), ("water.flow", "water.volume_total")


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        (Assignment("wasser.a", "a", 0), Assignment("wasser.a", "b", 100), False),
        (Assignment("wasser.a", "a", 0, 100), Assignment("wasser.a", "b", 100), True),
        (Assignment("wasser.a", "a", 0, None, VOLUME), Assignment("wasser.a", "b", 5, None, FLOW), False),
        (Assignment("wasser.a", "a", 0, None, VOLUME), Assignment("wasser.a", "b", 5, None, ("water.flow",)), True),
        (Assignment("wasser.a", "a", 0), Assignment("wasser.a", "b", 5, None, VOLUME), True),
        (
            Assignment("wasser.a", "a", 0, None, (), (("channel", "1"),)),
            Assignment("wasser.a", "b", 0, None, (), (("channel", "2"),)),
            True,
        ),
        (
            Assignment("wasser.a", "a", 0, None, (), (("channel", "1"),)),
            Assignment("wasser.a", "b", 0, None, (), (("channel", "1"),)),
            False,
        ),
    ],
)
def test_one_reading_never_has_two_places(
    registry: SqlRegistry, first: Assignment, second: Assignment, fits: bool
) -> None:
    registry.sight([seen("a"), seen("b")])
    registry.assign(first)
    if fits:
        registry.assign(second)
        return
    with pytest.raises(Misconfigured, match=r"point 'b'.*overlaps.*point 'a'.*no\. 1"):
        registry.assign(second)
    assert len(registry.assignments()) == 1


def test_an_assignment_that_ended_makes_room_for_the_next(registry: SqlRegistry) -> None:
    registry.sight([seen("a"), seen("b")])
    first = registry.assign(Assignment("wasser.a", "a", 0))
    assert first.id is not None
    registry.end_assignment(first.id, 50)
    second = registry.assign(Assignment("wasser.a", "b", 50))

    assert registry.assignments("wasser.a") == [replace(first, until=50), second]
    with pytest.raises(Misconfigured, match="overlaps"):
        registry.end_assignment(first.id, 60)
    with pytest.raises(Misconfigured, match=r"no\. 99"):
        registry.end_assignment(99, 60)


def test_mistakes_are_told_in_words_and_change_nothing(registry: SqlRegistry) -> None:
    registry.sight([seen("a")])
    version = registry.version
    mistakes: list[tuple[Callable[[], object], str]] = [
        (lambda: registry.assign(Assignment("wasser.x", "a", 0)), "no such device"),
        (lambda: registry.assign(Assignment("wasser.a", "x", 0)), "no such point"),
        (lambda: registry.assign(Assignment("wasser.a", "a", 5, 5)), "end after it starts"),
        (lambda: registry.save_site(Site("s", "nirgends", "S")), "no tenant 'nirgends'"),
        (lambda: registry.save_point(Point("p", "neudorf", "P", site="s")), "no site 's'"),
        (lambda: registry.save_point(Point("p", "nirgends", "P")), "no tenant 'nirgends'"),
        (lambda: registry.save_device(Device("x", "wasser", "y")), "must be wasser.y"),
        (lambda: registry.save_device(Device("fremd.y", "fremd", "y")), "no application 'fremd'"),
        (lambda: registry.set_interval("wasser.x", Interval(0, 60.0, "configured")), "no such device"),
        (lambda: registry.set_interval("wasser.a", Interval(0, 0.0, "configured")), "above 0"),
    ]
    for mistake, words in mistakes:
        with pytest.raises(Misconfigured, match=words):
            mistake()
    assert registry.version == version
