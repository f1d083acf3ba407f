"""Impossible settings are told when they are made, all of them and in words that help."""

import math

import pytest

from decoders.derived import Parameters
from decoders.parameters import PARAMETERS, check
from smartregion.errors import Misconfigured


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"emty_distance": 1.9}, "there is no parameter emty_distance; known are empty_distance, full_distance, shape"),
        ({"empty_distance": 0.3, "full_distance": 1.9}, "empty_distance 0.3 is not more than full_distance 1.9"),
        ({"empty_distance": 1.9, "full_distance": 1.9}, "is not more than"),
        ({"empty_distance": 1.9}, "empty_distance says nothing without full_distance"),
        ({"full_distance": 1.9}, "full_distance says nothing without empty_distance"),
        ({"shape": "cone"}, "shape says nothing without empty_distance and full_distance"),
        ({"empty_distance": 2, "full_distance": 1, "shape": "round"}, "'round' is none of box, cylinder"),
        ({"empty_distance": 185, "full_distance": 35}, "empty_distance 185 is no number from 0 to 100"),
        ({"empty_distance": "deep", "full_distance": 0.3}, "empty_distance 'deep' is no number"),
        ({"volume_l": 0}, "volume_l 0 is no number from 0.1"),
        ({"mounting_height": math.nan}, "mounting_height nan is no number"),
        ({"mounting_height": math.inf}, "mounting_height inf is no number"),
        ({"pulse_factor": 10}, "pulse_factor says nothing without pulse_quantity"),
        ({"pulse_quantity": "water.volume_total"}, "pulse_quantity says nothing without pulse_factor"),
        ({"pulse_factor": 10, "pulse_quantity": "water.volume"}, "'water.volume' is none of water.volume_total"),
        ({"pulse_factor": -1, "pulse_quantity": "water.volume_total"}, "pulse_factor -1 is no number"),
        ({"pressure_min": 2, "pressure_max": 1}, "pressure_max 1 is not more than pressure_min 2"),
        ({"pressure_max": 1}, "pressure_max says nothing without pressure_min"),
        ({"current_ratio": 0}, "current_ratio 0 is no number"),
        ({"voltage_ratio": "100/1"}, "voltage_ratio '100/1' is no number"),
        ({"profile": "elsys"}, "profile 'elsys': write BRAND/MODEL"),
        ({"profile": "/ers"}, "write BRAND/MODEL"),
    ],
)
def test_what_makes_no_sense_is_told(parameters: Parameters, words: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        check(parameters)

    assert words in str(caught.value)


def test_every_mistake_is_told_at_once() -> None:
    with pytest.raises(Misconfigured, match="volume_l") as caught:
        check({"volume_l": -1, "depth": 3, "height": 2, "pulse_factor": 1})

    told = str(caught.value)
    assert "pulse_quantity" in told
    assert "no parameter depth, height" in told


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"profile": "elsys/ers"},
        {"empty_distance": 1.85, "full_distance": 0.0},
        {"empty_distance": 1.85, "full_distance": 0.35, "shape": "cone", "volume_l": 3000},
        {"volume_l": 1100},
        {"mounting_height": 401.33},
        {"pulse_factor": 0.2, "pulse_quantity": "rain.total"},
        {"pressure_min": -1, "pressure_max": 0},
        {"current_ratio": 40, "voltage_ratio": 200.0},
    ],
)
def test_what_makes_sense_is_taken(parameters: Parameters) -> None:
    check(parameters)


def test_every_parameter_is_told_in_both_languages() -> None:
    for parameter in PARAMETERS.values():
        assert parameter.label_de
        assert parameter.label_en
        assert parameter.meaning
        assert parameter.is_number == math.isfinite(parameter.high)
        assert set(parameter.needs) <= PARAMETERS.keys()
