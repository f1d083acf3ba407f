"""Cayenne LPP: the channel goes with every reading, and an item is never read beyond its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decoders import lpp
from smartregion.errors import Undecodable
from smartregion.model import Reading


@given(channels=st.lists(st.integers(0, 255), min_size=1, max_size=10))
def test_items_of_one_type_differ_by_their_channel(channels: list[int]) -> None:
    payload = b"".join(bytes((channel, 0x67, 0x00, 0xC8)) for channel in channels)

    assert lpp.PAYLOAD.read(payload).readings == tuple(
        Reading("air.temperature", 20.0, (("channel", str(channel)),)) for channel in channels
    )


@pytest.mark.parametrize("kind", [key for key, item in lpp.TYPES.items.items() if item.numbers])
def test_a_type_cut_short_is_undecodable(kind: bytes) -> None:
    width = lpp.TYPES.width(kind)
    assert width

    lpp.PAYLOAD.read(b"\x01" + kind + bytes(width))
    with pytest.raises(Undecodable, match="byte 0 is cut short"):
        lpp.PAYLOAD.read(b"\x01" + kind + bytes(width - 1))
