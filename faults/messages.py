"""What may be wrong with the messages."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from faults.sending import UNREADABLE, Sent
from faults.world import World
from simulator.uplinks import render
from smartregion.clock import HOUR
from tests.whole.service import PROGRAM

BRAND, MODEL, DEVICE = "acme", "endless", "schleife-01"
ENDLESS: Final = "function decodeUplink(input) { while (true) {} }"
PROFILE: Final = f'[[applications.profiles]]\ndevice = "schleife-*"\nbrand = "{BRAND}"\nmodel = "{MODEL}"\n'


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
    world.deliver(made)


def poisoned(world: World) -> None:
    """One payload of ten can't be read."""
    world.send(2_000, unreadable=0.1)


def endless_codec(folder: Path, _ahead: int) -> Mapping[str, str]:
    """Install a JavaScript codec that never ends."""
    file = folder / "endless.js"
    file.write_text(ENDLESS, encoding="utf-8")
    named = ("--brand", BRAND, "--model", MODEL, "--licence", "own", "--mapping", folder / "endless.toml")
    (folder / "endless.toml").write_text('[[fields]]\nfield = "t"\nquantity = "air.temperature"\n', encoding="utf-8")
    command = [PROGRAM, "decoder", "install", file, *named, "--data", folder / "data"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return {}


def endless(world: World) -> None:
    """Every tenth uplink is of a device whose codec never ends."""
    for _ in range(5):
        made = [_of_endless(each) if each.number % 10 == 0 else each for each in world.maker.make(200)]
        world.deliver(made)


def _of_endless(sent: Sent) -> Sent:
    frame = sent.frame._replace(device_id=DEVICE, f_port=1, payload=b"\1")
    return Sent(sent.number, frame, render(frame), UNREADABLE)
