"""How full a container is: as its sensor says, or worked out from the distance and the container's measures."""

from console.fleet import Row, Value
from queries.bundle import Queries

EMPTY, FULL = "empty_distance", "full_distance"
"""Parameters of an assignment: metres from the sensor to the bottom, and to the content of a full container."""


def fill_of(row: Row, queries: Queries) -> Value | None:
    """The fill level in percent; None without a sensor of its own or the container's measures."""
    told, distance = row.find("level.fill_percent"), row.find("level.distance")
    if told is not None or distance is None:
        return told
    measures = _measures(row, queries, distance.time)
    if measures is None:
        return None
    empty, full = measures
    share = min(max((empty - distance.value) / (empty - full), 0.0), 1.0)
    return Value("", "level.fill_percent", (), share * 100, distance.time, distance.stale)


def _measures(row: Row, queries: Queries, time: int) -> tuple[float, float] | None:
    for assignment in queries.registry.assignments(point=row.id):
        empty, full = assignment.parameters.get(EMPTY), assignment.parameters.get(FULL)
        known = isinstance(empty, int | float) and isinstance(full, int | float)
        if known and assignment.covers(time) and float(empty or 0) > float(full or 0):
            return float(empty or 0), float(full or 0)
    return None
