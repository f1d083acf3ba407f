"""Power is cut: folders are rebuilt as a disk would hold them at random moments; the platform goes on from there."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from faults.judging import Account, judge
from faults.recording import Act, Disk, acts, environment, rebuild
from faults.routes import Stack
from faults.world import PATIENCE_SECONDS, World
from tests.whole.service import Service


def recorded(folder: Path, _ahead: int) -> Mapping[str, str]:
    """Have the platform's writes and flushes be written down."""
    (folder / "data").mkdir()
    return environment(folder, folder / "data")


def cuts(world: World) -> None:
    """Under load power is cut at random moments; from each of them the platform starts, fetches, and is judged."""
    with world.load(100):
        world.pause(4.0, 5.0)
        world.service.stop()
        world.service.start()
        world.service.wait_until_ready()
        world.pause(4.0, 5.0)
    world.service.kill()
    for number, files in enumerate(_moments(world)):
        world.besides = world.besides.plus(_go_on(world, number, files))
    world.service.start()


def _moments(world: World) -> Iterator[Mapping[str, bytes]]:
    """What the disk holds at each of the moments; every other one loses all that was not flushed."""
    record = list(acts(world.folder / "record"))
    chosen = sorted(world.random.sample(range(len(record)), min(world.form.cuts, len(record))))
    return _played(record, chosen, world.random)


def _played(record: list[Act], chosen: list[int], chance: random.Random) -> Iterator[Mapping[str, bytes]]:
    disk, begun = Disk(), 0
    for number, moment in enumerate(chosen):
        for act in record[begun:moment]:
            disk.play(act)
        begun = moment
        yield disk.after_cut(chance, 0.5 * (number % 2))


def _go_on(world: World, number: int, files: Mapping[str, bytes]) -> Account:
    """Start from what is left, until all that was ever sent is there."""
    folder = world.folder / f"cut-{number}"
    folder.mkdir()
    rebuild(files, (world.folder / "data").resolve(), folder / "data")
    assert isinstance(world.route, Stack)
    with Service(folder, world.service.region.read_text("utf-8"), key=world.route.key) as service:
        service.wait_until_ready()
        service.wait_for(lambda: _complete(service, len(world.sent)), PATIENCE_SECONDS)
        assert service.stop() == 0
    account = judge(service.data, world.place, world.sent)
    told = (f"cut {number}: a stack trace",) if "Traceback" in service.told() else ()
    return replace(account, wrong=(*account.wrong, *told))


def _complete(service: Service, wanted: int) -> bool:
    totals = service.totals()
    return not totals["queued"] and totals["received"] - totals["duplicate"] >= wanted
