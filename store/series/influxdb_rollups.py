"""Rollups and totals in InfluxDB: `<tenant>_rollup`, and the operators' bucket."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from smartregion.model import Level, Rollup, Series, Total
from store.series.influxdb_address import OPERATORS, Role
from store.series.influxdb_address import ROLLUP as ROLLUP_BUCKET
from store.series.influxdb_asking import (
    REACHES,
    Owner,
    Portion,
    Shelf,
    Stretch,
    ahead,
    behind,
    blocks,
    nearest_portions,
    portions,
)
from store.series.influxdb_columns import (
    GONE,
    ROLLUP,
    TOTAL,
    columns_of,
    named,
    rollup_fields,
    rollup_of,
    total_fields,
    total_of,
)
from store.series.influxdb_entry import Entry, spots_in
from store.series.influxdb_http import Server
from store.series.influxdb_lines import Spot, as_given, prefix_of, storable
from store.series.influxdb_statements import Condition, Statement, quoted
from store.series.influxdb_writer import Writer

Neighbours = tuple[Rollup | None, Rollup | None]

SHELVES: Final = {level: Shelf(ROLLUP_BUCKET, f"_{level}") for level in Level}
_MANY: Final = 500

_Lines = dict[tuple[str, int], dict[str, float]]
_Found = dict[int, tuple[Rollup, int]]


class Rollups:
    """All methods raise Unavailable."""

    def __init__(self, server: Server, writer: Writer) -> None:
        self._server = server
        self._writer = writer

    def put(self, level: Level, rows: Iterable[tuple[Entry, Rollup]], gone: Iterable[tuple[Entry, int]]) -> None:
        """Replace rollups; those gone are overwritten by rows that are none, in every home."""
        batches: dict[str, _Lines] = {}
        for entry, start in gone:
            for _, _, spot in spots_in([entry]):
                _enter(batches, level, spot, start, GONE)
        for entry, rollup in rows:
            _enter(batches, level, entry.spot, rollup.start, rollup_fields(level, rollup))
        for bucket, lines in batches.items():
            self._writer.put(bucket, lines, Role.JOBS)

    def read(self, level: Level, entries: Collection[Entry], start: int, end: int) -> dict[Series, list[Rollup]]:
        """Those that begin in start..end, in order."""
        wanted = [entry for entry in entries if entry.start < end and start < entry.end and start < end]
        found: dict[int, dict[int, tuple[Rollup, int]]] = {}
        for portion in portions(wanted, SHELVES[level]):
            for owner, rollup in self._rows(portion, Condition.between(start, end)):
                if rollup is None:
                    continue
                line = found.setdefault(owner.entry.number, {})
                if rollup.start not in line or line[rollup.start][1] < owner.rank:
                    line[rollup.start] = (rollup, owner.rank)
        return {
            entry.series: [found[entry.number][start][0] for start in sorted(found[entry.number])]
            for entry in wanted
            if entry.number in found
        }

    def neighbours(self, level: Level, entries: Collection[Entry], start: int, end: int) -> dict[Series, Neighbours]:
        """For each its newest that begins before `start`, and its oldest at or after `end`."""
        before = self._nearest(level, [entry for entry in entries if entry.start < start], start, newest=True)
        after = self._nearest(level, [entry for entry in entries if end < entry.end], end, newest=False)
        return {
            entry.series: (_rollup(before.get(entry.number)), _rollup(after.get(entry.number))) for entry in entries
        }

    def put_totals(self, level: Level, rows: Iterable[Total]) -> None:
        """Replace totals by tenant, quantity and start."""
        lines: _Lines = {}
        for total in rows:
            tags = [("quantity", storable(total.quantity)), ("tenant", storable(total.tenant))]
            lines[prefix_of(f"tenant_{level}", tags), total.start] = total_fields(total)
        if lines:
            self._writer.put(OPERATORS, lines, Role.JOBS)

    def totals(
        self, level: Level, tenants: Collection[str], quantity: str, start: int, end: int
    ) -> Mapping[str, list[Total]]:
        """Those that begin in start..end, by tenant in order; one question whatever their number."""
        condition = Condition.between(start, end).with_tags((("quantity", storable(quantity)),))
        named_ones = [storable(tenant) for tenant in tenants] if len(tenants) <= _MANY else []
        statement = Statement.select(quoted(TOTAL), f"tenant_{level}", condition.with_one_of("tenant", named_ones))
        found: dict[str, list[Total]] = {}
        for block in self._server.ask(OPERATORS, statement) if start < end else ():
            tenant = as_given(dict(block.tags)["tenant"])
            if not tenants or tenant in tenants:
                found.setdefault(tenant, []).extend(total_of(tenant, quantity, row) for row in block.rows)
        return {tenant: found[tenant] for tenant in sorted(found)}

    def _rows(self, portion: Portion, condition: Condition, tail: str = "") -> Iterable[tuple[Owner, Rollup | None]]:
        fields = list(portion.fields)
        columns = [column for field in fields for column in columns_of(field)]
        width = len(ROLLUP)
        for owners, block in blocks(self._server, portion, quoted(columns), condition, tail):
            for place, field in enumerate(fields):
                if field in owners:
                    for row in block.rows:
                        yield owners[field], _of(row, 1 + place * width)

    def _nearest(self, level: Level, waiting: list[Entry], edge: int, *, newest: bool) -> _Found:
        found: _Found = {}
        for reach in (*REACHES, None):
            left: list[Entry] = []
            for stretch in (behind if newest else ahead)(waiting, edge, reach):
                self._look(level, stretch, found, newest=newest)
                left += stretch.unseen(found, newest=newest)
            waiting = left
        return found

    def _look(self, level: Level, stretch: Stretch, found: _Found, *, newest: bool) -> None:
        tail = f"ORDER BY time {'DESC' if newest else 'ASC'} LIMIT 1"
        within = Condition.between(stretch.start, stretch.end)
        unsure: set[int] = set()
        for portion, single in nearest_portions(stretch, SHELVES[level], unsure):
            condition = within.with_positive(f"{next(iter(portion.fields))}_n") if single else within
            for owner, rollup in self._rows(portion, condition, tail):
                if rollup is None:
                    unsure.add(owner.entry.number)
                else:
                    _keep(found, owner, rollup, newest=newest)


def _enter(batches: dict[str, _Lines], level: Level, spot: Spot, start: int, fields: Mapping[str, float]) -> None:
    shelf = SHELVES[level]
    prefix = f"{spot.measurement}{shelf.measurement}{spot.prefix[len(spot.measurement) :]}"
    line = batches.setdefault(spot.home.tenant + shelf.bucket, {}).setdefault((prefix, start), {})
    line.update(named(spot.field, fields))


def _of(row: Sequence[Any], place: int) -> Rollup | None:
    return rollup_of((row[0], *row[place : place + len(ROLLUP)]))


def _keep(found: _Found, owner: Owner, rollup: Rollup, *, newest: bool) -> None:
    known = found.get(owner.entry.number)
    if known is None:
        better = True
    elif rollup.start == known[0].start:
        better = owner.rank > known[1]
    else:
        better = (rollup.start > known[0].start) == newest
    if better:
        found[owner.entry.number] = (rollup, owner.rank)


def _rollup(found: tuple[Rollup, int] | None) -> Rollup | None:
    return None if found is None else found[0]
