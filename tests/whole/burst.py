"""Uplinks of counters, no two of them alike, so that each can be found again."""

import time
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from simulator.double.server import Double, Publication
from simulator.uplinks import GATEWAYS, Frame, render
from tests.whole.service import APPLICATION, TENANT, Service

DEVICES: Final = 200
COUNTER: Final = ("milesight-iot", "em300-di")
LAG_SECONDS: Final = 0.5
"""What the platform allows the storage to be behind."""
Then = Mapping[int, Callable[[], None]]


class Burst:
    """Uplinks at full speed, each of which counts one pulse more than the one before: no two are alike.

    When it comes to certain numbers it does something before it goes on.
    """

    def __init__(self, first: int, uplinks: int, then: Then) -> None:
        self._numbers = range(first, first + uplinks)
        self._then = then

    def __iter__(self) -> Iterator[Publication]:
        """The messages, made as they are taken; the frame's time is that of its making."""
        for number in self._numbers:
            if number in self._then:
                self._then[number]()
            frame = _frame(number)
            yield Publication(APPLICATION, TENANT, frame.device_id, render(frame), frame.handled_at)


def _frame(number: int) -> Frame:
    f_cnt, device = divmod(number, DEVICES)
    now = time.time_ns()
    return Frame(
        APPLICATION,
        f"zaehler-{device:03d}",
        now - 200_000_000,
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=f_cnt,
        f_port=85,
        payload=bytes.fromhex("05c8") + number.to_bytes(4, "little"),
        forwarded_at=now,
        gateways=GATEWAYS[:1],
    )


def publish(
    double: Double, first: int, uplinks: int, then: Then = MappingProxyType({}), *, rate: float | None = None
) -> None:
    """Publish a burst, at most `rate` a second. A slow reader loses messages, as it would on the real server."""
    double.publish_all(Burst(first, uplinks, then), rate=rate, lossless=False)


def close_gaps(double: Double, service: Service, uplinks: int) -> None:
    """Let the storage catch up with what was published; the next connection then closes all gaps."""
    time.sleep(2 * LAG_SECONDS)
    double.disconnect()
    service.wait_for(lambda: service.totals()["stored"] >= uplinks, 200)
    service.wait_for(lambda: service.ask("/v1/backfill")["items"][0]["state"] == "complete")


def counted(uplinks: int) -> dict[str, list[int]]:
    """Device → the pulses it counted, after so many uplinks from the first on."""
    return {f"{APPLICATION}.zaehler-{device:03d}": [*range(device, uplinks, DEVICES)] for device in range(DEVICES)}
