"""What happens to the store of the readings, and to the disk of the journal."""

import time

from faults.disks import filled
from faults.world import World

SLOW_BYTES = 30_000


def store_gone(world: World) -> None:
    """InfluxDB is killed and away under load, then starts again."""
    with world.load():
        world.pause(0.5, 1.0)
        world.influx.influx.kill()
        time.sleep(world.form.away_seconds)
        world.influx.influx.start()


def store_refuses(world: World) -> None:
    """Every request is answered with 503 under load."""
    with world.load(), world.influx.refusing():
        time.sleep(world.form.away_seconds)


def store_slow(world: World) -> None:
    """The way to InfluxDB is slow, and answers are lost after the work was done."""
    proxy = world.influx.proxy
    with world.load():
        proxy.bytes_a_second, proxy.delay = SLOW_BYTES, 0.2
        proxy.cut_replies(3)
        time.sleep(world.form.away_seconds)
        proxy.bytes_a_second = proxy.delay = 0


def store_full(world: World) -> None:
    """Its disk is full under load; there is room again, and it is started anew, as its operator is told to."""
    with world.load():
        with filled(world.influx.disk):
            time.sleep(world.form.away_seconds)
        world.influx.influx.kill()
        world.influx.influx.start()


def journal_full(world: World) -> None:
    """The disk of the data folder is full under load, and there is room again."""
    with world.load():
        world.pause(0.5, 1.0)
        with filled(world.service.data):
            time.sleep(world.form.away_seconds)
        world.pause(0.5, 1.0)
