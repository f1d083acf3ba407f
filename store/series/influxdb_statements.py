"""InfluxQL of the kinds that 1.x, 2.x and 3.x understand alike. Pure.

The text holds names of our own vocabulary only (checked by `influxdb_lines`); all else is bound.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from smartregion.model import Attributes
from store.series.influxdb_lines import EARLIEST, LATEST

Given = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement and what is bound to it."""

    text: str
    given: Given

    @classmethod
    def select(
        cls,
        what: Iterable[str],
        measurement: str,
        condition: "Condition",
        tail: str = "",
    ) -> Self:
        """Rows of each series of the server's, with its tags."""
        words = ["SELECT", ", ".join(what), "FROM", f'"{measurement}"', "WHERE", condition.text, "GROUP BY *", tail]
        return cls(" ".join(words).rstrip(), condition.given)

    @classmethod
    def delete(cls, measurement: str, tags: Attributes, start: int, stop: int) -> Self:
        """For servers of 1.x: what has these tags between both times, inclusive."""
        condition = Condition.between(start, stop + 1).with_tags(tags)
        return cls(" ".join(["DELETE FROM", f'"{measurement}"', "WHERE", condition.text]), condition.given)


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands behind WHERE."""

    text: str
    given: Given

    @classmethod
    def between(cls, start: int, end: int) -> Self:
        """start ≤ time < end; what lies outside of InfluxDB's times is cut."""
        given = {"start": max(start, EARLIEST), "last": min(end - 1, LATEST)}
        return cls("time >= $start AND time <= $last", given)

    def with_tags(self, tags: Attributes) -> "Condition":
        """These tags, and perhaps more."""
        names = {f"tag{number}": value for number, (_, value) in enumerate(tags)}
        texts = [f'"{name}" = $tag{number}' for number, (name, _) in enumerate(tags)]
        return Condition(" AND ".join([self.text, *texts]), {**self.given, **names})

    def with_one_of(self, tag: str, values: Collection[str]) -> "Condition":
        """A tag that has one of several values; no values: whatever it has."""
        if not values:
            return self
        names = {f"{tag}{number}": value for number, value in enumerate(values)}
        text = " OR ".join(f'"{tag}" = ${name}' for name in names)
        return Condition(f"{self.text} AND ({text})", {**self.given, **names})

    def with_positive(self, field: str) -> "Condition":
        """A field above zero."""
        return Condition(f'{self.text} AND "{field}" > 0', self.given)


def quoted(names: Sequence[str]) -> list[str]:
    """Names of fields as they stand in a query."""
    return [f'"{name}"' for name in names]
