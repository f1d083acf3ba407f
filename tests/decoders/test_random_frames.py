"""Ten thousand random frames of each decoder raise nothing but Undecodable."""

import math
import random
from collections.abc import Iterator
from contextlib import suppress

import pytest

from decoders import catalogue, vectors
from decoders.decoder import Decoder, Frame
from smartregion.errors import Undecodable

FRAMES = 10_000
LONGEST = 242
RECEIVED = 1_790_000_000_000_000_000


def wild(chance: random.Random, known: Frame) -> bytes:
    return chance.randbytes(chance.randint(1, LONGEST))


def of_a_known_length(chance: random.Random, known: Frame) -> bytes:
    return chance.randbytes(len(known.payload))


def of_a_known_beginning(chance: random.Random, known: Frame) -> bytes:
    kept = chance.randint(1, len(known.payload))
    return known.payload[:kept] + chance.randbytes(chance.randint(0, 40))


def with_changed_bytes(chance: random.Random, known: Frame) -> bytes:
    payload = bytearray(known.payload)
    for _ in range(chance.randint(1, 6)):
        payload[chance.randrange(len(payload))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
    return bytes(payload)


def repeated(chance: random.Random, known: Frame) -> bytes:
    begin, end = sorted(chance.randint(0, len(known.payload)) for _ in range(2))
    return known.payload + known.payload[begin:end] * chance.randint(1, 4)


MAKERS = (wild, of_a_known_length, of_a_known_beginning, with_changed_bytes, repeated)


def frames(decoder: Decoder) -> Iterator[Frame]:
    chance = random.Random(decoder.name + decoder.since)
    ports = sorted(decoder.ports)
    known = [each.frame for each in vectors.of(decoder) if each.frame.payload and each.frame.f_port in decoder.ports]
    for n in range(FRAMES):
        like = chance.choice(known)
        port = like.f_port if chance.random() < 0.7 else chance.choice(ports)
        received_at = chance.choice((like.received_at, RECEIVED, chance.randrange(2**63)))
        yield Frame(port, MAKERS[n % len(MAKERS)](chance, like), received_at)


@pytest.mark.parametrize("decoder", catalogue.all_decoders(), ids=lambda each: each.name + each.since)
def test_random_frames_raise_nothing_but_undecodable(decoder: Decoder) -> None:
    quantities = set(decoder.quantities)
    decoded = 0
    for frame in frames(decoder):
        with suppress(Undecodable):
            readings = decoder.decode(frame).readings
            decoded += 1
            assert all(each.quantity in quantities and math.isfinite(each.value) for each in readings), frame

    assert decoded, "none of the random frames was read at all"
