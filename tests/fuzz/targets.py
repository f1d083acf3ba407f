"""What is tried with the fuzzer's bytes: the first chooses the part, the next ones decoder and port."""

from collections.abc import Iterator
from typing import Final

from decoders import catalogue, conformance, vectors
from decoders.decoder import Frame
from decoders.fields import NORMALIZED, from_normalized
from ingest import wire
from smartregion.errors import Undecodable, Unusable

RECEIVED_AT: Final = 1_790_000_000_000_000_000
PARTS: Final = 8
"""Six of eight turns are the decoders'."""
_DECODERS: Final = catalogue.all_decoders()
_PORTS: Final = [sorted(decoder.ports) for decoder in _DECODERS]


def try_one(data: bytes) -> None:
    """Raises whatever nobody may raise."""
    if len(data) < 4:
        return
    match data[0] % PARTS:
        case 0:
            _try_message(data[1:])
        case 1:
            _try_normalized(data[1:])
        case _:
            _try_decoder(data)


def seeds() -> Iterator[bytes]:
    """Every vector as a beginning, and one small message."""
    for number, decoder in enumerate(_DECODERS):
        for vector in vectors.of(decoder):
            if vector.frame.f_port in decoder.ports:
                port = _PORTS[number].index(vector.frame.f_port)
                yield bytes((2, number % 256, port)) + vector.frame.payload
    yield b'\0{"end_device_ids":{"device_id":"abc","application_ids":{"application_id":"abc"}},"uplink_message":{}}'
    yield b'\1[{"air":{"temperature":1.5},"time":"2026-11-22T12:00:00Z","position":{"latitude":1,"longitude":2}}]'
    yield b"\1" + b"".join(f'{{"{field.path[0]}":{{"{field.path[-1]}":1}}}}'.encode() for field in NORMALIZED[:3])


def _try_message(data: bytes) -> None:
    try:
        wire.parse(data)
    except Unusable:
        return


def _try_normalized(data: bytes) -> None:
    try:
        from_normalized(data)
    except Undecodable:
        return


def _try_decoder(data: bytes) -> None:
    number = data[1] % len(_DECODERS)
    decoder, ports = _DECODERS[number], _PORTS[number]
    try:
        decoded = decoder.decode(Frame(ports[data[2] % len(ports)], data[3:], RECEIVED_AT))
    except Undecodable:
        return
    for words in conformance.wrong_words(decoder, decoded):
        raise AssertionError(f"{decoder.name}: {words}")
