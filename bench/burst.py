"""Very many uplinks at once: what is lost live, and that the back-fill brings it; what an uplink costs."""

import time

from bench.children import Reply
from bench.figure import Figure, Result
from bench.pair import Pair, pair, until
from bench.size import Size


def run(size: Size) -> Result:
    """One burst that waits for the reader, for its speed and cost; one that does not, as the real server."""
    with pair(size.devices, storage=True) as both:
        both.warm_up(size.devices)
        patient, cpu, rate = _patient(both, size.burst)
        lost, after, seconds = _hasty(both, size.burst)
    settled = after["received"] - after["duplicate"]
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
        | {"backfill_seconds": round(seconds, 1), "first_burst": patient},
    )


def _patient(both: Pair, count: int) -> tuple[Reply, float, float]:
    """What was sent, seconds of CPU until all was settled, and uplinks a second."""
    both.network.ask("prepare", count=count)
    before, begun = both.stand(), time.monotonic()
    sent = both.network.ask("publish", rate=None, lossless=True)
    after = both.settle(before["received"] + count)
    elapsed = time.monotonic() - begun
    both.rest()
    return sent, after["cpu"] - before["cpu"], count / elapsed


def _hasty(both: Pair, count: int) -> tuple[int, Reply, float]:
    """How many were lost live, how it stands after the back-fill, and how many seconds that took."""
    first = both.network.ask("prepare", count=count)["first"]
    before = both.stand()
    sent = both.network.ask("publish", rate=None, lossless=False)
    lost = sent["dropped"] + sent["unheard"]
    both.settle(before["received"] + count - lost)
    begun = time.monotonic()
    both.service.ask("fill_gaps", start=first - first % 1_000_000)
    until(lambda: both.service.ask("gaps"), lambda reply: "running" not in reply["states"])
    return lost, both.settle(before["received"] + count), time.monotonic() - begun
