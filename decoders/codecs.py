"""The operator's JavaScript codecs, and the files that say what a payload decoded by The Things Stack means.

Both lie in the operator's folder: a codec with its record in BRAND/MODEL/, a mapping as NAME.fields.toml.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from decoders import conformance, field_file, stamps, vectors
from decoders.decoder import Decoder
from decoders.javascript import examples, installed
from decoders.javascript.codec import Codec, as_decoder
from decoders.javascript.pool import Pool
from decoders.library import Known, Loaded, Origin, Problem
from decoders.vectors import Vector
from smartregion.errors import Misconfigured, Undecodable
from smartregion.model import Profile

MUTATIONS = 100
"""Changed frames tried of each example: a call takes a thousand times as long as that of a native decoder."""
VECTORS = "vectors.yaml"
"""Vectors in our own form may lie beside a codec."""


class Codecs:
    """What is installed in a folder; it need not be there."""

    def __init__(self, folder: Path, pool: Pool) -> None:
        self._folder = folder
        self._pool = pool

    def stamp(self) -> object:
        """Names, sizes and times of change of all files that count."""
        return stamps.of([*self._folder.glob("*/*/*"), *self._folder.glob("*" + field_file.SUFFIX)])

    def load(self) -> Loaded:
        """Every codec that is as it was when it was checked, and every mapping that can be read."""
        codecs, broken = installed.load(self._folder)
        mappings, unread = field_file.load(self._folder)
        problems = [Problem(*each) for each in (*broken, *unread)]
        known = [Known(as_decoder(each, self._pool), Origin.INSTALLED, str(self._place(each))) for each in codecs]
        by_profile = {(each.brand, model): each for each in mappings for model in each.models}
        return Loaded(tuple(known), tuple(problems), MappingProxyType(by_profile))

    def faults(self, known: Known) -> Iterator[conformance.Finding]:
        """What is wrong with an installed codec: its examples, its vectors, and what it does with damaged frames."""
        codec = self._codec(known)
        if codec is None:
            yield conformance.Finding("catalogue", "", "it is not installed any more")
            return
        try:
            proofs = installed.proofs(self._folder, codec)
            own = self._vectors(codec)
        except (Misconfigured, ValueError) as error:
            yield conformance.Finding("proofs", "", str(error))
            return
        for words in examples.differences(codec, self._pool, proofs):
            yield conformance.Finding("vector", "", words)
        yield from (conformance.Finding("catalogue", "", words) for words in conformance.untold(known.decoder))
        for vector in own:
            if found := conformance.differences(known.decoder, vector):
                yield conformance.Finding("vector", vector.name, "does not give what it says", found)
        frames = [*own, *(_vector(codec, example) for example in proofs if not example.fails)]
        for vector in frames:
            yield from _faults_in(known.decoder, vector)

    def proofs(self, known: Known) -> tuple[str, ...]:
        """Names of the examples and vectors that a codec has; none where they can't be read."""
        codec = self._codec(known)
        if codec is None:
            return ()
        try:
            own = self._vectors(codec)
            return (*(each.name for each in installed.proofs(self._folder, codec)), *(each.name for each in own))
        except (Misconfigured, ValueError):
            return ()

    def _codec(self, known: Known) -> Codec | None:
        codecs, _ = installed.load(self._folder)
        return next((each for each in codecs if str(self._place(each)) == known.place), None)

    def _vectors(self, codec: Codec) -> tuple[Vector, ...]:
        file = self._place(codec) / VECTORS
        return tuple(vectors.read(file.read_text("utf-8"), file.name)) if file.exists() else ()

    def _place(self, codec: Codec) -> Path:
        return self._folder / codec.brand / codec.model


def _vector(codec: Codec, example: examples.Example) -> Vector:
    """An example as a frame to damage; what it gives in our words nobody has written down."""
    return Vector(Profile(codec.brand, codec.model), example.name, "vendor", example.frame, (), (), "", ())


def _faults_in(decoder: Decoder, vector: Vector) -> Iterator[conformance.Finding]:
    quiet = replace(vector, error="")
    try:
        unusable = list(conformance.useless(decoder, quiet))
        unusable += [] if unusable else conformance.impure(decoder, quiet)
    except Undecodable:
        return
    yield from (conformance.Finding("words", vector.name, words) for words in unusable)
    yield from (
        conformance.Finding("damage", vector.name, words) for words in conformance.damage(decoder, quiet, MUTATIONS)
    )
