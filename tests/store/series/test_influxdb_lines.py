"""Whatever text a name holds and whatever number a value is: it goes in as a line and comes back the same."""

import math
import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartregion.errors import Refused
from smartregion.model import Series
from smartregion.quantities import QUANTITIES
from store.series.influxdb_address import InfluxTokens, Role
from store.series.influxdb_columns import ROLLUP, nanoseconds
from store.series.influxdb_http import Limits, Server
from store.series.influxdb_lines import (
    EARLIEST,
    LATEST,
    as_given,
    body_of,
    encode,
    home_of,
    split_quantity,
    spot_of,
    storable,
)  # fmt: skip
from store.series.influxdb_statements import Condition, Statement
from tests.real.influx_worlds import World
from tests.store.series.influx_fixtures import WATER

ODD = [
    "Müller",
    "a,b",
    "a b",
    "a=b",
    "ends\\",
    "\\",
    "\\,",
    "'",
    '"',
    "#",
    "%",
    "%0A",
    "\n",
    "\t",
    "\ufeff",
    "\x00",
    "é",
]
TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(ODD),
    st.lists(st.sampled_from(list(",= \\\"'%#\n\ufeffäx")), max_size=8).map("".join),
)
SERIES = st.builds(
    lambda point, device, site, domain, line: replace(
        WATER, point=point, device=device, site=site, domain=domain, attributes=(("line", line),)
    ),
    *[TEXTS] * 5,
)


@given(TEXTS)
def test_what_is_made_storable_can_be_had_back(text: str) -> None:
    assert as_given(storable(text)) == text
    assert not set(storable(text)) & set('\\"\n\r\t\x00\ufeff')
    storable(text).encode()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    series=SERIES,
    time=st.one_of(st.integers(EARLIEST, LATEST), st.sampled_from([EARLIEST, -1, 0, 1, LATEST])),
    value=st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([-0.0, 5e-324, 1.7e308, 1e22])),
)
def test_any_legal_value_goes_in_and_comes_back(influx_world: World, series: Series, time: int, value: float) -> None:
    server = Server(influx_world.address, lambda: InfluxTokens(*[influx_world.token] * 3), Limits())
    spot = spot_of(series, home_of(series))
    try:
        reply = server.write("musterstadt", body_of(encode({(spot.prefix, time): {spot.field: value}})), Role.INGEST)
        assert reply.status == 204, reply
        condition = Condition.between(time, time + 1).with_tags(spot.tags)
        (block,) = server.ask("musterstadt", Statement.select([f'"{spot.field}"'], spot.measurement, condition))
        assert block.tags == spot.tags
        assert list(block.rows) == [[time, value]]
        assert math.copysign(1, block.rows[0][1]) == math.copysign(1, value)
        server.delete("musterstadt", spot.measurement, spot.tags, time, time)
        assert list(server.ask("musterstadt", Statement.select(["*"], spot.measurement, condition))) == []
    finally:
        server.close()


def test_tags_of_series_that_differ_differ() -> None:
    some = [
        WATER,
        *(replace(WATER, attributes=(("line", text),)) for text in ("", "%", "%25", "a", " a", "a,b=c")),
        replace(WATER, point="a,device=x", device="b"),
        replace(WATER, point="a", device="x,device=b"),
    ]
    assert len({spot_of(series, home_of(series)).prefix for series in some}) == len(some)


@pytest.mark.parametrize(
    "quantity", ["", "Water.x", "water.", ".x", "water._x", "water.time", 'w"', "wasser.größe", "a b.c"]
)
def test_what_is_no_quantity_is_refused(quantity: str) -> None:
    with pytest.raises(Refused):
        split_quantity(quantity)


def test_the_whole_vocabulary_can_be_stored_and_read_back_in_one_way() -> None:
    places = {split_quantity(name) for name in QUANTITIES}
    assert len(places) == len(QUANTITIES)
    fields = [(measurement, f"{field}_{name}") for measurement, field in places for name in ROLLUP]
    assert len(set(fields)) == len(fields)
    assert not [one for one in ROLLUP for other in ROLLUP if one != other and one.endswith(f"_{other}")]


def test_seconds_of_a_window_are_exact_to_the_nanosecond() -> None:
    chance = random.Random(1)
    for _ in range(20_000):
        duration = chance.randrange(31 * 86400 * 10**9)
        assert nanoseconds(duration / 10**9) == duration
