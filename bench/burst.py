"""Very many uplinks at once: what is lost live, and that the back-fill brings it; what an uplink costs."""

import time

from bench.children import Reply
from bench.figure import Figure, Result
from bench.pair import PATIENCE, Pair, pair
from bench.size import Size

LOOK_SECONDS = 0.2


def run(size: Size) -> Result:
    """One burst that waits for the reader, for its speed and cost; one that does not, as the real server."""
    with pair(size.devices, storage=True) as both:
        both.warm_up(size.devices)
        cpu, rate, caught_up = patient(both, size.burst)
        lost, after, seconds = _hasty(both, size.burst)
    settled = after["distinct"] - after["queued"]
    missing = size.devices + 2 * size.burst - settled
    return Result(
        "burst",
        (
            Figure("burst: CPU per uplink, whole process", cpu / size.burst * 1e6, "µs"),
            Figure("burst: settled", rate, "uplinks/s"),
            Figure("burst at line speed: lost live", lost, "uplinks"),
            Figure("burst at line speed: lost after back-fill", missing, "uplinks", at_most=0),
        ),
        f"{size.burst} uplinks of {size.devices} devices each time; the sender waits for slow readers in the first "
        "burst, drops in the second as The Things Stack does",
        {"ledger": {name: after[name] for name in ("stored", "ignored", "quarantined", "duplicate")}}
        | {"backfill_seconds": round(seconds, 1), "rollups_caught_up_after_seconds": round(caught_up, 1)},
    )


def patient(both: Pair, count: int) -> tuple[float, float, float]:
    """Seconds of CPU until all was settled, uplinks a second, and seconds until the rollups had caught up then."""
    both.network.ask("prepare", count=count)
    before, begun = both.stand(), time.monotonic()
    both.network.ask("publish", rate=None, lossless=True)
    after = both.settle(before["distinct"] + count)
    elapsed = time.monotonic() - begun
    return after["cpu"] - before["cpu"], count / elapsed, both.rest()


def _hasty(both: Pair, count: int) -> tuple[int, Reply, float]:
    """How many were lost live, how it stands after the back-fill, and how many seconds that took."""
    first = both.network.ask("prepare", count=count)["first"]
    before = both.stand()
    sent = both.network.ask("publish", rate=None, lossless=False)
    lost = sent["dropped"] + sent["unheard"]
    both.settle(before["distinct"] + count - lost)
    begun = time.monotonic()
    both.service.ask("fill_gaps", start=first - first % 1_000_000)
    after = _whole(both, before["distinct"] + count)
    return lost, after, time.monotonic() - begun


def _whole(both: Pair, expected: int) -> Reply:
    """How it stands when so many different uplinks are settled, or when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        stand = both.stand()
        if stand["distinct"] - stand["queued"] >= expected:
            break
        time.sleep(LOOK_SECONDS)
    return stand
