"""One curve for each domain: how the whole region did in the last days."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from console.chart import unit_of
from queries.bundle import Queries
from queries.figures import FigureQuery, TooMuch
from smartregion.clock import DAY
from smartregion.quantities import QUANTITIES

_MILLISECOND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Trend:
    """What a domain's curve shows."""

    quantity: str
    function: str
    window: str
    days: int


TRENDS: Final[Mapping[str, Trend]] = {
    "energy": Trend("energy.active_import_total", "increase", "1d", 14),
    "water": Trend("water.volume_total", "increase", "1d", 14),
    "mobility": Trend("parking.occupied", "share", "1h", 7),
    "environment": Trend("air.temperature", "mean", "1h", 7),
    "buildings": Trend("air.co2", "mean", "1h", 7),
}


def trend_data(queries: Queries, domain: str) -> dict[str, Any]:
    """As JSON, in the form of a point's chart. Raises Unavailable."""
    trend = TRENDS[domain]
    quantity = QUANTITIES[trend.quantity]
    end = queries.clock.now()
    start = end - trend.days * DAY
    share = trend.function == "share"
    factor = 100.0 if share else quantity.display_factor
    try:
        rows = queries.figures.ask(
            FigureQuery(
                quantity=quantity.name,
                start=start,
                end=end,
                window=trend.window,
                fn=trend.function,
                group_by="none",
                domains=(domain,),
            )
        )
    except TooMuch:
        rows = []
    bars = trend.function == "increase"
    return {
        "mode": "bars" if bars else "line",
        "per": "day" if bars else "hour",
        "times": [row.start // _MILLISECOND for row in rows],
        "lines": [{"name": "", "values": [None if row.value is None else row.value * factor for row in rows]}],
        "coverages": [row.coverage.share for row in rows],
        "unit": unit_of(quantity, share=share),
        "from": (rows[0].start if rows else start) // _MILLISECOND,
        "to": end // _MILLISECOND,
    }
