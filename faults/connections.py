"""What happens to the connection and to the server behind it."""

import time

from faults.world import World


def server_gone(world: World) -> None:
    """The server is away for a while."""
    with world.load():
        world.pause(0.5, 1.0)
        world.route.down()
        time.sleep(world.form.away_seconds)
        world.route.up()


def server_restarts(world: World) -> None:
    """The whole of The Things Stack ends and comes back."""
    world.send(200)
    world.stack.restart(world.form.away_seconds / 5)
    world.send(200)
