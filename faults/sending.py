"""The uplinks that are sent while something goes wrong: no two alike, each with the state it must end in."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from simulator.uplinks import GATEWAYS, Frame, render
from smartregion.model import State
from store.journal.keys import uplink_key
from tests.whole.service import APPLICATION, TENANT

DEVICES: Final = 50
COUNTER: Final = ("milesight-iot", "em300-di")
PORT: Final = 85
SESSION: Final = "AZikssPU5fYHGCk6S1xtfg=="
# A frame of the past 200 ms: the Network Server waits so long for other gateways.
HEARD_BEFORE: Final = 200_000_000


class Fate(NamedTuple):
    """Where a message must end."""

    state: State
    cause: str = ""


STORED: Final = Fate(State.STORED)
MAC_ONLY: Final = Fate(State.IGNORED, "MAC only")
UNREADABLE: Final = Fate(State.QUARANTINED, "decoder failed")
MALFORMED: Final = Fate(State.QUARANTINED, "malformed")


class Sent(NamedTuple):
    """One uplink and the state it must end in. The device counts `number` pulses, as no other frame does."""

    number: int
    frame: Frame
    payload: bytes
    """The message as The Things Stack writes it."""
    fate: Fate

    @property
    def key(self) -> bytes:
        """By which the book knows it."""
        frame = self.frame
        return uplink_key(frame.application, frame.device_id, frame.session, frame.f_cnt, frame.received_at)


class Maker:
    """Makes uplinks: of a hundred, 97 hold a reading, two hold nothing to store, and one can't be read."""

    def __init__(self, seed: int, tenant: str = TENANT, clock: Callable[[], int] = time.time_ns) -> None:
        """`tenant`: of The Things Stack; empty where a broker of one's own is used."""
        self._tenant = tenant
        self._random = random.Random(seed)
        self._clock = clock
        self._number = 0
        self._last = 0

    def make(self, count: int, *, ago: Callable[[], int] = lambda: 0, unreadable: float = 0.01) -> Iterator[Sent]:
        """So many uplinks. `ago`: nanoseconds by which each was heard earlier than now; shares are of 1."""
        for _ in range(count):
            drawn = self._random.random()
            fate = UNREADABLE if drawn < unreadable else MAC_ONLY if drawn > 0.98 else STORED
            yield self._sent(fate, ago())

    def _sent(self, fate: Fate, ago: int) -> Sent:
        number, self._number = self._number, self._number + 1
        # No two frames of one device at one time, however coarse the clock is.
        self._last = now = max(self._clock(), self._last + 1)
        frame = _frame(number, now - ago, self._tenant, fate)
        return Sent(number, frame, render(frame), fate)


def _frame(number: int, now: int, tenant: str, fate: Fate) -> Frame:
    f_cnt, device = divmod(number, DEVICES)
    count = bytes.fromhex("05c8") + number.to_bytes(4, "little")
    payload = {STORED: count, UNREADABLE: count[:4], MAC_ONLY: b""}[fate]
    return Frame(
        APPLICATION,
        f"zaehler-{device:02d}",
        now - HEARD_BEFORE,
        tenant=tenant,
        session=SESSION,
        f_cnt=f_cnt,
        f_port=PORT if payload else 0,
        payload=payload,
        forwarded_at=now,
        gateways=GATEWAYS[:1],
    )
