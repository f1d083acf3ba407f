"""Chunks of messages as bytes: MessagePack, compressed with zstd.

At a county's usual rate a chunk holds two messages, too few to find in them what uplinks have in common; a dictionary
knows it beforehand. It was trained on simulated uplinks by `python -m bench.dictionary`. Chunks of before, without one,
are read as well; a new dictionary needs a new file beside the old one and a new version of the log's layout.
"""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import msgspec
import zstandard

from smartregion.model import Message

DICTIONARY: Final = "uplinks-1.zdict"
_LEVEL: Final = 1


class Damaged(ValueError):
    """The bytes are no chunk."""


class Packer:
    """Packs and unpacks; one thread at a time."""

    def __init__(self) -> None:
        known = zstandard.ZstdCompressionDict(files("store.journal").joinpath(DICTIONARY).read_bytes())
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(tuple[Message, ...])
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL, dict_data=known, write_checksum=True)
        self._known = known

    def pack(self, messages: Sequence[Message]) -> bytes:
        """The messages as bytes."""
        return self._compressor.compress(self._encoder.encode(messages))

    def unpack(self, packed: bytes) -> tuple[Message, ...]:
        """The messages again; any thread may. Raises Damaged."""
        try:
            return self._decoder.decode(zstandard.ZstdDecompressor(dict_data=self._known).decompress(packed))
        except (zstandard.ZstdError, msgspec.DecodeError) as error:
            raise Damaged(str(error)) from error
