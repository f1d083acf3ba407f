"""The fuzzer begins with frames that are read, and sees what it is there to see."""

from dataclasses import replace

import pytest

from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading
from tests.fuzz import targets


def test_the_fuzzer_begins_with_every_vector_and_none_is_a_find() -> None:
    seeds = list(targets.seeds())

    assert len(seeds) > 400
    for seed in seeds:
        targets.try_one(seed)


@pytest.mark.parametrize("value", [float("nan"), 3])
def test_an_answer_that_nobody_could_use_is_a_find(monkeypatch: pytest.MonkeyPatch, value: float) -> None:
    name = targets._DECODERS[0].quantities[0]
    broken = replace(targets._DECODERS[0], read=lambda _: Decoded((Reading(name, value),)))
    monkeypatch.setattr(targets, "_DECODERS", (broken,))

    with pytest.raises(AssertionError, match=name):
        targets.try_one(b"\x02\x00\x00\x01")


def test_an_error_that_is_not_the_decoders_own_is_a_find(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_: object) -> Decoded:
        raise IndexError("index out of range")

    broken = replace(targets._DECODERS[0], read=stumble)
    monkeypatch.setattr(targets, "_DECODERS", (broken,))

    with pytest.raises(IndexError):
        targets.try_one(b"\x02\x00\x00\x01")


def test_undecodable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> Decoded:
        raise Undecodable("cut short")

    monkeypatch.setattr(targets, "_DECODERS", (replace(targets._DECODERS[0], read=refuse),))

    targets.try_one(b"\x02\x00\x00\x01")
