"""Batches that tests recognise again, and what their child processes do with them until they are killed."""

import resource
import sys
import threading
from pathlib import Path

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.errors import Unavailable
from smartregion.model import Record, Series
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection

EVER = (-(2**63), 2**63)
NOON = 489_000 * HOUR
SERIES = [Series(f"point-{number}", f"app.device-{number}", "water.volume_total") for number in range(50)]


def make_batch(number: int, size: int = 50) -> list[Record]:
    """Batch after batch a minute later; every third corrects the one before."""
    minute = number - 1 if number % 3 == 2 else number
    return [Record(SERIES[index], NOON + minute * MINUTE + index, float(number)) for index in range(size)]


def make_wide_batch(number: int) -> list[Record]:
    """2500 records over fifty days."""
    return [
        Record(SERIES[index % 50], NOON + (number * 2500 + index) * 7_777_777_777 % (50 * DAY), index / 7)
        for index in range(2500)
    ]


def tell(word: str) -> None:
    """A line for the parent process."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def hold(path: Path) -> None:
    """Keep the file open until the parent has enough."""
    store = DuckSeries(path)
    tell("open")
    sys.stdin.read()
    store.close()


def write_and_compact(path: Path, number: int) -> None:
    """Write batch after batch and tell the number of each that is stored; compact without end meanwhile."""
    store = DuckSeries(path)

    def compact() -> None:
        while True:
            store.compact()

    threading.Thread(target=compact, daemon=True).start()
    while True:
        store.write(make_batch(number))
        tell(str(number))
        number += 1


def fill_disk(path: Path, room: int) -> None:
    """Write until a file may not grow any more, lift the limit, look whether all is there."""
    store = DuckSeries(path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    number = 0
    while is_stored(store, number):
        number += 1
    tell("full" if not is_stored(store, number) else "not full")
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.write(make_wide_batch(number))
    expected = [record for done in range(number + 1) for record in make_wide_batch(done)]
    for _ in range(2):
        found = store.read_many(SERIES, *EVER)
        same = {(one, *sample) for one, line in found.items() for sample in line} == set(expected)
        tell("works" if same and store.count(Selection(), *EVER) == len(expected) else "lost")
        store.compact()
    store.close()


def is_stored(store: DuckSeries, number: int) -> bool:
    """Whether there was room for the batch."""
    try:
        store.write(make_wide_batch(number))
    except Unavailable:
        return False
    return True


if __name__ == "__main__":
    target = Path(sys.argv[2])
    match sys.argv[1]:
        case "hold":
            hold(target)
        case "write":
            write_and_compact(target, int(sys.argv[3]))
        case "fill":
            fill_disk(target, int(sys.argv[3]))
