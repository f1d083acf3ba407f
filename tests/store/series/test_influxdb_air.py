"""How frames went through the air stands beside the readings, for the municipality and for the operators."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from smartregion.clock import HOUR
from smartregion.model import Air, Point, Radio, Reception
from store.air import Heard
from store.series.influxdb_address import OPERATORS, InfluxTokens
from store.series.influxdb_http import Limits, Server
from store.series.influxdb_statements import Condition, Statement, quoted
from tests.real.influx_worlds import World, open_store
from tests.store.series.influx_fixtures import NOW

POINT = Point("rathaus", "musterstadt", "Rathaus", "markt", "water")
AIR = Air(
    (Reception("turm", -97.0, 7.5), Reception("turm", -99.0, 9.0), Reception("halde", -118.0, -3.0)), 7, 0.06, 868
)
FRAME = Heard("app.meter-1", POINT, NOW, 4711, Radio(-99.0, 9.0), AIR)

Row = tuple[Mapping[str, str], list[float | None]]


def asked(world: World, bucket: str, measurement: str, *fields: str) -> list[Row]:
    """Tags and fields of each point."""
    tokens = InfluxTokens(world.token, world.token, world.token)
    where = Condition.between(NOW - HOUR, NOW + HOUR)
    with closing(Server(world.address, lambda: tokens, Limits())) as server:
        blocks = list(server.ask(bucket, Statement.select(quoted(fields), measurement, where)))
    return [(dict(block.tags), list(row[1:])) for block in blocks for row in block.rows]


def note(world: World, folder: Path, *heard: Heard) -> None:
    with closing(open_store(world, folder / "catalogue.db")) as store:
        store.air.note(heard)
        store.air.note(heard)


def test_a_frame_is_one_point_and_each_gateway_another(influx_world: World, tmp_path: Path) -> None:
    note(influx_world, tmp_path, FRAME)

    ((_, uplink),) = asked(influx_world, "musterstadt", "uplink", "f_cnt", "gateways", "rssi", "snr", "airtime_s")
    assert uplink == [4711.0, 2.0, -99.0, 9.0, 0.06]
    receptions = asked(influx_world, "musterstadt", "reception", "rssi", "snr")
    assert sorted(values for _, values in receptions) == [[-118.0, -3.0], [-99.0, 9.0]]


def test_the_operators_see_all_municipalities(influx_world: World, tmp_path: Path) -> None:
    other = FRAME._replace(device="app.air-1", point=replace(POINT, id="schule", tenant="neudorf", site=""))
    note(influx_world, tmp_path, FRAME, other)

    found = asked(influx_world, OPERATORS, "uplink", "f_cnt")
    assert sorted((tags["tenant"], tags["device"], tags["point"]) for tags, _ in found) == [
        ("musterstadt", "app.meter-1", "rathaus"),
        ("neudorf", "app.air-1", "schule"),
    ]
    assert len(asked(influx_world, "neudorf", "reception", "snr")) == 2


def test_what_is_not_known_of_a_frame_is_left_out(influx_world: World, tmp_path: Path) -> None:
    note(influx_world, tmp_path, FRAME._replace(radio=None, air=Air((Reception("", -1.0, 1.0),))))

    assert asked(influx_world, "musterstadt", "uplink", "f_cnt", "rssi")[0][1][0] == 4711.0
    assert asked(influx_world, "musterstadt", "reception", "snr") == []
