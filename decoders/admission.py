"""Lets decoders in that others wrote: only with vectors that pass, and with an eye on every answer they give."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Final

from decoders import catalogue, conformance, vectors
from decoders.decoder import Decoder, Frame
from decoders.library import Known, Loaded, Origin, Problem
from decoders.vectors import Vector
from smartregion.errors import Undecodable
from smartregion.model import Decoded

NAME: Final = "DECODERS"


def admit(module: ModuleType, origin: Origin, place: str, code: bytes, proofs: str | None) -> Loaded:
    """The decoders of a module that may be used, and why others may not.

    Args:
        place: how the module is named to a person.
        code: its source, of which a few digits are added to the version: a change without a new version shows.
        proofs: the YAML file of vectors; None when there is none.
    """
    try:
        found = _decoders(module)
        known = tuple(vectors.read(proofs, place)) if proofs is not None else ()
    except ValueError as error:
        return Loaded(problems=(Problem(place, str(error)),))
    digits = hashlib.sha256(code).hexdigest()[:8]
    layouts = catalogue.by_profile(found)
    admitted: list[Known] = []
    problems: list[Problem] = []
    for each in found:
        own = tuple(vector for vector in known if catalogue.choose(layouts, vector.profile) is each)
        if why := next(objections(each, own), ""):
            problems.append(Problem(place, f"{each.name} is not used: {why}"))
        else:
            admitted.append(Known(watched(each, digits), origin, place, own))
    return Loaded(tuple(admitted), tuple(problems))


def candidates(module: ModuleType, origin: Origin, place: str, proofs: str | None) -> Iterator[Known]:
    """The same decoders before anybody objects, for whoever is still writing them.

    Raises:
        ValueError: the module or its vectors can't be read at all.
    """
    found = _decoders(module)
    known = tuple(vectors.read(proofs, place)) if proofs is not None else ()
    layouts = catalogue.by_profile(found)
    for each in found:
        own = tuple(vector for vector in known if catalogue.choose(layouts, vector.profile) is each)
        yield Known(each, origin, place, own)


def _decoders(module: ModuleType) -> tuple[Decoder, ...]:
    found = getattr(module, NAME, None)
    if not isinstance(found, tuple | list) or not found or not all(isinstance(each, Decoder) for each in found):
        raise ValueError(f"it has no {NAME}: a tuple of Decoder, as docs/adding-a-decoder.md shows")
    for each in found:
        _check_types(each)
    return tuple(found)


def _check_types(decoder: Decoder) -> None:
    """Contributed code need not keep to its types, and all else relies on them. Raises ValueError."""
    texts = {"models": decoder.models, "quantities": decoder.quantities}
    for name, value in texts.items():
        if not isinstance(value, tuple) or not all(isinstance(each, str) for each in value):
            raise ValueError(f'{name} is a tuple of texts, like ("t1",), not {value!r}')
    if not isinstance(decoder.brand, str) or not decoder.models:
        raise ValueError(f"brand is a text and models are at least one, not {decoder.brand!r} and {decoder.models!r}")
    if not isinstance(decoder.ports, frozenset) or not all(isinstance(each, int) for each in decoder.ports):
        raise ValueError(f"ports are a frozenset of numbers, like frozenset({{2}}), not {decoder.ports!r}")


def objections(decoder: Decoder, proofs: Sequence[Vector]) -> Iterator[str]:
    """Why a decoder must not run: what it tells of itself is wrong, or a vector does not pass."""
    yield from conformance.untold(decoder)
    if not any(not vector.error for vector in proofs):
        yield "no vector shows a frame that it decodes"
    for vector in proofs:
        for wanted, got in conformance.differences(decoder, vector):
            yield f"vector {vector.name!r}: {wanted or 'nothing'} is wanted, {got or 'nothing'} comes"
        yield from conformance.useless(decoder, vector)


def watched(decoder: Decoder, digits: str) -> Decoder:
    """The same decoder, whose every answer is looked at: one that nobody could use is Undecodable."""

    def read(frame: Frame) -> Decoded:
        decoded = decoder.read(frame)
        wrong = next(conformance.wrong_words(decoder, decoded), "")
        if wrong:
            raise Undecodable(f"{decoder.name}: {wrong}")
        return decoded

    return replace(decoder, read=read, version=f"{decoder.version}+{digits}")
