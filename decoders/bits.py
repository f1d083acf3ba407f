"""Numbers that do not begin or end at a byte."""

from collections.abc import Iterator


def packed(data: bytes, width: int, count: int) -> Iterator[int]:
    """`count` unsigned numbers of `width` bits, lowest bit of the first byte first."""
    whole = int.from_bytes(data, "little")
    mask = (1 << width) - 1
    for _ in range(count):
        yield whole & mask
        whole >>= width
