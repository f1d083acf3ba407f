"""Series, rollups and totals that the tests of this folder share."""

from smartregion.clock import DAY, HOUR, MINUTE, SECOND
from smartregion.model import Rollup, Series, Total
from store.series.protocol import DirtyHour

EVER = (-(2**63), 2**63)
FIRST, LAST = -(2**63) + 2, 2**63 - 2
"""The first and last nanosecond that every store holds."""
NOON = 1_760_000_400 * SECOND // HOUR * HOUR
WATER = Series("town-hall", "app.meter-1", "water.volume_total", tenant="musterstadt", site="hall", domain="water")
AIR = Series("school", "app.air-1", "air.temperature", tenant="neudorf", site="school", domain="buildings")


def make_rollup(start: int, level_length: int = HOUR, *, n: int = 4, first: float = 1.0) -> Rollup:
    return Rollup(
        start, start + level_length, n, first, 9.5, 20.25, first, start + 1, 9.5, start + 2, 0.5, None, 3, 7 * MINUTE
    )  # fmt: skip


def make_total(start: int, tenant: str = "musterstadt", quantity: str = "water.volume_total", n: int = 7) -> Total:
    return Total(tenant, quantity, start, start + DAY, 3, n, -1.0, 8.0, 30.5, 9.0, None, 12.5, None, 96, 5 * MINUTE)


def hours(found: list[DirtyHour]) -> list[tuple[Series, int]]:
    return [(dirty.series, dirty.hour) for dirty in found]
