"""How long it takes until an uplink that was published shows in the API."""

import time
from collections.abc import Sequence

import httpx

from bench.county import County
from bench.figure import Figure, Result, percentile
from bench.pair import pair
from bench.size import Size
from smartregion.timestamps import parse

DEVICES = 50
PAUSE_SECONDS = 0.01
WANTED_MS = 1000

Seen = dict[tuple[str, int], int]
"""(device, frame time) → when it was first seen."""


def run(size: Size) -> Result:
    """Look again and again while the county sends at its usual rate."""
    with pair(size.devices, storage=False) as both:
        both.warm_up(size.devices)
        seconds = size.seen / size.county_rate
        both.network.tell("live", count=size.seen, rate=size.county_rate, devices=DEVICES)
        seen = _watch(both.service.card["url"], _names(size.devices), seconds + 2.0)
        sent = both.network.reply()["sent"]
    waits = [(seen[device, at] - at) / 1e6 for device, at in sent if (device, at) in seen]
    # The county has devices whose frames no decoder knows; they never show.
    decoded = {device for device, _ in seen}
    missed = sum(device in decoded and (device, at) not in seen for device, at in sent)
    return Result(
        "visible",
        (
            Figure("from uplink to API: p50", percentile(waits, 0.5), "ms"),
            Figure("from uplink to API: p99", percentile(waits, 0.99), "ms", at_most=WANTED_MS),
            Figure("from uplink to API: never seen", missed, "uplinks", at_most=0),
        ),
        f"{len(waits)} uplinks at {size.county_rate:g}/s, {size.devices} devices known; from the moment each is "
        f"published, /v1/latest is asked every {PAUSE_SECONDS * 1000:g} ms",
    )


def _watch(url: str, names: Sequence[str], seconds: float) -> Seen:
    seen: Seen = {}
    asked = {"quantity": ["radio.rssi"], "device": list(names)}
    deadline = time.monotonic() + seconds
    with httpx.Client(base_url=url) as client:
        while time.monotonic() < deadline:
            items = client.get("/v1/latest", params=asked).raise_for_status()
            now = time.time_ns()
            for item in items.json()["items"]:
                seen.setdefault((item["device"], parse(item["time"])), now)
            time.sleep(PAUSE_SECONDS)
    return seen


def _names(devices: int) -> list[str]:
    """The devices that send in turn."""
    planned = County.make(devices, time.time_ns()).plan
    return [f"{each.application}.{each.device_id}" for each in planned.devices[:DEVICES]]
