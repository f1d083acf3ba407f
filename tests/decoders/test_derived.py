"""What parameters make of readings, against figures worked out by hand."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders.derived import PULSE_QUANTITIES, SHAPES, Parameters, apply, derivations
from decoders.parameters import mistakes
from smartregion.model import Attributes, Reading
from smartregion.quantities import QUANTITIES, Kind

BIN: Parameters = {"empty_distance": 1.85, "full_distance": 0.35}
CHANNEL: Attributes = (("channel", "1"),)


def values(parameters: Parameters, *readings: Reading) -> dict[str, float]:
    assert mistakes(parameters) == []
    found = apply(readings, parameters)
    assert len({each[0] for each in found}) == len(found)
    return {each.quantity: each.value for each in found}


def one(quantity: str, value: float, parameters: Parameters) -> dict[str, float]:
    return values(parameters, Reading(quantity, value))


@pytest.mark.parametrize(("distance", "percent"), [(1.85, 0), (1.1, 50), (0.5, 90), (0.35, 100), (2.4, 0), (0.05, 100)])
def test_a_distance_in_a_container_is_a_fill_level(distance: float, percent: float) -> None:
    found = one("level.distance", distance, BIN)

    assert found == {"level.distance": distance, "level.fill_percent": pytest.approx(percent)}


@pytest.mark.parametrize(
    ("shape", "distance", "share"),
    [
        ("box", 1.1, 0.5),
        ("cylinder", 1.475, 0.25),
        ("lying_cylinder", 1.1, 0.5),
        # A quarter of the diameter is filled: the angle is 120°, the segment (2π/3 - sin 120°) / 2π of the circle.
        ("lying_cylinder", 1.475, 0.19550110947788532),
        ("lying_cylinder", 0.35, 1),
        ("cone", 1.1, 0.125),
        ("sphere", 1.1, 0.5),
        ("sphere", 1.475, 0.15625),
    ],
)
def test_litres_follow_the_shape(shape: str, distance: float, share: float) -> None:
    found = one("level.distance", distance, {**BIN, "shape": shape, "volume_l": 3000})

    assert found["level.fill_percent"] == pytest.approx(100 * share)
    assert found["level.volume"] == pytest.approx(3000 * share)


@pytest.mark.parametrize("shape", SHAPES)
@given(shares=st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted))
def test_more_height_is_never_less_volume(shape: str, shares: list[float]) -> None:
    low, high = (SHAPES[shape](share) for share in shares)

    assert -1e-12 <= low <= high + 1e-9
    assert high <= 1 + 1e-12


def test_litres_follow_a_fill_level_that_the_device_tells() -> None:
    assert one("level.fill_percent", 30, {"volume_l": 1100}) == {"level.fill_percent": 30, "level.volume": 330}


def test_the_places_own_geometry_stands_before_what_the_device_tells() -> None:
    told = Reading("level.fill_percent", 12)
    found = values({**BIN, "volume_l": 3000}, Reading("level.distance", 1.1), told)

    assert found["level.fill_percent"] == pytest.approx(50)
    assert found["level.volume"] == pytest.approx(1500)
    # Without a distance in the frame the device's word stays.
    assert values({**BIN, "volume_l": 3000}, told) == {"level.fill_percent": 12}


def test_a_gauge_looking_down_and_a_probe_in_the_water_give_the_stage() -> None:
    assert one("level.distance", 1.2, {"mounting_height": 4.5})["water.stage"] == pytest.approx(3.3)
    assert one("water.level", 0.85, {"mounting_height": 101.2})["water.stage"] == pytest.approx(102.05)


@pytest.mark.parametrize(
    ("quantity", "factor", "pulses", "register"),
    [
        ("water.volume_total", 10, 1234, 12340),
        ("gas.volume_total", 100, 57, 5700),
        # 75 pulses a kWh: 300 of them are 4 kWh.
        ("energy.active_import_total", 1000 / 75, 300, 4000),
        ("rain.total", 0.2, 15, 3),
    ],
)
def test_pulses_become_a_register(quantity: str, factor: float, pulses: float, register: float) -> None:
    found = one("pulse.count_total", pulses, {"pulse_quantity": quantity, "pulse_factor": factor})

    assert found == {"pulse.count_total": pulses, quantity: pytest.approx(register)}


def test_a_register_rolls_over_where_its_pulses_do() -> None:
    parameters: Parameters = {"pulse_quantity": "water.volume_total", "pulse_factor": 10}

    (derivation,) = derivations("pulse.count_total", float(2**16), parameters)

    assert (derivation.quantity, derivation.modulus) == ("water.volume_total", 655_360)
    assert derivations("pulse.count_total", None, parameters)[0].modulus is None


@pytest.mark.parametrize(
    ("begin", "end", "told", "kilopascal"), [(0, 2, 25, 50), (1, 5, 25, 200), (-1, 1, 50, 0), (0, 1, 37.5, 37.5)]
)
def test_a_pressure_is_scaled_to_the_range_on_the_label(
    begin: float, end: float, told: float, kilopascal: float
) -> None:
    found = one("water.pressure", told, {"pressure_min": begin, "pressure_max": end})

    assert found == {"water.pressure": pytest.approx(kilopascal)}


@pytest.mark.parametrize(
    ("quantity", "told", "true"),
    [
        ("electric.current", 3.2, 128),
        ("electric.charge_total", 2, 80),
        ("electric.voltage", 57.5, 11500),
        ("power.active", 50, 400_000),
        ("power.reactive", -5, -40_000),
        ("power.apparent", 51, 408_000),
        ("energy.active_import_total", 7, 56_000),
        ("energy.active_import", 2, 16_000),
        ("power.factor", 0.98, 0.98),
        ("electric.frequency", 50, 50),
        ("switch.on", 1, 1),
    ],
)
def test_transformers_multiply_what_they_transform(quantity: str, told: float, true: float) -> None:
    """Currents of 200/5 A, voltages of 20000/100 V."""
    found = one(quantity, told, {"current_ratio": 40, "voltage_ratio": 200})

    assert found == {quantity: pytest.approx(true)}


def test_a_scaled_register_rolls_over_later() -> None:
    (derivation,) = derivations("energy.active_import_total", 1000.0, {"current_ratio": 40})

    assert derivation.modulus == 40_000


def test_a_derived_reading_keeps_time_and_attributes() -> None:
    parameters: Parameters = {"pulse_quantity": "gas.volume_total", "pulse_factor": 100}
    read = [Reading("pulse.count_total", 3, CHANNEL, 7), Reading("pulse.count_total", 4, CHANNEL, 8)]

    assert apply(read, parameters) == (
        *read,
        Reading("gas.volume_total", 300, CHANNEL, 7),
        Reading("gas.volume_total", 400, CHANNEL, 8),
    )


def test_without_parameters_readings_stay_as_they_are() -> None:
    read = tuple(Reading(name, 1.0) for name in QUANTITIES)

    assert apply(read, {}) == read
    assert apply(read, {"profile": "elsys/ers"}) == read


@given(value=st.floats(-1e6, 1e6), modulus=st.none() | st.floats(1, 1e12))
def test_every_derivation_is_a_number_in_the_vocabulary(value: float, modulus: float | None) -> None:
    everything: Parameters = {
        **BIN,
        "shape": "lying_cylinder",
        "volume_l": 10,
        "mounting_height": 2,
        "pulse_factor": 2,
        "pulse_quantity": "heat.energy_total",
        "pressure_min": 0,
        "pressure_max": 6,
        "current_ratio": 2,
        "voltage_ratio": 3,
    }
    for quantity in QUANTITIES:
        for derivation in derivations(quantity, modulus, everything):
            assert derivation.quantity in QUANTITIES
            assert math.isfinite(derivation.make(value))
            if derivation.modulus is not None:
                assert QUANTITIES[derivation.quantity].kind is Kind.COUNTER


def test_pulses_become_counters_only() -> None:
    assert all(QUANTITIES[name].kind is Kind.COUNTER for name in PULSE_QUANTITIES)
