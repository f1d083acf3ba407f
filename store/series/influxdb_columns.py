"""Rollups and totals as fields of InfluxDB. Pure.

Fields can't be deleted, so what a figure does not have must be told from what an older row left behind: `has` says
which of the optional fields hold (a sum of `INCREASE` …), and a rollup with n = 0 is none. Times of the first and last
reading are nanoseconds since the window's start: a float holds them exactly (up to 104 days), unlike those since 1970.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from smartregion.clock import HOUR, SECOND
from smartregion.model import Level, Rollup, Total
from store.series.influxdb_lines import finite

ROLLUP: Final = (
    "n", "min", "max", "sum", "first", "first_ns", "last", "last_ns", "gap_s", "has", "inc", "on_s", "slots", "end_s",
)  # fmt: skip
"""None is the end of another, so that `<field>_<name>` is read in one way only."""
TOTAL: Final = (
    "points", "n", "min", "max", "sum", "means", "end_s", "gap_s", "has", "inc", "on_s", "slots", "expected",
)  # fmt: skip

INCREASE: Final = 1
ON_SECONDS: Final = 2
SLOTS: Final = 4
END: Final = 8
"""A rollup of an hour that does not end an hour after its start; days and months always have it."""
EXPECTED: Final = 16

GONE: Final = {"n": 0.0, "has": 0.0}


def columns_of(field: str) -> list[str]:
    """The fields of a field's rollup, in order."""
    return [f"{field}_{name}" for name in ROLLUP]


def rollup_fields(level: Level, rollup: Rollup) -> dict[str, float]:
    """What is written for a rollup."""
    start = rollup.start
    fields: dict[str, float] = {
        "n": float(rollup.n),
        "min": finite(rollup.minimum),
        "max": finite(rollup.maximum),
        "sum": finite(rollup.total),
        "first": finite(rollup.first),
        "first_ns": float(rollup.first_time - start),
        "last": finite(rollup.last),
        "last_ns": float(rollup.last_time - start),
        "gap_s": rollup.gap / SECOND,
    }
    end = None if level is Level.HOUR and rollup.end == start + HOUR else (rollup.end - start) / SECOND
    optional = (
        ("inc", INCREASE, rollup.increase),
        ("on_s", ON_SECONDS, rollup.on_seconds),
        ("slots", SLOTS, rollup.slots),
        ("end_s", END, end),
    )
    return _with_optional(fields, optional)


def rollup_of(row: Sequence[Any]) -> Rollup | None:
    """The rollup of a row: time, then ROLLUP; None when there is none."""
    start, n, minimum, maximum, total, first, first_ns, last, last_ns, gap, has, increase, on_seconds, slots, end = row
    if not n:
        return None
    marks = int(has)
    return Rollup(
        start,
        start + (nanoseconds(end) if marks & END else HOUR),
        int(n),
        minimum,
        maximum,
        total,
        first,
        start + int(first_ns),
        last,
        start + int(last_ns),
        increase if marks & INCREASE else None,
        on_seconds if marks & ON_SECONDS else None,
        int(slots) if marks & SLOTS else None,
        nanoseconds(gap),
    )


def total_fields(total: Total) -> dict[str, float]:
    """What is written for a total."""
    fields: dict[str, float] = {
        "points": float(total.points),
        "n": float(total.n),
        "min": finite(total.minimum),
        "max": finite(total.maximum),
        "sum": finite(total.total),
        "means": finite(total.means),
        "end_s": (total.end - total.start) / SECOND,
        "gap_s": total.gap / SECOND,
    }
    optional = (
        ("inc", INCREASE, total.increase),
        ("on_s", ON_SECONDS, total.on_seconds),
        ("slots", SLOTS, total.slots),
        ("expected", EXPECTED, total.expected),
    )
    return _with_optional(fields, optional)


def total_of(tenant: str, quantity: str, row: Sequence[Any]) -> Total:
    """The total of a row: time, then TOTAL."""
    start, points, n, minimum, maximum, total, means, end, gap, has, increase, on_seconds, slots, expected = row
    marks = int(has)
    return Total(
        tenant,
        quantity,
        start,
        start + nanoseconds(end),
        int(points),
        int(n),
        minimum,
        maximum,
        total,
        means,
        increase if marks & INCREASE else None,
        on_seconds if marks & ON_SECONDS else None,
        int(slots) if marks & SLOTS else None,
        int(expected) if marks & EXPECTED else None,
        nanoseconds(gap),
    )


def nanoseconds(seconds: float) -> int:
    """Exact for what began as whole nanoseconds and lasts less than 48 days."""
    whole = int(seconds)
    return whole * SECOND + round((seconds - whole) * SECOND)


def _with_optional(fields: dict[str, float], optional: Sequence[tuple[str, int, float | None]]) -> dict[str, float]:
    has = 0
    for name, mark, value in optional:
        if value is not None:
            has |= mark
            fields[name] = finite(float(value))
    fields["has"] = float(has)
    return fields


def named(field: str, fields: Mapping[str, float]) -> dict[str, float]:
    """The fields as they stand in a line beside those of other quantities."""
    return {f"{field}_{name}": value for name, value in fields.items()}
