"""The suite over all decoders finds what it is there to find: each check against a decoder that breaks it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from decoders import conformance
from decoders.decoder import Decoder, Frame
from decoders.vectors import Vector
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Profile, Reading

PORT = 2
FIRE = Reading("air.temperature", 900.0)
MILD = "air.temperature 22.6 Cel"
Read = Callable[[Frame], Decoded]


def thermometer(frame: Frame) -> Decoded:
    if len(frame.payload) != 2:
        raise Undecodable("cut short")
    raw = int.from_bytes(frame.payload, "big", signed=True)
    warnings = ("hot",) if raw > 500 else ()
    return Decoded((Reading("air.temperature", raw / 10),), warnings)


def decoder(
    read: Read = thermometer,
    quantities: Sequence[str] = ("air.temperature",),
    moduli: Mapping[str, float] | None = None,
) -> Decoder:
    return Decoder(
        brand="acme",
        models=("t1",),
        title="Acme T1",
        domain="environment",
        source="data sheet, section 3",
        ports=frozenset({PORT}),
        quantities=tuple(quantities),
        read=read,
        moduli=moduli or {},
    )


def vector(
    digits: str = "00e2", *readings: Reading, name: str = "mild", error: str = "", source: str = "datasheet"
) -> Vector:
    frame = Frame(PORT, bytes.fromhex(digits), 0)
    wanted = readings or (() if error else (Reading("air.temperature", 22.6),))
    return Vector(Profile("acme", "t1"), name, source, frame, wanted, (), error, ())


GOOD = (
    vector(),
    vector("ff9c", Reading("air.temperature", -10.0), name="frost"),
    vector("ff", name="cut", error="cut short"),
)


def checks(found: Iterator[conformance.Finding]) -> set[str]:
    return {each.check for each in found}


def test_a_sound_decoder_has_no_fault() -> None:
    assert not list(conformance.faults(decoder(), GOOD))


@pytest.mark.parametrize(
    ("wrong", "wanted", "got"),
    [
        (vector("00e3"), "air.temperature 22.6 Cel", "air.temperature 22.7 Cel"),
        (vector("00e2", Reading("air.temperature", 22.6), Reading("air.co2", 400.0)), "air.co2 400 [ppm]", ""),
        (vector("00e2", Reading("air.temperature", 22.6, (), 5)), f"{MILD} at 5", MILD),
        (vector("00e2", error="cut short"), "error: cut short", "air.temperature 22.6 Cel"),
        (vector("ff"), "it decodes", "error: cut short"),
        (vector("ff", error="checksum"), "error: checksum", "error: cut short"),
        (vector("0226", Reading("air.temperature", 55.0)), "", "warning: hot"),
    ],
)  # fmt: skip
def test_a_vector_that_does_not_hold_shows_what_was_wanted_and_what_came(wrong: Vector, wanted: str, got: str) -> None:
    assert conformance.differences(decoder(), wrong) == ((wanted, got),)


def stumbling(frame: Frame) -> Decoded:
    return Decoded((Reading("air.temperature", frame.payload[0] * 256.0 / 10 + frame.payload[1] / 10),))


def forgetful() -> Read:
    seen: list[int] = []

    def read(frame: Frame) -> Decoded:
        seen.append(frame.received_at)
        return Decoded((Reading("air.temperature", 22.6 + len(seen) // 3),))

    return read


def whole(reading: Reading) -> Read:
    return lambda _: Decoded((reading,))


@pytest.mark.parametrize(
    ("broken", "proofs", "check"),
    [
        (decoder(stumbling), (vector(),), "damage"),
        (decoder(forgetful()), (vector(),), "pure"),
        (decoder(whole(Reading("air.co2", 400.0))), (vector("00e2", Reading("air.co2", 400.0)),), "words"),
        (decoder(whole(FIRE)), (vector("00e2", FIRE),), "range"),
        (decoder(quantities=("air.temperature", "air.warmth")), GOOD, "catalogue"),
        (replace(decoder(), domain="weather"), GOOD, "catalogue"),
        (replace(decoder(), source=""), GOOD, "catalogue"),
        (replace(decoder(), brand="Acme"), GOOD, "catalogue"),
        (replace(decoder(), ports=frozenset({0, 2})), GOOD, "catalogue"),
        (decoder(quantities=("water.volume_total",)), GOOD, "counters"),
        (decoder(moduli={"air.temperature": 65536.0}), GOOD, "counters"),
        (decoder(), GOOD[:2], "proofs"),
        (decoder(), GOOD[1:], "proofs"),
        (decoder(), (*GOOD, vector(name="rumour", source="hearsay")), "proofs"),
        (decoder(), (*GOOD, vector()), "proofs"),
        (decoder(quantities=("air.temperature", "air.co2")), GOOD, "proofs"),
    ],
)  # fmt: skip
def test_each_check_finds_the_decoder_that_breaks_it(broken: Decoder, proofs: Sequence[Vector], check: str) -> None:
    assert check in checks(conformance.faults(broken, proofs))


@pytest.mark.parametrize(
    "reading",
    [
        Reading("air.temperature", 22),
        Reading("air.temperature", float("nan")),
        Reading("air.temperature", 22.0, (("b", "1"), ("a", "2"))),
        Reading("air.temperature", 22.0, (("channel", ""),)),
        Reading("air.temperature", 22.0, (), 1.5),  # type: ignore[arg-type]  # the mistake a contributed decoder makes
    ],
)
def test_what_no_other_part_could_use_is_told(reading: Reading) -> None:
    assert list(conformance.wrong_words(decoder(), Decoded((reading,))))


def test_a_port_that_is_read_though_it_is_not_the_devices_own_is_told() -> None:
    class Open(Decoder):
        def decode(self, frame: Frame) -> Decoded:
            return self.read(frame)

    given = decoder(whole(Reading("air.temperature", 1.0)))
    broken = Open(**{name: getattr(given, name) for name in given.__slots__})

    assert len(list(conformance.ports_open(broken))) == 256


def test_damage_tells_the_bytes_and_stops_after_a_few() -> None:
    found = list(conformance.damage(decoder(stumbling), vector()))

    assert found[0] == "00: a mistake in the decoder: IndexError: index out of range"
    assert 0 < len(found) < 10
