"""What a decoder's vectors must be, so that they prove anything."""

import pytest

from decoders import catalogue, vectors
from decoders.decoder import Decoder
from decoders.vectors import SOURCES, Vector

DECODERS = [pytest.param(decoder, id=decoder.name + decoder.since) for decoder in catalogue.all_decoders()]


def good(decoder: Decoder) -> list[Vector]:
    return [each for each in vectors.of(decoder) if each.readings and not each.error]


@pytest.mark.parametrize("vector", tuple(vectors.all_vectors()), ids=lambda each: f"{each.profile.name} {each.name}")
def test_a_vector_tells_where_it_comes_from(vector: Vector) -> None:
    assert vector.source.split(" ")[0].rstrip(",:;") in SOURCES


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_vector_shows_a_good_frame_cut_short(decoder: Decoder) -> None:
    whole = [(each.frame.f_port, each.frame.payload) for each in good(decoder)]
    short = [each for each in vectors.of(decoder) if each.error and each.frame.payload]

    assert any(
        port == each.frame.f_port and payload.startswith(each.frame.payload) and payload != each.frame.payload
        for each in short
        for port, payload in whole
    )


def test_no_two_vectors_of_a_model_have_one_name() -> None:
    names = [(each.profile.name, each.name) for each in vectors.all_vectors()]

    assert len(set(names)) == len(names)
