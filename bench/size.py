"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Counts and times of all benchmarks."""

    devices: int = 10_000
    rounds: int = 3
    """How often a figure is taken, the best one counts."""
    burst: int = 100_000
    disk: int = 50_000
    redecoded: int = 1_000_000
    """Archived uplinks that are decoded again."""
    series: int = 10_000
    asked: int = 40
    """How often a question is put."""
    hold_seconds: float = 20.0
    """How long a rate has to be held."""
    rates: tuple[int, ...] = (
        500,
        1_000,
        2_000,
        3_000,
        4_000,
        5_000,
        6_000,
        7_000,
        8_000,
        9_000,
        10_000,
        11_000,
        12_000,
    )
    minutes: float = 2.0
    """How long the county runs at its usual rate before the memory is read."""
    county_rate: float = 11.0
    """Uplinks a second of 10 000 devices that send every 15 minutes."""
    seen: int = 600
    """Uplinks whose way into the API is timed."""
    calls: int = 2_000
    """Frames that a JavaScript codec decodes."""


QUICK = Size(
    devices=60,
    rounds=1,
    burst=600,
    disk=600,
    redecoded=600,
    series=60,
    asked=3,
    hold_seconds=1.0,
    rates=(100, 200),
    minutes=0.05,
    county_rate=40.0,
    seen=20,
    calls=20,
)
