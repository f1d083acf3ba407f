"""What happens to the process itself."""

import signal
import subprocess

from faults.world import World
from tests.whole.service import PROGRAM, environment


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


def two(world: World) -> None:
    """A second process is started on the same data folder under load, again and again."""
    with world.load():
        for _ in range(3):
            command = [PROGRAM, "up", "--region", world.service.region, "--data", world.service.data, "--port", "0"]
            done = subprocess.run(
                [str(part) for part in command], env=environment(), capture_output=True, text=True, timeout=60
            )
            assert done.returncode == 1, f"the second process ended with status {done.returncode}"
            assert "in use" in done.stderr, done.stderr
            assert "Traceback" not in done.stderr, done.stderr


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
