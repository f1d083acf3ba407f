"""What happens to the clock."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from faults.clocks import FakeTime
from faults.world import World
from smartregion.clock import HOUR, SECOND

BEFORE_CHANGE: Final = 45 * SECOND
"""Between the making of the world and the change of daylight saving time."""
SPRING: Final = int(datetime(2027, 3, 28, 1, tzinfo=UTC).timestamp()) * SECOND
AUTUMN: Final = int(datetime(2026, 10, 25, 1, tzinfo=UTC).timestamp()) * SECOND


def faked(folder: Path, ahead: int) -> Mapping[str, str]:
    """Have the platform's clock be so many nanoseconds ahead."""
    clock = FakeTime(folder)
    clock.set(ahead)
    return clock.environment()


def jumps(world: World) -> None:
    """The clock jumps an hour ahead, back, an hour behind and back, each time with a cut of the connection."""
    clock = FakeTime(world.folder)
    with world.load(100):
        for ahead in (HOUR, 0, -HOUR, 0):
            clock.set(ahead)
            world.pause(1.0, 2.0)
            world.route.down()
            world.pause(0.5, 1.0)
            world.route.up()
            world.pause(3.0, 4.0)


def change(at: int, world: World) -> None:
    """The clock goes over the change of daylight saving time under load."""
    assert world.clock.now() < at, "the machine was too slow: the change was over before the load began"
    with world.load(50):
        while world.clock.now() < at + 3 * SECOND:
            time.sleep(0.2)
            if abs(world.clock.now() - at) < SECOND:
                world.route.down()
                world.route.up()
