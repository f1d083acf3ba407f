"""What a benchmark gives: figures, what is wanted of them, and under which conditions they were measured."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number. At most one bound is given: docs/design names it."""

    what: str
    value: float | None
    """None: not measured here; the conditions say why."""
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def wanted(self) -> str:
        """The bound as text; empty when there is none."""
        if self.at_most is not None:
            return f"≤ {number(self.at_most)} {self.unit}"
        return f"≥ {number(self.at_least)} {self.unit}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """Whether it keeps within its bound; None where there is none, or nothing was measured."""
        if self.value is None:
            return None
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.value >= self.at_least if self.at_least is not None else None


@dataclass(frozen=True, slots=True)
class Result:
    """What one benchmark found out."""

    benchmark: str
    figures: tuple[Figure, ...]
    conditions: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON object."""
        figures = [
            {**asdict(each), "value": rounded(each.value), "wanted": each.wanted, "met": each.met}
            for each in self.figures
        ]
        return {
            "benchmark": self.benchmark,
            "conditions": self.conditions,
            "figures": figures,
            "details": dict(self.details),
        }


def number(value: float | None) -> str:
    """Three digits that count, thousands apart by a thin space."""
    if value is None:
        return "not measured"
    kept = rounded(value) or 0.0
    text = f"{kept:,.0f}" if abs(kept) >= 100 else f"{kept:g}"
    return text.replace(",", "\u202f")


def rounded(value: float | None) -> float | None:
    """Three digits that count; whole numbers stay whole."""
    if not value:
        return value
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return round(value, places)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
