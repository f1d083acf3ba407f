"""What happens to the process itself."""

import signal

from faults.world import World


def kills(world: World) -> None:
    """Kill it at random moments under load: some while it starts, most while it works."""
    with world.load():
        for _ in range(world.form.kills):
            if world.random.random() < 0.7:
                world.service.wait_until_ready()
            world.pause(0.1, 1.5)
            world.restart()


def sigterm(world: World) -> None:
    """Tell it to end, and start it again, under load."""
    with world.load():
        for _ in range(3):
            world.pause(0.5, 1.5)
            status = world.service.stop()
            assert status == 0, f"SIGTERM ended in status {status}"
            world.pause(0.2, 1.0)
            world.service.start()
            world.service.wait_until_ready()


def frozen(world: World) -> None:
    """Let it stand still, as a machine that is being moved does, and go on."""
    with world.load():
        world.pause(0.5, 1.0)
        world.service.process.send_signal(signal.SIGSTOP)
        world.pause(world.form.away_seconds / 2, world.form.away_seconds)
        world.service.process.send_signal(signal.SIGCONT)
        world.pause(0.5, 1.0)
    # What a reader that stands still misses live is found by a comparison: after this, or every five minutes.
    world.route.down()
    world.route.up()
