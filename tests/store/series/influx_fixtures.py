"""What the tests of the InfluxDB store share: stores on a server of their own choice, and what they tell."""

import structlog
from structlog.testing import CapturingLogger

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.logs import Logger
from smartregion.model import Record, Series

NOW = 1_763_000_000_000_000_000 // HOUR * HOUR
WATER = Series("rathaus", "app.meter-1", "water.volume_total", (), "musterstadt", "rathaus", "water")
FLOW = Series("rathaus", "app.meter-1", "water.flow", (), "musterstadt", "rathaus", "water")
AIR = Series("schule", "app.air-1", "air.temperature", (), "neudorf", "schule", "buildings")
EVER = (-(2**63), 2**63)


def records(series: Series, count: int, *, start: int = NOW - DAY, step: int = 15 * MINUTE) -> list[Record]:
    """One series, counting."""
    return [Record(series, start + number * step, float(number)) for number in range(count)]


def capturing() -> tuple[Logger, CapturingLogger]:
    """A logger, and what it was told."""
    told = CapturingLogger()
    logger: Logger = structlog.wrap_logger(told, processors=[], wrapper_class=structlog.make_filtering_bound_logger(20))
    return logger, told


def words(told: CapturingLogger) -> list[tuple[str, object]]:
    """Method and event of each call."""
    return [(call.method_name, call.kwargs.get("event")) for call in told.calls]
