"""What may be wrong with the messages."""

from faults.world import World
from smartregion.clock import HOUR


def storm(world: World) -> None:
    """Each uplink five times, in another order each time."""
    for _ in range(4):
        made = world.send(200)
        for _ in range(4):
            world.route.send(world.random.sample(made, len(made)))


def out_of_order(world: World) -> None:
    """Uplinks of the last hours, in any order."""
    made = list(world.maker.make(1_000, ago=lambda: world.random.randrange(12 * HOUR)))
    world.random.shuffle(made)
    world.route.send(made)
    world.sent += made


def poisoned(world: World) -> None:
    """One payload of ten can't be read."""
    world.send(2_000, unreadable=0.1)
