"""One suite over every decoder: a decoder joins by being in the catalogue and having vectors.

What it asks is decoders/conformance.py, which `smartregion decoder test` asks of everybody's decoders.
"""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoders import catalogue, conformance, vectors
from decoders.decoder import Decoder, Frame
from decoders.vectors import Vector
from smartregion.errors import Undecodable
from smartregion.model import Profile

DECODERS = [pytest.param(decoder, id=decoder.name + decoder.since) for decoder in catalogue.all_decoders()]
VECTORS = [
    pytest.param(vector, id=f"{vector.profile.name} {vector.name}".replace(" ", "-"))
    for vector in vectors.all_vectors()
]
READABLE = [each for each in VECTORS if isinstance(each.values[0], Vector) and not each.values[0].error]


def decoder_of(vector: Vector) -> Decoder:
    decoder = catalogue.find(vector.profile)
    assert decoder is not None, f"no decoder for {vector.profile.name}"
    return decoder


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_gives_what_it_says(vector: Vector) -> None:
    assert not conformance.differences(decoder_of(vector), vector)


@pytest.mark.parametrize("vector", READABLE)
def test_a_vector_gives_what_other_parts_can_use(vector: Vector) -> None:
    assert not list(conformance.useless(decoder_of(vector), vector))


@pytest.mark.parametrize("vector", READABLE)
def test_a_vector_lies_in_the_plausible_range(vector: Vector) -> None:
    assert not list(conformance.out_of_range(decoder_of(vector), vector))


@pytest.mark.parametrize("vector", READABLE)
def test_a_decoder_is_pure(vector: Vector) -> None:
    assert not list(conformance.impure(decoder_of(vector), vector))


@pytest.mark.parametrize("vector", READABLE)
def test_damaged_bytes_raise_nothing_but_undecodable(vector: Vector) -> None:
    assert not list(conformance.damage(decoder_of(vector), vector))


@pytest.mark.parametrize("decoder", DECODERS)
@settings(max_examples=60, deadline=None)
@given(payload=st.binary(min_size=1, max_size=222), data=st.data())
def test_any_bytes_raise_nothing_but_undecodable(decoder: Decoder, payload: bytes, data: st.DataObject) -> None:
    port = data.draw(st.sampled_from(sorted(decoder.ports)))
    received_at = data.draw(st.integers(0, 2**63 - 1))

    with suppress(Undecodable):
        assert not list(conformance.wrong_words(decoder, decoder.decode(Frame(port, payload, received_at))))


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_decoder_is_proved_by_vectors_of_what_it_gives_and_of_an_error(decoder: Decoder) -> None:
    assert not list(conformance.unproved(decoder, vectors.of(decoder)))


@pytest.mark.parametrize("decoder", DECODERS)
def test_ports_that_are_not_the_devices_own_and_empty_payloads_are_refused(decoder: Decoder) -> None:
    assert not list(conformance.ports_open(decoder))


@pytest.mark.parametrize("decoder", DECODERS)
def test_what_the_catalogue_tells_is_whole(decoder: Decoder) -> None:
    assert not list(conformance.untold(decoder))


@pytest.mark.parametrize("decoder", DECODERS)
def test_every_counter_tells_where_it_rolls_over_and_nothing_else_does(decoder: Decoder) -> None:
    assert not list(conformance.endless_counters(decoder))


def test_a_charge_of_hundredths_rolls_over_at_a_hundredth_of_32_bits() -> None:
    decoder = catalogue.find(Profile("milesight-iot", "ct101"))

    assert decoder is not None
    assert decoder.moduli == {"electric.charge_total": 42949672.96}
