"""Each reply of a real 2.9 to a write, as the double gives it: what is stored, refused, held, and said about it."""

import random
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from simulator.influxdb.server import Double
from smartregion.clock import DAY, HOUR, SECOND, ManualClock
from smartregion.errors import Unavailable
from smartregion.model import Level, Record, Rollup, Sample
from store.series.influxdb import InfluxSeries
from store.series.influxdb_address import InfluxAddress, InfluxTokens
from store.series.influxdb_http import Limits
from store.series.protocol import ALL_STORED, Selection
from tests.real.influx_worlds import BUCKETS
from tests.store.series.influx_fixtures import AIR, EVER, FLOW, NOW, WATER, capturing, records, words


class Case:
    """A store on a double of its own, and what it told."""

    def __init__(self, double: Double, folder: Path) -> None:
        self.double = double
        self.clock = ManualClock(NOW)
        self.logger, self.told = capturing()
        self.tokens = InfluxTokens(*[double.operator_token] * 3)
        for name in BUCKETS:
            double.create_bucket(name)
        self.store = InfluxSeries(
            InfluxAddress(double.url, double.org),
            lambda: self.tokens,
            folder / "catalogue.sqlite",
            clock=self.clock,
            logger=self.logger,
            limits=Limits(connect_seconds=2, write_seconds=2, query_seconds=5),
        )

    def put(self, lines: str, bucket: str = "musterstadt") -> None:
        """Write as somebody else would."""
        reply = httpx.post(
            f"{self.double.url}/api/v2/write",
            params={"org": self.double.org, "bucket": bucket, "precision": "ns"},
            content=lines.encode(),
            headers={"Authorization": f"Token {self.double.operator_token}"},
        )
        assert reply.status_code == httpx.codes.NO_CONTENT, reply.text


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with Double() as double:
        made = Case(double, tmp_path)
        with closing(made.store):
            yield made


def test_a_field_of_another_type_refuses_its_readings_alone(case: Case) -> None:
    case.put(f"water,x=y volume_total=1i {NOW - DAY}")
    batch = [*records(WATER, 20), *records(FLOW, 20), *records(AIR, 20)]

    written = case.store.write(batch)

    assert set(written.refused) == set(range(20))
    assert all("field type conflict" in why and len(why) <= 300 for why in written.refused.values())
    assert written.held == {}
    assert len(case.store.read(FLOW, *EVER)) == 20
    assert len(case.store.read(AIR, *EVER)) == 20


def test_readings_dropped_in_one_of_several_shards_are_found_though_the_reply_counts_one(case: Case) -> None:
    case.put(f"water,x=y volume_total=1i {NOW - 10 * DAY}\nwater,x=y volume_total=1i {NOW - 30 * DAY}")
    batch = records(WATER, 33, start=NOW - 33 * DAY, step=DAY)

    written = case.store.write(batch)

    stored = {sample.time for sample in case.store.read(WATER, *EVER)}
    assert written.refused
    assert stored == {record.time for place, record in enumerate(batch) if place not in written.refused}


def test_readings_older_than_the_bucket_keeps_are_refused_and_named(case: Case) -> None:
    case.double.delete_bucket("musterstadt")
    case.double.create_bucket("musterstadt", retention_seconds=30 * 86400)
    now = time.time_ns()
    batch = [*records(WATER, 5, start=now - 90 * DAY), *records(WATER, 5, start=now - DAY)]
    written = case.store.write(batch)
    assert set(written.refused) == set(range(5))
    assert all("retention" in why for why in written.refused.values())
    assert len(case.store.read(WATER, now - 2 * DAY, now)) == 5


def test_an_unknown_token_holds_the_tenants_and_writing_resumes_by_itself(case: Case) -> None:
    good = case.tokens
    case.tokens = InfluxTokens("revoked", good.jobs, good.api)
    case.store._server.renew_tokens()
    for _ in range(3):
        written = case.store.write([*records(WATER, 3), *records(AIR, 3)])
        assert written.refused == {}
        assert set(written.held) == {"musterstadt", "neudorf"}
        assert "token" in written.held["musterstadt"]
        case.clock.advance(61)
    assert words(case.told) == [("error", "readings wait for InfluxDB")] * 2
    assert set(case.store.held()) == {"musterstadt", "neudorf"}

    case.tokens = good
    case.store.write(records(AIR, 3))
    case.clock.advance(61)
    assert case.store.write([*records(WATER, 3), *records(AIR, 3)]).held == {}
    assert case.store.held() == {}
    assert len(case.store.read(WATER, *EVER)) == 3
    assert words(case.told)[2:] == [("info", "InfluxDB takes readings again")] * 2


def test_a_missing_bucket_holds_its_tenant_alone(case: Case) -> None:
    case.double.delete_bucket("neudorf")
    written = case.store.write([*records(WATER, 3), *records(AIR, 3)])
    assert list(written.held) == ["neudorf"]
    assert "influxdb setup" in written.held["neudorf"]
    assert len(case.store.read(WATER, *EVER)) == 3

    case.double.create_bucket("neudorf")
    assert list(case.store.write(records(AIR, 3)).held) == ["neudorf"]
    case.clock.advance(61)
    assert case.store.write(records(AIR, 3)).held == {}


def test_a_token_of_another_bucket_holds_the_tenant(case: Case) -> None:
    narrow = case.double.create_token(write=["musterstadt"])
    case.tokens = replace(case.tokens, ingest=narrow)
    case.store._server.renew_tokens()
    written = case.store.write([*records(WATER, 3), *records(AIR, 3)])
    assert list(written.held) == ["neudorf"]
    assert "does not hold for this bucket" in written.held["neudorf"]


def test_a_server_that_is_away_is_unavailable_and_not_asked_again_at_once(case: Case) -> None:
    case.double.stop()
    with pytest.raises(Unavailable, match="does not answer"):
        case.store.write([*records(WATER, 3), *records(AIR, 3)])
    case.double.start()
    with pytest.raises(Unavailable):
        case.store.write(records(WATER, 3))
    case.clock.advance(31)
    assert case.store.write(records(WATER, 3)).held == {}


def test_retry_after_is_honoured(case: Case) -> None:
    case.double.faults.refuse("too many requests", 1, retry_after="120")
    with pytest.raises(Unavailable):
        case.store.write(records(WATER, 3))
    case.clock.advance(119)
    with pytest.raises(Unavailable):
        case.store.write(records(WATER, 3))
    case.clock.advance(2)
    assert case.store.write(records(WATER, 3)).held == {}


def test_one_tenants_trouble_leaves_the_others_alone(case: Case) -> None:
    case.double.faults.refuse("unavailable", 1, bucket="neudorf")
    written = case.store.write([*records(WATER, 3), *records(AIR, 3)])
    assert list(written.held) == ["neudorf"]
    assert len(case.store.read(WATER, *EVER)) == 3


def test_a_bucket_that_answers_too_late_is_held_and_then_left_alone(case: Case) -> None:
    case.double.faults.slow_down(4, "neudorf")
    assert list(case.store.write([*records(WATER, 3), *records(AIR, 3)]).held) == ["neudorf"]
    case.double.faults.slow_down(0, "neudorf")
    assert list(case.store.write([*records(WATER, 3), *records(AIR, 3)]).held) == ["neudorf"]
    case.clock.advance(31)
    assert case.store.write([*records(WATER, 3), *records(AIR, 3)]).held == {}


def test_a_full_disk_says_that_influxd_must_be_restarted_and_loses_nothing(case: Case) -> None:
    case.double.faults.fill_disk()
    for _ in range(6):
        with pytest.raises(Unavailable, match="restart"):
            case.store.write(records(WATER, 3))
        case.clock.advance(61)
    case.double.faults.free_disk()
    with pytest.raises(Unavailable):
        case.store.write(records(WATER, 3))
    case.double.restart()
    case.clock.advance(61)
    assert case.store.write(records(WATER, 3)).held == {}
    assert len(case.store.read(WATER, *EVER)) == 3


def test_once_a_disk_is_told_to_be_full_every_bucket_waits_for_the_restart(case: Case) -> None:
    case.double.faults.fill_disk()
    for _ in range(2):
        with pytest.raises(Unavailable, match="no space left"):
            case.store.write(records(WATER, 3))
        case.clock.advance(61)
    assert words(case.told) == [("error", "readings wait for InfluxDB")]
    case.double.faults.refuse("internal error", 1, message="timeout", bucket="neudorf")
    with pytest.raises(Unavailable, match=r"timeout.*restart"):
        case.store.write(records(AIR, 3))
    assert all("only after a restart" in each for each in case.store.held().values())
    assert set(case.store.held()) == {"musterstadt", "neudorf"}
    case.double.faults.free_disk()
    case.double.restart()
    case.clock.advance(61)
    case.store.write([*records(WATER, 3), *records(AIR, 3)])
    assert case.store.held() == {}


def test_gzip_that_breaks_on_the_way_is_sent_again_unpacked(case: Case) -> None:
    case.double.faults.refuse("internal error", 1, message="An internal error has occurred - check server logs")
    assert case.store.write(records(WATER, 3)).held == {}
    assert len(case.store.read(WATER, *EVER)) == 3


def test_names_that_cannot_stand_in_influxdb_are_refused_with_words(case: Case) -> None:
    odd = [
        replace(WATER, tenant="Müller"),
        replace(WATER, quantity="Water; DROP"),
        replace(WATER, attributes=(("point", "x"),)),
        replace(WATER, attributes=(("ti\nme", "x"),)),
        replace(WATER, point="p" * 70_000),
    ]
    written = case.store.write([*(Record(series, NOW, 1.0) for series in odd), Record(WATER, NOW, 2.0)])
    assert set(written.refused) == {0, 1, 2, 3, 4}
    assert all(len(why) < 300 for why in written.refused.values())
    assert case.store.read(WATER, *EVER) == [Sample(NOW, 2.0)]


def test_rollups_that_cannot_be_written_leave_their_hours_dirty(case: Case) -> None:
    case.store.write(records(WATER, 1))
    case.double.delete_bucket("musterstadt_rollup")
    found = case.store.dirty(10)
    rollup = Rollup(found[0].hour, found[0].hour + HOUR, 1, 0.0, 0.0, 0.0, 0.0, NOW, 0.0, NOW)
    with pytest.raises(Unavailable, match="influxdb setup"):
        case.store.put_rollups(Level.HOUR, [(WATER, rollup)], clean=found)
    assert case.store.dirty(10) == found


def test_each_kind_of_work_does_with_the_token_made_for_it(case: Case) -> None:
    raw = [name for name in BUCKETS if not name.endswith("_rollup")]
    rollup = [name for name in BUCKETS if name not in raw]
    make = case.double.create_token
    case.tokens = InfluxTokens(make(write=raw), make(read=raw, write=[*rollup, "smartregion"]), make(read=BUCKETS))
    case.store._server.renew_tokens()
    for series in (WATER, replace(WATER, tenant="neudorf")):
        assert case.store.write([*records(series, 9), *records(FLOW, 9)]) == ALL_STORED
        rollup_of_day = Rollup(NOW - DAY, NOW, 1, 0.0, 0.0, 0.0, 0.0, NOW - DAY, 0.0, NOW - DAY)
        case.store.put_rollups(Level.DAY, [(series, rollup_of_day), (FLOW, rollup_of_day)], clean=case.store.dirty(99))
    case.store.compact()
    case.store.remove([WATER], NOW - DAY, NOW - DAY + 1)
    assert len(case.store.read(WATER, *EVER)) == 8
    assert len(case.store.read(FLOW, *EVER)) == 9
    assert len(case.store.rollups(Level.DAY, Selection(), *EVER)) == 2
    case.store.check()


def test_the_canary_sings_while_values_come_back(case: Case) -> None:
    case.store.check()
    case.clock.advance(90)
    case.store.check()
    case.double.faults.fill_disk()
    case.clock.advance(90)
    with pytest.raises(Unavailable):
        case.store.check()


def test_a_batch_of_random_trouble_ends_and_accounts_for_every_record(case: Case) -> None:
    chance = random.Random(5)
    for day in chance.sample(range(60), 8):
        case.put(f"water,x=y {chance.choice(['volume_total', 'flow'])}=1i {NOW - day * DAY}")
    batch = [
        Record(chance.choice([WATER, FLOW, AIR]), NOW - chance.randrange(60 * 86400) * SECOND, chance.random())
        for _ in range(600)
    ]
    written = case.store.write(batch)
    found = case.store.read_many([WATER, FLOW, AIR], *EVER)
    stored = {(series, sample.time) for series, samples in found.items() for sample in samples}
    assert stored == {(r.series, r.time) for place, r in enumerate(batch) if place not in written.refused}
    assert all(batch[place].series.quantity.startswith("water.") for place in written.refused)
