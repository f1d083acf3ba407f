"""A real InfluxDB goes away, is killed, runs out of disk or answers slowly: nothing acknowledged is lost."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from smartregion.clock import MINUTE, SECOND
from smartregion.errors import Unavailable
from smartregion.model import Record, Sample, Series
from store.series.influxdb import InfluxSeries
from store.series.influxdb_http import Limits
from store.series.protocol import Selection
from tests.real.disks import fill, small_disk
from tests.real.influx import Influx
from tests.real.influx_worlds import BUCKETS, DebianWorld, open_store

pytestmark = pytest.mark.real

EVER = (-(2**63), 2**63)
TENANTS = ("musterstadt", "neudorf", "seeheim")
SERIES = [
    Series(f"punkt-{n}", f"app.geraet-{n}", "water.volume_total", (), TENANTS[n % 3], f"ort-{n}", "water")
    for n in range(30)
]


@pytest.fixture
def influx(tmp_path: Path) -> Iterator[Influx]:
    """Debian's server, of this test alone."""
    with Influx(tmp_path / "influx") as made:
        made.create(BUCKETS)
        yield made


def batch(number: int) -> list[Record]:
    """One reading of each series; no two batches have a time in common."""
    at = (1_763_000_000 + number * 60) * SECOND
    return [Record(series, at, float(number)) for series in SERIES]


def write_until_stored(store: InfluxSeries, number: int, seconds: float = 90.0) -> None:
    """Write as the pipeline does: the same again while it is unavailable or held."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            written = store.write(batch(number))
            assert written.refused == {}
            if not written.held:
                return
        except Unavailable:
            pass
        assert time.monotonic() < deadline, f"batch {number} could not be stored"
        time.sleep(0.2)


def assert_stored(store: InfluxSeries, batches: int) -> None:
    """Each reading of these batches, once."""
    found = store.read_many(SERIES, *EVER)
    assert all(
        found[series] == [Sample(batch(number)[0].time, float(number)) for number in range(batches)]
        for series in SERIES
    )
    assert store.count(Selection(), *EVER) == batches * len(SERIES)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_nothing_acknowledged_is_lost_when_the_server_ends_under_load(influx: Influx, tmp_path: Path, end: str) -> None:
    def disturb() -> None:
        for _ in range(2):
            time.sleep(1)
            getattr(influx, end)()
            time.sleep(1)
            influx.start()

    disturbing = threading.Thread(target=disturb)
    with closing(open_store(DebianWorld(influx), tmp_path / "catalogue.sqlite")) as store:
        disturbing.start()
        number = 0
        while disturbing.is_alive():
            write_until_stored(store, number)
            number += 1
        disturbing.join()
        write_until_stored(store, number)
        assert_stored(store, number + 1)
        store.check()


def test_a_dropped_database_holds_its_tenant_alone_and_comes_back_by_itself(influx: Influx, tmp_path: Path) -> None:
    with closing(open_store(DebianWorld(influx), tmp_path / "catalogue.sqlite")) as store:
        influx.drop(["neudorf"])
        written = store.write(batch(0))
        assert list(written.held) == ["neudorf"]
        assert "neudorf" in written.held["neudorf"]
        influx.create(["neudorf"])
        write_until_stored(store, 0)
        assert_stored(store, 1)


def test_a_full_disk_is_told_and_after_it_nothing_is_lost(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, Influx(tmp_path / "influx", data=disk) as influx:
        influx.create(BUCKETS)
        filler = disk / "filler"
        with closing(open_store(DebianWorld(influx), tmp_path / "catalogue.sqlite")) as store:
            write_until_stored(store, 0)
            fill(filler)
            words = ""
            many = [each._replace(time=each.time + n * MINUTE) for n in range(200) for each in batch(10_000)]
            while not words:
                try:
                    store.write(many)
                except Unavailable as error:
                    words = str(error)
            assert "restart" in words
            filler.unlink()
            influx.kill()
            influx.start()
            write_until_stored(store, 1)
            found = store.read_many(SERIES, batch(0)[0].time, batch(2)[0].time)
            assert all([sample.value for sample in found[series]] == [0.0, 1.0] for series in SERIES)


def test_who_stops_asking_closes_the_connection_and_too_long_answers_are_cut(influx: Influx, tmp_path: Path) -> None:
    world = DebianWorld(influx)
    with closing(open_store(world, tmp_path / "catalogue.sqlite")) as store:
        at = 1_763_000_000 * SECOND
        store.write([Record(SERIES[0], at + n * SECOND, float(n)) for n in range(60_000)])
        assert len(store.read_many(SERIES[:1], *EVER)[SERIES[0]]) == 60_000
        assert len(store.read(SERIES[0], *EVER, limit=50_000)) == 50_000
        store._server.limits = Limits(rows=30_000)
        with pytest.raises(Unavailable, match="30000 rows"):
            store.read_many(SERIES[:1], *EVER)
        pool = store._server._client._transport._pool  # type: ignore[attr-defined] # httpx tells nothing of its pool
        assert all(connection.is_idle() or connection.is_closed() for connection in pool.connections)
