"""The tokens that the setup makes suffice for everything the store does."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from cli.influx_tokens import SecretFiles
from cli.series_store import influx_series
from simulator.influxdb.server import Double
from smartregion import region as region_file
from smartregion.clock import DAY, SystemClock
from smartregion.errors import Misconfigured
from smartregion.model import Level, Record
from store.series.influxdb import InfluxSeries
from store.series.influxdb_plan import Wishes, plan
from store.series.influxdb_setup import InfluxSetup
from store.series.protocol import ALL_STORED, Selection
from tests.store.series.samples import AIR, EVER, NOON, WATER, make_rollup, make_total

ORG = "kreis"
REGION = 'name = "K"\n[store]\nkind = "influxdb"\nurl = "{url}"\norg = "kreis"\n'
TENANTS = "".join(f'[[tenants]]\nkey = "{key}"\nname = "{key}"\n' for key in ("musterstadt", "neudorf"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[InfluxSeries]:
    with Double(org=ORG) as double:
        county = region_file.parse(REGION.format(url=double.url) + TENANTS)
        with InfluxSetup(double.url, double.operator_token) as setup:
            setup.run(plan(county), SecretFiles(tmp_path), Wishes(), lambda _: None)
        opened = influx_series(county.store, tmp_path, tmp_path / "catalogue.db", SystemClock(), {})
        with closing(opened):
            yield opened


def test_the_store_does_all_its_work_with_the_tokens_of_the_setup(store: InfluxSeries) -> None:
    store.check()
    records = [Record(one, NOON + n, float(n)) for one in (WATER, AIR) for n in range(5)]
    assert store.write(records) == ALL_STORED
    for level in Level:
        store.put_rollups(level, [(WATER, make_rollup(NOON - DAY))], clean=store.dirty(10))
    store.put_totals(Level.DAY, [make_total(NOON)])
    store.remove([AIR], NOON, NOON + 2)
    assert len(store.read(AIR, *EVER)) == 3

    assert store.write([Record(replace(WATER, tenant="neudorf"), NOON + 9, 9.0)]) == ALL_STORED
    for _ in range(3):
        store.compact()
    assert len(store.read(WATER, *EVER)) == 6
    assert len(store.rollups(Level.HOUR, Selection(), *EVER)[WATER]) == 1
    assert list(store.totals(Level.DAY, (), WATER.quantity, *EVER)) == ["musterstadt"]
    assert store.held() == {}


def test_without_tokens_it_is_not_opened_and_says_what_to_do(tmp_path: Path) -> None:
    county = region_file.parse(REGION.format(url="http://127.0.0.1:1") + TENANTS)
    with pytest.raises(Misconfigured, match="smartregion influxdb setup"):
        influx_series(county.store, tmp_path, tmp_path / "catalogue.db", SystemClock(), {})
