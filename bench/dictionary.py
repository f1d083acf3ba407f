"""Trains the dictionary that small chunks of the log are compressed with: `python -m bench.dictionary FILE`."""

import random
import sys
import time
from pathlib import Path

import msgspec
import zstandard

from bench.county import County

OCTETS = 16 * 1024
DEVICES, MESSAGES = 3_000, 6_000
TOGETHER = 2
"""Messages of a chunk at the usual rate."""


def main() -> None:
    """Train on a county of another seed than the one that is measured."""
    messages = County.make(DEVICES, time.time_ns(), seed=77).messages(MESSAGES, time.time_ns())
    random.Random(77).shuffle(messages)
    encode = msgspec.msgpack.Encoder().encode
    samples: list[bytes | bytearray | memoryview] = [
        encode(tuple(messages[at : at + TOGETHER])) for at in range(0, MESSAGES, TOGETHER)
    ]
    Path(sys.argv[1]).write_bytes(zstandard.train_dictionary(OCTETS, samples).as_bytes())


if __name__ == "__main__":
    main()
