"""All decoders that this service has, whoever made them, and which one reads a device.

Who comes first: the operator's folder, packages, what comes with the platform, installed JavaScript codecs. A source
that can't be read costs its own decoders only. The library can be read while another thread refreshes it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from decoders import catalogue, vectors
from decoders.decoder import Decoder
from decoders.fields import FieldMapping
from decoders.vectors import Vector
from smartregion.model import Profile


class Origin(StrEnum):
    """Where a decoder comes from; the first stands before the next."""

    FOLDER = "decoders.d"
    PACKAGE = "package"
    BUILT_IN = "built in"
    INSTALLED = "installed codec"


@dataclass(frozen=True, slots=True)
class Known:
    """A decoder, where it comes from, and what proves it."""

    decoder: Decoder
    origin: Origin
    place: str
    """The file or package; empty for what comes with the platform."""
    vectors: tuple[Vector, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as they are kept with each uplink."""
        return f"{self.decoder.name} {self.decoder.version}"


class Problem(NamedTuple):
    """Something that is not used, and why."""

    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a source has."""

    decoders: tuple[Known, ...] = ()
    problems: tuple[Problem, ...] = ()
    mappings: Mapping[tuple[str, str], FieldMapping] = field(default_factory=lambda: MappingProxyType({}))
    """(brand, model) → how the fields of The Things Stack's `decoded_payload` become readings."""


class Source(Protocol):
    """A place that decoders come from."""

    def stamp(self) -> object:
        """Equal as long as `load` would give the same; cheap."""
        ...

    def load(self) -> Loaded:
        """What is there; whatever can't be used is told as a problem."""
        ...


class Why(StrEnum):
    """What became of one way to read a device."""

    RUNS = "runs"
    LATER = "another comes first"
    NO_BRAND = "does not know the brand"
    NO_MODEL = "knows the brand, not the model"
    NO_FIRMWARE = "knows the model, from a later firmware on"


class Considered(NamedTuple):
    """One way to read a device, and why it is taken or not."""

    origin: Origin
    why: Why
    known: Known | None
    models: tuple[str, ...]
    """The models of the brand that this origin knows, where it does not know this one."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The decoders of one origin."""

    origin: Origin
    known: tuple[Known, ...]
    by_profile: Mapping[tuple[str, str], tuple[Decoder, ...]]

    def find(self, profile: Profile) -> Known | None:
        decoder = catalogue.choose(self.by_profile, profile)
        return next((each for each in self.known if each.decoder is decoder), None) if decoder else None

    def consider(self, profile: Profile, *, taken: bool) -> Considered:
        if found := self.find(profile):
            return Considered(self.origin, Why.LATER if taken else Why.RUNS, found, ())
        brand = profile.brand.lower()
        models = tuple(model for one, model in self.by_profile if one == brand)
        if profile.model.lower() in models:
            return Considered(self.origin, Why.NO_FIRMWARE, None, ())
        return Considered(self.origin, Why.NO_MODEL if models else Why.NO_BRAND, None, models)


@dataclass(frozen=True, slots=True)
class _State:
    stamps: tuple[object, ...]
    shelves: tuple[_Shelf, ...]
    problems: tuple[Problem, ...]
    mappings: Mapping[tuple[str, str], FieldMapping]


class BuiltIn:
    """The decoders that come with the platform."""

    def stamp(self) -> object:
        """Always the same."""
        return None

    def load(self) -> Loaded:
        """All of them; their vectors are read when they are asked for."""
        return Loaded(tuple(Known(each, Origin.BUILT_IN, "") for each in catalogue.all_decoders()))


class Library:
    """Every decoder of every source."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        """`sources`: those beside what comes with the platform."""
        self._sources: Final = (BuiltIn(), *sources)
        self.version = 0
        """Rises whenever something else may be found."""
        self._state = self._load(self._stamps())

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is not used, and why."""
        return self._state.problems

    def all(self) -> tuple[Known, ...]:
        """Every decoder, in the order in which they come first."""
        return tuple(known for shelf in self._state.shelves for known in shelf.known)

    def find(self, profile: Profile) -> Known | None:
        """What reads a device; None when nothing knows it."""
        return next((found for shelf in self._state.shelves if (found := shelf.find(profile))), None)

    def mapping(self, profile: Profile) -> FieldMapping | None:
        """How The Things Stack's `decoded_payload` of a device becomes readings, where somebody said so."""
        return self._state.mappings.get((profile.brand.lower(), profile.model.lower()))

    def consider(self, profile: Profile) -> tuple[Considered, ...]:
        """Each origin in turn: whether it reads the device, and if not, why."""
        found: list[Considered] = []
        for shelf in self._state.shelves:
            found.append(shelf.consider(profile, taken=any(each.why is Why.RUNS for each in found)))
        return tuple(found)

    def refresh(self) -> bool:
        """Look whether a source changed, and read it again if so; true when it did."""
        stamps = self._stamps()
        if stamps == self._state.stamps:
            return False
        self._state = self._load(stamps)
        self.version += 1
        return True

    def _stamps(self) -> tuple[object, ...]:
        return tuple(source.stamp() for source in self._sources)

    def _load(self, stamps: tuple[object, ...]) -> _State:
        loaded = [source.load() for source in self._sources]
        problems = [problem for each in loaded for problem in each.problems]
        every = [known for each in loaded for known in each.decoders]
        shelves = tuple(_shelf(origin, every, problems) for origin in Origin)
        mappings = {name: mapping for each in loaded for name, mapping in each.mappings.items()}
        return _State(stamps, shelves, tuple(problems), MappingProxyType(mappings))


def proofs(known: Known) -> tuple[Vector, ...]:
    """The vectors of a decoder."""
    return vectors.of(known.decoder) if known.origin is Origin.BUILT_IN else known.vectors


def _shelf(origin: Origin, every: Iterable[Known], problems: list[Problem]) -> _Shelf:
    """The decoders of one origin; of two for the same device the first stays."""
    kept: list[Known] = []
    taken: dict[tuple[str, str, str], Known] = {}
    for known in every:
        if known.origin is not origin:
            continue
        names = list(_names(known.decoder))
        rival = next((taken[name] for name in names if name in taken), None)
        if rival is not None:
            problems.append(Problem(known.place, f"{known.decoder.name}: {rival.place} reads it already"))
            continue
        taken.update(dict.fromkeys(names, known))
        kept.append(known)
    return _Shelf(origin, tuple(kept), catalogue.by_profile(each.decoder for each in kept))


def _names(decoder: Decoder) -> Iterator[tuple[str, str, str]]:
    return ((decoder.brand, model, decoder.since) for model in decoder.models)
