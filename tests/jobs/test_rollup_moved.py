"""A point that comes to another tenant takes its past along: the totals of both tenants say so, on every store."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from aggregates.windows import day_of, month_of
from jobs.rollups import sum_up
from simulator.influxdb.server import Double
from smartregion.clock import DAY
from smartregion.errors import Unavailable
from smartregion.model import Level, Record, Series, Total
from store.series.duckdb import DuckSeries
from store.series.memory import MemorySeries
from store.series.protocol import SeriesStore
from tests.jobs.rollup_world import BERLIN, MONDAY, NOW, OTHER_METER, Schedule, record
from tests.real.influx_worlds import DoubleWorld, open_store

METER = replace(OTHER_METER, point="mill", device="app.mill")
MOVED = replace(METER, tenant="seeheim")
SCHEDULE = Schedule()


@pytest.fixture(params=["memory", "duckdb", "influxdb"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SeriesStore]:
    if request.param == "memory":
        yield MemorySeries()
    elif request.param == "duckdb":
        with closing(DuckSeries(tmp_path / "series.duckdb")) as made:
            yield made
    else:
        with Double() as double, closing(open_store(DoubleWorld(double), tmp_path / "catalogue.db")) as influx:
            yield influx


def step(store: SeriesStore) -> None:
    while sum_up(store, SCHEDULE, BERLIN, NOW):
        pass


def readings(series: Series, days: range) -> list[Record]:
    return [record(series, day * 1440 + quarter, day * 96 + quarter) for day in days for quarter in (60, 700)]


def totals(store: SeriesStore, level: Level = Level.DAY) -> dict[str, list[Total]]:
    found = store.totals(level, (), METER.quantity, MONDAY - DAY, MONDAY + 400 * DAY)
    return {tenant: [total for total in several if total.n or total.increase] for tenant, several in found.items()}


def test_both_tenants_totals_follow_a_point_that_moves(store: SeriesStore) -> None:
    # Around the end of November. The counter goes on between its days, so that two have a share without a reading.
    past = [*readings(METER, range(26, 28)), *readings(METER, range(30, 31))]
    store.write([*past, *readings(OTHER_METER, range(26, 29))])
    step(store)
    before = totals(store)
    assert [total.points for total in before["musterstadt"]] == [2, 2, 1, 0, 1]

    store.write(readings(MOVED, range(31, 32)))
    step(store)

    after = totals(store)
    assert [(total.start, total.points) for total in after["musterstadt"]] == [
        (day_of(MONDAY + day * DAY, BERLIN).start, 1) for day in range(26, 29)
    ]
    assert [total.points for total in after["seeheim"]] == [1, 1, 0, 0, 1, 1]
    months = totals(store, Level.MONTH)
    assert [total.start for total in months["seeheim"]] == [
        month_of(MONDAY, BERLIN).start,
        month_of(MONDAY + 31 * DAY, BERLIN).start,
    ]
    assert [total.n for total in months["musterstadt"]] == [6]
    assert not store.moved()
    assert totals(store) == totals_from_anew([*past, *readings(MOVED, range(31, 32))])


def totals_from_anew(records: list[Record]) -> dict[str, list[Total]]:
    """What comes out when the point never was elsewhere."""
    fresh = MemorySeries()
    fresh.write([*[each._replace(series=MOVED) for each in records], *readings(OTHER_METER, range(26, 29))])
    step(fresh)
    return totals(fresh)


def test_a_tenant_without_any_series_left_has_empty_totals(store: SeriesStore) -> None:
    store.write(readings(METER, range(2)))
    step(store)
    store.write(readings(MOVED, range(1, 2)))
    step(store)
    assert totals(store)["musterstadt"] == []
    assert [total.n for total in totals(store)["seeheim"]] == [2, 2]


def test_cut_short_it_is_done_again(monkeypatch: pytest.MonkeyPatch, store: SeriesStore) -> None:
    store.write(readings(METER, range(2)))
    step(store)
    store.write(readings(MOVED, range(2, 3)))
    with monkeypatch.context() as patched:
        calls = iter(range(10))
        put = store.put_totals

        def dying(level: Level, rows: list[Total]) -> None:
            if next(calls) == 2:
                raise Unavailable("gone")
            put(level, rows)

        patched.setattr(store, "put_totals", dying)
        with pytest.raises(Unavailable):
            step(store)
    assert store.moved()
    step(store)
    assert totals(store)["musterstadt"] == []
    assert [total.n for total in totals(store)["seeheim"]] == [2, 2, 2]
