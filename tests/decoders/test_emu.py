"""EMU Professional II: its checksum hides the items from damage, so they are damaged behind it."""

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from decoders.catalogue import find
from decoders.decoder import Frame
from decoders.emu import DATA, crc8
from smartregion.errors import Undecodable
from smartregion.model import Profile


def test_the_checksum_is_crc_8() -> None:
    assert crc8(b"123456789") == 0xF4


@given(items=st.binary(min_size=1, max_size=100))
def test_any_items_under_a_right_checksum_raise_nothing_but_undecodable(items: bytes) -> None:
    decoder = find(Profile("emu", "emu-prof-ii"))
    body = bytes(4) + items
    assert decoder is not None

    with suppress(Undecodable):
        decoder.decode(Frame(DATA, body + bytes((crc8(body),)), 0))
