"""Chunks as bytes: what was packed comes back, also what software of before has packed; damage is told."""

import json
from pathlib import Path

import msgspec
import pytest
import zstandard

from store.journal.packing import Damaged, Packer
from tests.store.journal.making import make_message

MESSAGES = (make_message(b'{"end_device_ids":{}}'), make_message(b"\xff\x00"))


def test_what_was_packed_comes_back() -> None:
    assert Packer().unpack(Packer().pack(MESSAGES)) == MESSAGES


def test_chunks_packed_without_a_dictionary_are_read() -> None:
    plain = zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(MESSAGES))

    assert Packer().unpack(plain) == MESSAGES


@pytest.mark.parametrize("at", [0, 3, 10, -1])
def test_a_damaged_chunk_is_told(at: int) -> None:
    packed = bytearray(Packer().pack(MESSAGES))
    packed[at] ^= 0x55

    with pytest.raises(Damaged):
        Packer().unpack(bytes(packed))


def test_even_a_single_uplink_of_a_real_server_shrinks_to_half() -> None:
    line = (Path(__file__).parents[2] / "data" / "tts-captured.jsonl").read_text(encoding="utf-8").splitlines()[0]
    payload = json.loads(line)["payload"].encode()

    assert len(Packer().pack([make_message(payload)])) < len(payload) / 2
