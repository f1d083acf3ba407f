"""The vocabulary is whole and consistent."""

import re

import pytest

from smartregion.quantities import DOMAINS, QUANTITIES, Kind, Quantity, quantity

ALL = list(QUANTITIES.values())

TRIPLES = {"soil.phosphorus", "soil.potassium", "acceleration.y", "acceleration.z", "radio.snr"}
"""Names that share their row of the vocabulary with another."""


def test_there_are_114_rows() -> None:
    assert len(QUANTITIES.keys() - TRIPLES) == 114
    assert QUANTITIES.keys() >= TRIPLES


def test_a_name_is_medium_dot_quantity_in_snake_case() -> None:
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+[a-z0-9]*(_[a-z0-9]+)*", row.name) for row in ALL)
    assert all(name == row.name for name, row in QUANTITIES.items())


@pytest.mark.parametrize("language", ["label_de", "label_en"])
def test_labels_are_there_and_tell_quantities_apart(language: str) -> None:
    labels = [getattr(row, language) for row in ALL]

    assert all(label and label == label.strip() for label in labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.name)
def test_a_row_makes_sense(row: Quantity) -> None:
    assert row.unit
    assert row.domains
    assert set(row.domains) <= set(DOMAINS)
    assert row.low is not None
    assert row.high is not None
    assert row.low < row.high
    assert row.display_factor > 0


def test_what_concerns_the_device_belongs_to_every_domain() -> None:
    own = [row for row in ALL if row.name.startswith(("device.", "radio."))]

    assert len(own) == 7
    assert all(row.domains == DOMAINS for row in own)


def test_states_and_events_are_0_or_1() -> None:
    flags = [row for row in ALL if row.kind in (Kind.STATE, Kind.EVENT)]

    assert all((row.low, row.high, row.unit) == (0, 1, "1") for row in flags)


def test_counters_never_go_below_zero() -> None:
    assert all(row.low == 0 for row in ALL if row.kind in (Kind.COUNTER, Kind.DELTA))


def test_amounts_add_up_over_points_but_temperatures_shares_and_rain_do_not() -> None:
    additive = {row.name for row in ALL if row.additive}

    assert {"power.active", "people.present", "level.volume", "water.volume_total", "people.count"} <= additive
    assert not any(row.unit in ("Cel", "%", "V", "mm", "1", "deg") for row in ALL if row.additive)


@pytest.mark.parametrize(
    ("name", "unit", "symbol", "factor", "obis"),
    [
        ("energy.active_import_total", "W.h", "kWh", 0.001, "1-0:1.8.0"),
        ("water.volume_total", "L", "m³", 0.001, "8-0:1.0.0"),
        ("air.temperature", "Cel", "°C", 1.0, ""),
        ("traffic.speed_mean", "m/s", "km/h", 3.6, ""),
    ],
)
def test_people_see_their_own_units(name: str, unit: str, symbol: str, factor: float, obis: str) -> None:
    row = quantity(name)

    assert (row.unit, row.symbol, row.display_factor, row.obis) == (unit, symbol, factor, obis)


def test_a_name_that_does_not_exist_is_named() -> None:
    with pytest.raises(KeyError, match=r"air\.temprature"):
        quantity("air.temprature")
