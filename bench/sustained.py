"""Which rate of uplinks one process holds, from MQTT to the embedded store, and what an uplink costs at that rate."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.figure import Figure, Result
from bench.pair import Pair, pair
from bench.size import Size

WANTED_RATE = 10_000
# What may be unsettled when the last uplink is out: the chunk in the making, and a second's work.
BACKLOG_SECONDS = 1.2
REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One rate, tried."""

    rate: float
    """As published; not the one aimed for when the network itself was slower."""
    lost: int
    behind: float
    """Seconds until all was settled after the last was published."""
    cpu: float
    """Seconds of CPU for one uplink."""
    held: bool


def run(size: Size) -> Result:
    """Search the highest rate that is held."""
    trials: list[Trial] = []
    with pair(size.devices, storage=False) as both:
        both.warm_up(size.devices)
        low, high = 0, len(size.rates)
        while low < high:
            middle = (low + high) // 2
            trials.append(_try(both, size.rates[middle], size.hold_seconds))
            low, high = (middle + 1, high) if trials[-1].held else (low, middle)
    held = [each for each in trials if each.held]
    best = max(held, key=lambda each: each.rate, default=None)
    return Result(
        "sustained",
        (
            Figure("sustained ingest over MQTT", best.rate if best else 0.0, "uplinks/s", at_least=WANTED_RATE),
            Figure("highest rate tried that lost nothing, settled later", _lossless(trials), "uplinks/s"),
            Figure("CPU per uplink at the rate held, whole process", best.cpu * 1e6 if best else None, "µs"),
        ),
        f"held for {size.hold_seconds:g} s with no loss and less than {BACKLOG_SECONDS} s of backlog at the end; "
        f"{size.devices} devices, 6 connections, SQLite journal, DuckDB, rollups, API; the sender on the same cores",
        {"trials": [_as_row(each) for each in trials]},
    )


def _try(both: Pair, rate: int, seconds: float) -> Trial:
    count = int(rate * seconds)
    both.network.ask("prepare", count=count)
    before = both.stand()
    sent = both.network.ask("publish", rate=rate, lossless=False)
    ended = time.monotonic()
    lost = sent["dropped"] + sent["unheard"]
    after = both.settle(before["distinct"] + count - lost)
    behind = time.monotonic() - ended
    both.rest(REST_SECONDS)
    lost += after["refused"] - before["refused"]
    paced = count / sent["seconds"]
    held = lost == 0 and behind <= BACKLOG_SECONDS and paced >= 0.97 * rate
    return Trial(paced, lost, behind, (after["cpu"] - before["cpu"]) / (count - lost), held)


def _lossless(trials: Sequence[Trial]) -> float:
    """The journal takes messages faster than the worker settles them; none is lost meanwhile."""
    return max((each.rate for each in trials if each.lost == 0), default=0.0)


def _as_row(trial: Trial) -> dict[str, float | bool]:
    return {
        "rate": round(trial.rate),
        "lost": trial.lost,
        "behind_s": round(trial.behind, 2),
        "cpu_us": round(trial.cpu * 1e6, 1),
        "held": trial.held,
    }
