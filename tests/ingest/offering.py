"""A library with decoders of a test's own."""

from decoders.decoder import Decoder
from decoders.fields import FieldMapping
from decoders.library import Known, Library, Loaded, Origin


class Offer:
    """A source that has what it is told to have."""

    def __init__(
        self, *decoders: Decoder, origin: Origin = Origin.FOLDER, mappings: tuple[FieldMapping, ...] = ()
    ) -> None:
        self.origin = origin
        self.decoders = decoders
        self.mappings = mappings

    def stamp(self) -> object:
        return (self.decoders, self.mappings)

    def load(self) -> Loaded:
        known = tuple(Known(each, self.origin, "a test") for each in self.decoders)
        mappings = {(each.brand, model): each for each in self.mappings for model in each.models}
        return Loaded(known, mappings=mappings)


def library_with(*decoders: Decoder, origin: Origin = Origin.FOLDER) -> Library:
    """What comes with the platform, and these."""
    return Library([Offer(*decoders, origin=origin)])
