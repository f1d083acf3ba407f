"""Readings out of InfluxDB. A series that was moved lies in several homes until that is done; the newest home wins."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

from smartregion.model import Sample, Series
from store.series.influxdb_asking import (
    RAW,
    REACHES,
    Owner,
    Portion,
    Stretch,
    ahead,
    behind,
    blocks,
    nearest_portions,
    portions,
)
from store.series.influxdb_entry import Entry
from store.series.influxdb_http import Server
from store.series.influxdb_lines import LATEST
from store.series.influxdb_statements import Condition, Statement, quoted

Edges = tuple[Sample | None, Sample | None]

_Found = dict[int, tuple[Sample, int]]
"""Number of the series → sample, rank of its home."""
_FOR_EVER: Final = LATEST + 1


class Readings:
    """All methods raise Unavailable."""

    def __init__(self, server: Server, readings_from: Callable[[], int]) -> None:
        self._server = server
        self._readings_from = readings_from

    def page(self, entry: Entry, start: int, end: int, limit: int) -> list[Sample]:
        """The first samples of one series."""
        start = max(start, self._readings_from(), entry.start)
        if limit <= 0 or start >= min(end, entry.end):
            return []
        found: dict[int, float] = {}
        for spot in reversed(list(entry.homes.values())):
            condition = Condition.between(start, end).with_tags(spot.tags)
            statement = Statement.select(quoted([spot.field]), spot.measurement, condition, f"LIMIT {limit:d}")
            for block in self._server.ask(spot.home.tenant, statement):
                if block.tags == spot.tags:
                    found.update((time, value) for time, value in block.rows)
        return [Sample(*item) for item in sorted(found.items())[:limit]]

    def many(self, entries: Collection[Entry], start: int, end: int) -> dict[Series, list[Sample]]:
        """The samples of several series."""
        start = max(start, self._readings_from())
        wanted = [entry for entry in entries if entry.start < end and start < entry.end and start < end]
        found: dict[int, dict[int, list[Sample]]] = {}
        for portion in portions(wanted, RAW):
            for owner, samples in self._samples(portion, start, end):
                found.setdefault(owner.entry.number, {}).setdefault(owner.rank, []).extend(samples)
        return {entry.series: _merged(found[entry.number]) for entry in wanted if entry.number in found}

    def edges(self, entries: Collection[Entry], start: int, end: int) -> dict[Series, Edges]:
        """For each its newest sample before `start` and its oldest at or after `end`."""
        before, after = self._newest(entries, start), self._oldest(entries, end)
        return {
            entry.series: (_sample(before.get(entry.number)), _sample(after.get(entry.number))) for entry in entries
        }

    def latest(self, entries: Collection[Entry]) -> list[tuple[Series, Sample]]:
        """The newest sample of each."""
        found = self._newest(entries, _FOR_EVER)
        return [(entry.series, found[entry.number][0]) for entry in entries if entry.number in found]

    def count(self, entries: Collection[Entry], start: int, end: int) -> int:
        """How many samples there are."""
        start = max(start, self._readings_from())
        wanted = [entry for entry in entries if entry.start < end and start < entry.end and start < end]
        plain = [entry for entry in wanted if len(entry.homes) == 1]
        moved = [entry for entry in wanted if len(entry.homes) > 1]
        condition = Condition.between(start, end)
        counted = sum(self._count(portion, condition) for portion in portions(plain, RAW))
        return counted + sum(map(len, self.many(moved, start, end).values()))

    def _count(self, portion: Portion, condition: Condition) -> int:
        fields = list(portion.fields)
        what = [f'count("{name}")' for name in fields]
        total = 0
        for owners, block in blocks(self._server, portion, what, condition):
            for row in block.rows:
                total += sum(n for name, n in zip(fields, row[1:], strict=True) if n is not None and name in owners)
        return total

    def _samples(self, portion: Portion, start: int, end: int) -> Iterator[tuple[Owner, list[Sample]]]:
        fields = list(portion.fields)
        for owners, block in blocks(self._server, portion, quoted(fields), Condition.between(start, end)):
            for place, name in enumerate(fields, 1):
                if name in owners:
                    samples = [Sample(row[0], row[place]) for row in block.rows if row[place] is not None]
                    yield owners[name], samples

    def _newest(self, entries: Iterable[Entry], end: int) -> _Found:
        found: _Found = {}
        oldest = self._readings_from()
        waiting = [entry for entry in entries if max(entry.start, oldest) < min(end, entry.end)]
        for reach in (*REACHES, None):
            left: list[Entry] = []
            for stretch in behind(waiting, end, reach):
                self._look(stretch._replace(start=max(stretch.start, oldest)), found, newest=True)
                left += stretch.unseen(found, newest=True) if stretch.start > oldest else []
            waiting = left
        return found

    def _oldest(self, entries: Iterable[Entry], start: int) -> _Found:
        found: _Found = {}
        start = max(start, self._readings_from())
        waiting = [entry for entry in entries if max(entry.start, start) < entry.end]
        for reach in (*REACHES, None):
            left: list[Entry] = []
            for stretch in ahead(waiting, start, reach):
                self._look(stretch, found, newest=False)
                left += stretch.unseen(found, newest=False)
            waiting = left
        return found

    def _look(self, stretch: Stretch, found: _Found, *, newest: bool) -> None:
        if stretch.start >= stretch.end:
            return
        unsure: set[int] = set()
        condition = Condition.between(stretch.start, stretch.end)
        for portion, single in nearest_portions(stretch, RAW, unsure):
            fields = list(portion.fields)
            what = [f'{"last" if newest else "first"}("{fields[0]}")'] if single else quoted(fields)
            tail = "" if single else f"ORDER BY time {'DESC' if newest else 'ASC'} LIMIT 1"
            for owners, block in blocks(self._server, portion, what, condition, tail):
                for time, *values in block.rows:
                    for name, value in zip(fields, values, strict=True):
                        if value is None:
                            unsure.update(owner.entry.number for owner in (owners.get(name),) if owner is not None)
                        elif name in owners:
                            _keep(found, owners[name], Sample(time, value), newest=newest)


def _keep(found: _Found, owner: Owner, sample: Sample, *, newest: bool) -> None:
    known = found.get(owner.entry.number)
    if known is None:
        better = True
    elif sample.time == known[0].time:
        better = owner.rank > known[1]
    else:
        better = (sample.time > known[0].time) == newest
    if better:
        found[owner.entry.number] = (sample, owner.rank)


def _sample(found: tuple[Sample, int] | None) -> Sample | None:
    return None if found is None else found[0]


def _merged(by_rank: dict[int, list[Sample]]) -> list[Sample]:
    if len(by_rank) == 1:
        return next(iter(by_rank.values()))
    merged = {sample.time: sample for rank in sorted(by_rank) for sample in by_rank[rank]}
    return [merged[time] for time in sorted(merged)]
