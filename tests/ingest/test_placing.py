"""Readings come to the point that their device served, with what the assignment's parameters make of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decoders.derived import Parameters
from ingest.placing import Placer
from smartregion import timestamps
from smartregion.clock import HOUR
from smartregion.model import Assignment, Point, Reading, Record
from smartregion.region import Region
from store.registry.protocol import Sighting
from store.registry.sql import SqlRegistry

NOW = timestamps.parse("2026-11-22T12:00:00Z")
DEVICE = "abfall.glas-01"
BIN: Parameters = {"empty_distance": 1.85, "full_distance": 0.35, "volume_l": 3000}
PULSES: Parameters = {"pulse_quantity": "water.volume_total", "pulse_factor": 10}


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[SqlRegistry]:
    application = {"id": "abfall", "server": "localhost", "tenant": "musterstadt", "domain": "waste"}
    application["key_env"] = "SMARTREGION_KEY"
    tenant = {"key": "musterstadt", "name": "Musterstadt"}
    region = Region.model_validate({"name": "Kreis", "tenants": [tenant], "applications": [application]})
    opened = SqlRegistry.open(tmp_path / "registry.db", region)
    opened.sight([Sighting("abfall", "glas-01", NOW, None, None, None)])
    opened.save_point(Point("markt", "musterstadt", "Markt", domain="waste"))
    opened.save_point(Point("rathaus", "musterstadt", "Rathaus"))
    yield opened
    opened.close()


def placed(records: list[Record]) -> dict[tuple[str, str, int], float]:
    found = {(each.series.point, each.series.quantity, each.time): each.value for each in records}
    assert len(found) == len(records)
    return found


def test_what_is_derived_comes_to_the_assignments_point_at_the_frames_time(registry: SqlRegistry) -> None:
    registry.assign(Assignment(DEVICE, "markt", NOW - HOUR, parameters=BIN))
    readings = [Reading("level.distance", 1.1), Reading("device.battery_percent", 80)]

    records = Placer(registry).place(DEVICE, readings, NOW, {})

    assert placed(records) == {
        ("markt", "level.distance", NOW): 1.1,
        ("glas-01", "device.battery_percent", NOW): 80,
        ("markt", "level.fill_percent", NOW): pytest.approx(50),
        ("markt", "level.volume", NOW): pytest.approx(1500),
    }
    assert {each.series.tenant for each in records if each.series.point == "markt"} == {"musterstadt"}
    assert {each.series.domain for each in records if each.series.point == "markt"} == {"waste"}


def test_each_reading_gets_the_parameters_that_held_at_its_own_time(registry: SqlRegistry) -> None:
    registry.assign(Assignment(DEVICE, "markt", NOW - 2 * HOUR, NOW - HOUR, parameters={"mounting_height": 4}))
    registry.assign(Assignment(DEVICE, "markt", NOW - HOUR, parameters={"mounting_height": 5}))
    times = [NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, NOW]
    readings = [Reading("level.distance", 1.5, (), time) for time in times]

    found = placed(Placer(registry).place(DEVICE, readings, NOW, {}))

    stages = {time: value for (_, quantity, time), value in found.items() if quantity == "water.stage"}
    assert stages == {NOW - 2 * HOUR: 2.5, NOW - HOUR: 3.5, NOW: 3.5}


def test_only_what_an_assignment_selects_is_derived_from(registry: SqlRegistry) -> None:
    registry.assign(
        Assignment(
            DEVICE, "rathaus", 0, quantities=("pulse.count_total",), attributes=(("channel", "1"),), parameters=PULSES
        )
    )
    readings = [Reading("pulse.count_total", 5, (("channel", number),)) for number in ("1", "2")]

    records = Placer(registry).place(DEVICE, readings, NOW, {"pulse.count_total": 2.0**32})

    (water,) = [each for each in records if each.series.quantity == "water.volume_total"]
    assert (water.series.point, water.series.attributes, water.value) == ("rathaus", (("channel", "1"),), 50)
    assert water.series.modulus == 10 * 2.0**32


def test_a_value_scaled_takes_the_place_of_the_one_told(registry: SqlRegistry) -> None:
    registry.assign(Assignment(DEVICE, "rathaus", 0, parameters={"current_ratio": 40}))

    (record,) = Placer(registry).place(
        DEVICE, [Reading("energy.active_import_total", 7)], NOW, {"energy.active_import_total": 100}
    )

    assert (record.value, record.series.modulus) == (280, 4000)


def test_what_cannot_be_true_is_left_out_with_a_warning(registry: SqlRegistry) -> None:
    registry.assign(Assignment(DEVICE, "rathaus", 0, parameters={"current_ratio": 1000}))
    warnings = ["told before"]

    records = Placer(registry).place(DEVICE, [Reading("electric.current", 21)], NOW, {}, warnings)

    assert records == []
    assert warnings == ["told before", "electric.current 21000, worked out of 21, is outside -20000 to 20000"]


def test_parameters_that_make_no_sense_derive_nothing_and_stop_nothing(registry: SqlRegistry) -> None:
    registry.assign(
        Assignment(DEVICE, "markt", 0, parameters={"empty_distance": 0.3, "full_distance": 1.9, "note": "x"})
    )
    warnings: list[str] = []

    records = Placer(registry).place(
        DEVICE, [Reading("level.distance", 1.1), Reading("container.temperature", 5)], NOW, {}, warnings
    )

    assert len(records) == 2
    (told,) = warnings
    assert f"the assignment of {DEVICE} to markt: empty_distance 0.3 is not more than" in told


def test_new_parameters_hold_from_the_next_frame_on(registry: SqlRegistry) -> None:
    placer = Placer(registry)
    assert len(placer.place(DEVICE, [Reading("level.distance", 1.1)], NOW, {})) == 1

    registry.assign(Assignment(DEVICE, "markt", 0, parameters=BIN))

    assert len(placer.place(DEVICE, [Reading("level.distance", 1.1)], NOW, {})) == 3
