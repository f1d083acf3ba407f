"""Frames that somebody else built from the same data sheet decode to exactly what went in."""

import importlib
import math
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from decoders import catalogue, vectors
from decoders.decoder import Decoder, Frame
from smartregion.model import Profile, Reading
from tests.decoders.builders.built import Builder, Built

FRAMES = 300


def all_builders() -> Iterator[tuple[str, Builder]]:
    for path in sorted((Path(__file__).parent / "builders").glob("*.py")):
        module = importlib.import_module(f"tests.decoders.builders.{path.stem}")
        yield from getattr(module, "BUILDERS", {}).items()


BUILDERS = dict(all_builders())


def decoder_of(name: str) -> Decoder | None:
    """By `brand/model` or `brand/model@firmware`."""
    profile, _, firmware = name.partition("@")
    brand, _, model = profile.partition("/")
    return catalogue.find(Profile(brand, model, firmware))


BUILT = {name: decoder for name in BUILDERS if (decoder := decoder_of(name))}
UNIQUE = {id(each): each for each in BUILT.values()}
DECODERS = [pytest.param(each, id=each.name + each.since) for each in UNIQUE.values()]


def frames(name: str) -> Iterator[Built]:
    chance = random.Random(name)
    for _ in range(FRAMES):
        yield BUILDERS[name](chance)


def frames_of(decoder: Decoder) -> Iterator[Built]:
    for name, other in BUILT.items():
        if other is decoder:
            yield from frames(name)


def ordered(readings: list[Reading]) -> list[Reading]:
    return sorted(readings, key=lambda each: (each.quantity, each.attributes, each.time or 0, each.value))


def same(one: Reading, other: Reading) -> bool:
    return one._replace(value=0) == other._replace(value=0) and math.isclose(one.value, other.value, rel_tol=1e-9)


def test_every_builder_has_its_decoder() -> None:
    assert BUILT.keys() == BUILDERS.keys()


@pytest.mark.parametrize("name", BUILT)
def test_a_built_frame_gives_back_what_went_in(name: str) -> None:
    decoder = BUILT[name]
    for built in frames(name):
        frame = Frame(built.f_port, built.payload, built.received_at)
        found, wanted = ordered(list(decoder.decode(frame).readings)), ordered(built.readings)

        assert len(found) == len(wanted), (frame, found, wanted)
        assert all(map(same, found, wanted)), (frame, found, wanted)


@pytest.mark.parametrize("decoder", DECODERS)
def test_the_builders_of_a_decoder_build_every_quantity(decoder: Decoder) -> None:
    shown = {reading.quantity for each in frames_of(decoder) for reading in each.readings}

    assert shown == set(decoder.quantities)


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_vector_shows_a_negative_value_where_the_format_has_signs(decoder: Decoder) -> None:
    if any(reading.value < 0 for each in frames_of(decoder) for reading in each.readings):
        assert any(reading.value < 0 for each in vectors.of(decoder) for reading in each.readings)


def test_no_decoder_lacks_a_builder() -> None:
    built = set(map(id, BUILT.values()))
    lacking = [each for each in catalogue.all_decoders() if id(each) not in built]

    assert not [each.name + each.since for each in lacking]


@pytest.mark.parametrize("decoder", DECODERS)
def test_where_a_value_can_be_negative_a_vector_shows_one(decoder: Decoder) -> None:
    signed = any(reading.value < 0 for frame in frames_of(decoder) for reading in frame.readings)
    shown = any(reading.value < 0 for vector in vectors.of(decoder) for reading in vector.readings)

    assert shown or not signed
