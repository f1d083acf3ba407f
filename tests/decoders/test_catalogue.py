"""One suite over every decoder: a decoder joins by being in the catalogue and having vectors."""

import math
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decoders import catalogue, vectors
from decoders.decoder import Decoder, Frame
from decoders.vectors import Vector
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Profile
from smartregion.quantities import DOMAINS, QUANTITIES, Kind

DECODERS = [pytest.param(decoder, id=decoder.name) for decoder in catalogue.all_decoders()]
VECTORS = [
    pytest.param(vector, id=f"{vector.profile.name} {vector.name}".replace(" ", "-"))
    for vector in vectors.all_vectors()
]
READABLE = [each for each in VECTORS if isinstance(each.values[0], Vector) and not each.values[0].error]

MUTATIONS = 4000
"""So many changed frames of one vector are tried; of longer vectors evenly spread ones."""


def decoder_of(vector: Vector) -> Decoder:
    decoder = catalogue.find(vector.profile)
    assert decoder is not None, f"no decoder for {vector.profile.name}"
    return decoder


def changed(payload: bytes) -> Iterator[bytes]:
    """Every prefix, and the payload with one byte changed to each other value."""
    for end in range(len(payload)):
        yield payload[:end]
    total = len(payload) * 255
    for n in range(0, total, max(1, math.ceil(total / MUTATIONS))):
        at, step = divmod(n, 255)
        yield payload[:at] + bytes(((payload[at] + step + 1) % 256,)) + payload[at + 1 :]


def check_words(decoder: Decoder, decoded: Decoded) -> None:
    for quantity, value, attributes, time in decoded.readings:
        assert quantity in decoder.quantities
        assert isinstance(value, float)
        assert math.isfinite(value)
        assert attributes == tuple(sorted(attributes))
        assert all(isinstance(name, str) and name and isinstance(text, str) and text for name, text in attributes)
        assert time is None or isinstance(time, int)
    assert all(isinstance(warning, str) and warning for warning in decoded.warnings)


@pytest.mark.parametrize("vector", VECTORS)
def test_a_vector_gives_what_it_says(vector: Vector) -> None:
    decoder = decoder_of(vector)
    if vector.error:
        with pytest.raises(Undecodable) as caught:
            decoder.decode(vector.frame)
        assert vector.error in str(caught.value)
        return

    decoded = decoder.decode(vector.frame)

    assert [(each.quantity, each.attributes, each.time) for each in decoded.readings] == [
        (each.quantity, each.attributes, each.time) for each in vector.readings
    ]
    assert [each.value for each in decoded.readings] == pytest.approx(
        [each.value for each in vector.readings], rel=1e-9, abs=0
    )
    assert len(decoded.warnings) == len(vector.warnings), decoded.warnings
    for said, wanted in zip(decoded.warnings, vector.warnings, strict=True):
        assert wanted in said


@pytest.mark.parametrize("vector", READABLE)
def test_a_vector_lies_in_the_plausible_range(vector: Vector) -> None:
    for reading in decoder_of(vector).decode(vector.frame).readings:
        row = QUANTITIES[reading.quantity]
        assert row.low is not None
        assert row.high is not None
        assert (row.low <= reading.value <= row.high) == (reading.quantity not in vector.unphysical)


@pytest.mark.parametrize("vector", READABLE)
def test_a_decoder_is_pure(vector: Vector) -> None:
    decoder = decoder_of(vector)
    payload = bytearray(vector.frame.payload)

    first = decoder.decode(vector.frame)
    decoder.decode(vector.frame._replace(received_at=vector.frame.received_at + 1))

    assert decoder.decode(vector.frame) == first
    assert vector.frame.payload == payload


@pytest.mark.parametrize("vector", READABLE)
def test_damaged_bytes_raise_nothing_but_undecodable(vector: Vector) -> None:
    decoder = decoder_of(vector)
    for payload in changed(vector.frame.payload):
        with suppress(Undecodable):
            check_words(decoder, decoder.decode(vector.frame._replace(payload=payload)))


@pytest.mark.parametrize("decoder", DECODERS)
@settings(max_examples=60, deadline=None)
@given(payload=st.binary(min_size=1, max_size=222), data=st.data())
def test_any_bytes_raise_nothing_but_undecodable(decoder: Decoder, payload: bytes, data: st.DataObject) -> None:
    port = data.draw(st.sampled_from(sorted(decoder.ports)))
    received_at = data.draw(st.integers(0, 2**63 - 1))

    with suppress(Undecodable):
        check_words(decoder, decoder.decode(Frame(port, payload, received_at)))


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_decoder_is_proved_by_at_least_three_vectors_one_of_them_an_error(decoder: Decoder) -> None:
    proofs = vectors.of(decoder)

    assert len([each for each in proofs if not each.error]) >= 2
    assert any(each.error for each in proofs)
    assert len(proofs) >= 3
    assert all(each.source for each in proofs)


@pytest.mark.parametrize("decoder", DECODERS)
def test_vectors_show_every_quantity_but_those_of_the_family_in_common(decoder: Decoder) -> None:
    shown = {reading.quantity for each in vectors.of(decoder) for reading in each.readings}

    assert set(decoder.quantities) - shown <= {"device.battery_percent", "device.restart"}


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("payload", [b"", b"\x00", bytes(range(60)), b"\xff" * 222])
def test_ports_that_are_not_the_devices_own_are_refused(decoder: Decoder, payload: bytes) -> None:
    for port in set(range(256)) - decoder.ports:
        with pytest.raises(Undecodable, match=f"port {port}"):
            decoder.decode(Frame(port, payload, 0))


@pytest.mark.parametrize("decoder", DECODERS)
def test_an_empty_payload_is_refused(decoder: Decoder) -> None:
    for port in decoder.ports:
        with pytest.raises(Undecodable, match="empty"):
            decoder.decode(Frame(port, b"", 0))


@pytest.mark.parametrize("decoder", DECODERS)
def test_what_the_catalogue_tells_is_whole(decoder: Decoder) -> None:
    assert decoder.title
    assert decoder.source
    assert decoder.domain in DOMAINS
    assert decoder.ports
    assert set(decoder.quantities) <= QUANTITIES.keys()


@pytest.mark.parametrize("decoder", DECODERS)
def test_every_counter_tells_where_it_rolls_over_and_nothing_else_does(decoder: Decoder) -> None:
    counters = {name for name in decoder.quantities if QUANTITIES[name].kind is Kind.COUNTER}

    assert decoder.moduli.keys() == counters
    assert all(modulus > 0 for modulus in decoder.moduli.values())


def test_a_charge_of_hundredths_rolls_over_at_a_hundredth_of_32_bits() -> None:
    decoder = catalogue.find(Profile("milesight-iot", "ct101"))

    assert decoder is not None
    assert decoder.moduli == {"electric.charge_total": 42949672.96}
