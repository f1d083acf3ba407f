"""Which decoder a device gets."""

from dataclasses import replace

import pytest

from decoders import catalogue
from decoders.decoder import Decoder
from smartregion.model import Profile

FIRST_DOZEN = [
    "milesight-iot/em310-udl",
    "milesight-iot/em400-tld",
    "milesight-iot/em400-mud",
    "milesight-iot/em300-th",
    "milesight-iot/em300-di",
    "milesight-iot/ct101",
    "milesight-iot/ws523",
    "milesight-iot/ws52x",
    "milesight-iot/vs133",
    "dragino/ldds75",
    "dragino/lse01",
    "decentlab/dl-mbx",
    "elsys/ers",
    "elsys/elt-2",
    "elsys/ers-co2",
    "elsys/generic",
    "axioma/qalcosonic-w1",
    "emu/emu-prof-ii",
    "bosch/tps110",
]


def layouts(*since: str) -> list[Decoder]:
    return [replace(catalogue.all_decoders()[0], since=each) for each in since]


@pytest.mark.parametrize("name", FIRST_DOZEN)
def test_the_first_dozen_is_there(name: str) -> None:
    assert catalogue.find(Profile(*name.split("/"))) is not None


def test_letters_may_be_large() -> None:
    assert catalogue.find(Profile("Dragino", "LDDS75")) is catalogue.find(Profile("dragino", "ldds75"))


@pytest.mark.parametrize("profile", [Profile("dragino", "ldds76"), Profile("acme", "ers"), Profile("", "")])
def test_what_is_not_known_has_no_decoder(profile: Profile) -> None:
    assert catalogue.find(profile) is None


@pytest.mark.parametrize(
    ("firmware", "chosen"),
    [
        ("", "1.10"),
        ("unknown", "1.10"),
        ("1.0", ""),
        ("1.1.3", ""),
        ("1.1.4", "1.1.4"),
        ("v1.2", "1.1.4"),
        ("1.9", "1.1.4"),
        ("1.10", "1.10"),
        ("2", "1.10"),
    ],
)
def test_of_several_layouts_the_one_in_force_with_the_firmware_is_taken(firmware: str, chosen: str) -> None:
    found = catalogue.newest(layouts("", "1.10", "1.1.4"), firmware)

    assert found is not None
    assert found.since == chosen


def test_firmware_older_than_all_layouts_has_no_decoder() -> None:
    assert catalogue.newest(layouts("1.1.4"), "1.0") is None


def test_no_model_is_read_by_two_decoders_of_the_same_firmware() -> None:
    names = [(each.brand, model, each.since) for each in catalogue.all_decoders() for model in each.models]

    assert len(set(names)) == len(names)
