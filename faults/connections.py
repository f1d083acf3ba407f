"""What happens to the connection and to the server behind it."""

import time

from faults.certificates import given
from faults.world import World
from tests.whole.service import KEY

SLOW_BYTES = 20_000
"""A second; what is sent meanwhile is ten times as much."""


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


def cut_without_end(world: World) -> None:
    """Nothing passes any more on the connections there are, and neither side is told."""
    with world.load(20):
        world.pause(0.5, 1.0)
        for each in world.stack.proxies:
            each.fall_silent()
        connected = world.service.told().count("mqtt connected")
        world.service.wait_for(lambda: world.service.told().count("mqtt connected") > connected, 150)


def slow_network(world: World) -> None:
    """Both ways are slow; in the end the server's side is gone, and the platform's is not told."""
    with world.load():
        for each in world.stack.proxies:
            each.bytes_a_second, each.delay = SLOW_BYTES, 0.05
        time.sleep(world.form.away_seconds)
    for each in world.stack.proxies:
        each.fall_silent()
        each.bytes_a_second = each.delay = 0
    world.stack.double.disconnect()


def silent_server(world: World) -> None:
    """Connections stay and nothing is delivered, as when its Redis is ill; the storage has it."""
    world.stack.double.redis_down(stored=True)
    with world.load(50):
        time.sleep(world.form.away_seconds)
    world.stack.double.redis_up()


def storage_late(world: World) -> None:
    """Away under load; its storage shows uplinks only after some seconds."""
    server_gone(world)


def storage_ill(world: World) -> None:
    """Away under load; its storage asks for patience, is away itself, and breaks off in the midst of an answer."""
    with world.load():
        world.pause(0.5, 1.0)
        world.route.down()
        time.sleep(world.form.away_seconds / 2)
        faults = world.stack.double.faults
        faults.throttle(3, 1)
        faults.unavailable(2)
        faults.break_stream(2, rows=17)
        world.route.up()


def certificate_expires(world: World) -> None:
    """The server comes back with a certificate that has expired; after a while it is renewed."""
    valid, expired = given(world.folder)
    world.send(100)
    world.stack.restart(certificate=expired)
    with world.load(50):
        world.service.wait_for(lambda: "certificate has expired" in world.service.told())
    world.stack.restart(certificate=valid)


def key_revoked(world: World) -> None:
    """The API key is deleted while it is in use, and allowed again after a while."""
    application = world.stack.application
    with world.load(50):
        application.revoke(KEY)
        world.stack.double.disconnect()
        world.service.wait_for(lambda: "refuses the key" in world.service.told())
        time.sleep(world.form.away_seconds / 4)
        application.keys = (KEY,)
        time.sleep(1)
