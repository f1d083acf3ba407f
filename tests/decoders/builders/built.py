"""What a slow builder gives: one legal frame, and the readings that must come of it.

A builder is written from the words of the data sheet, byte after byte, and knows nothing of the decoder's tables. Its
module has `BUILDERS: dict[str, Builder]`, by `brand/model`, or `brand/model@firmware` where the layout depends on it.
"""

import random
from collections.abc import Callable
from typing import NamedTuple

from smartregion.clock import SECOND
from smartregion.model import Reading

NOW = 1_790_000_000
"""Unix seconds around which frames are sent that state a time."""


class Built(NamedTuple):
    """A frame and what went into it; readings in any order."""

    f_port: int
    payload: bytes
    readings: list[Reading]
    received_at: int = NOW * SECOND


Builder = Callable[[random.Random], Built]
