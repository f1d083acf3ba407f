"""What a series store promises. One conformance suite holds every store to it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from smartregion.model import Attributes, Level, Record, Rollup, Sample, Series, Total


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series: every field that is not empty narrows it down."""

    points: Collection[str] = ()
    devices: Collection[str] = ()
    quantities: Collection[str] = ()
    tenants: Collection[str] = ()
    sites: Collection[str] = ()
    domains: Collection[str] = ()
    attributes: Attributes = field(default=())


class DirtyHour(NamedTuple):
    """An hour whose rollup no longer agrees with the readings. `mark` tells a later write from an earlier one."""

    series: Series
    hour: int
    """Start of the UTC hour, nanoseconds."""
    mark: int


class Moved(NamedTuple):
    """A series belongs to another tenant than before: the totals of both have to be summed up again."""

    series: Series
    """As it belongs now."""
    tenant: str
    """Which it left."""
    mark: int


class Written(NamedTuple):
    """What a batch came to; all that is not named here is stored durably."""

    refused: Mapping[int, str] = MappingProxyType({})
    """Place in the batch → why the store will never take that record."""
    held: Mapping[str, str] = MappingProxyType({})
    """Tenant → why none of its records can be stored for now; the same call later is right."""


ALL_STORED: Final = Written()


class SeriesStore(Protocol):
    """Readings by series and time, and what was summed up from them."""

    def write(self, records: Sequence[Record]) -> Written:
        """Store a batch durably. The same series and time again replaces the value; within a batch the last wins.

        Every hour touched becomes dirty; who sums it up also sees to the hours of the neighbouring readings.

        Raises:
            Unavailable: away for all tenants; nothing of the batch counts as stored.
        """
        ...

    def remove(self, series: Collection[Series], start: int, end: int) -> None:
        """Forget the samples of these series with start ≤ time < end; their hours become dirty.

        Samples of other series stay, whatever they have in common with these. Removing nothing is no error.

        Raises:
            Unavailable: away; some of it may be done, call again.
        """
        ...

    def series(self, which: Selection) -> list[Series]:
        """The series there are, ordered by point, quantity, attributes, device."""
        ...

    def read(self, series: Series, start: int, end: int, *, limit: int = 1000) -> list[Sample]:
        """Samples with start ≤ time < end in order of time; the next page starts at the last time + 1."""
        ...

    def read_many(self, series: Collection[Series], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series in one go; series without any are left out."""
        ...

    def edges(
        self, series: Collection[Series], start: int, end: int
    ) -> dict[Series, tuple[Sample | None, Sample | None]]:
        """For each series asked for its newest sample before `start` and its oldest at or after `end`."""
        ...

    def count(self, which: Selection, start: int, end: int) -> int:
        """How many samples a read over this selection would touch."""
        ...

    def dirty(self, limit: int) -> list[DirtyHour]:
        """Hours to sum up again, newest first; empty only when there is none."""
        ...

    def put_rollups(
        self,
        level: Level,
        rows: Iterable[tuple[Series, Rollup]],
        *,
        gone: Iterable[tuple[Series, int]] = (),
        clean: Iterable[DirtyHour] = (),
    ) -> None:
        """Replace rollups by (series, start); remove those `gone`; forget the dirty hours unless written since.

        All or nothing. Windows begin and end on whole seconds. A start both put and gone is put. Raises Unavailable.
        """
        ...

    def rollups(self, level: Level, which: Selection, start: int, end: int) -> dict[Series, list[Rollup]]:
        """Rollups with start ≤ rollup.start < end, in order of time."""
        ...

    def neighbours(
        self, level: Level, which: Selection, start: int, end: int
    ) -> dict[Series, tuple[Rollup | None, Rollup | None]]:
        """For each chosen series its newest rollup that starts before `start` and its oldest at or after `end`."""
        ...

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        """Replace totals by (tenant, quantity, start)."""
        ...

    def totals(
        self, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
    ) -> Mapping[str, list[Total]]:
        """Totals with start ≤ total.start < end by tenant, in order of time; no tenants named: all of them."""
        ...

    def moved(self) -> list[Moved]:
        """Series that left a tenant, until their totals are `settle_moved`; with all that their past is made of."""
        ...

    def settle_moved(self, moved: Iterable[Moved]) -> None:
        """The totals of both tenants are right again, unless the series left the tenant again since."""
        ...

    def latest(self) -> list[tuple[Series, Sample]]:
        """The newest sample of every series (slow: for the start only)."""
        ...

    def retain(self, readings_from: int) -> None:
        """Forget readings older than that; rollups stay, and hours that begin before it never become dirty again."""
        ...

    def check(self) -> None:
        """Prove that readings can be stored and found just now.

        Raises:
            Unavailable: they can't, and what to do. (Trouble of single tenants: `held`.)
        """
        ...

    def held(self) -> Mapping[str, str]:
        """Which parts of the store take nothing until a person acts, and what is to be done."""
        ...

    def compact(self) -> None:
        """Do the housekeeping the store needs; safe at any time."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
