"""How much memory the whole process takes: idle, after the county's usual rate, and after a burst."""

from bench.figure import Figure, Result
from bench.pair import Pair, pair
from bench.size import Size

MEGABYTE = 1_000_000
WANTED = 256


def run(size: Size) -> Result:
    """Idle, usual rate, burst: one after the other in one process."""
    with pair(size.devices, storage=False) as both:
        idle = both.stand()
        usual, cpu = _after_minutes(both, size)
        burst = _after_burst(both, size.burst)
    return Result(
        "memory",
        (
            Figure("memory (RSS), idle", idle["rss"] / MEGABYTE, "MB"),
            Figure(f"memory (RSS), after {size.minutes:g} minutes", usual["rss"] / MEGABYTE, "MB", at_most=WANTED),
            Figure(f"memory (RSS), then after {size.burst} uplinks at once", burst["rss"] / MEGABYTE, "MB"),
            Figure("memory (RSS), highest of all", burst["peak"] / MEGABYTE, "MB"),
            Figure(f"CPU at {size.county_rate:g} uplinks/s, rollups and API included", cpu * 100, "% of a core"),
        ),
        f"{size.devices} devices; {size.minutes:g} minutes at {size.county_rate:g} uplinks/s were run, "
        "the design names 60 (--minutes 60)",
    )


def _after_burst(both: Pair, count: int) -> dict[str, float]:
    """How it stands when the burst is settled and summed up."""
    both.network.ask("prepare", count=count)
    before = both.stand()
    both.network.ask("publish", rate=None, lossless=True)
    both.settle(before["distinct"] + count)
    both.rest()
    return both.stand()


def _after_minutes(both: Pair, size: Size) -> tuple[dict[str, float], float]:
    """How it stands, and the share of a core it took."""
    count = int(size.minutes * 60 * size.county_rate)
    before = both.stand()
    both.network.ask("live", count=count, rate=size.county_rate, devices=size.devices)
    after = both.settle(before["distinct"] + count)
    return after, (after["cpu"] - before["cpu"]) / (size.minutes * 60)
