"""The newest value of every series in one call: in the process, and over HTTP with its JSON."""

import time

import httpx

from bench.children import Child
from bench.county import County
from bench.figure import Figure, Result, percentile
from bench.size import Size

WANTED_MS = 50
_SMALL = 300


def run(size: Size) -> Result:
    """Ask both ways."""
    text = County.make(_SMALL, time.time_ns()).text
    with Child("bench.service", {"region": text, "keys": {}}) as service:
        service.ask("fill_latest", series=size.series)
        octets, over_http = _over_http(service.card["url"], size)
        inside = [seconds * 1000 for seconds in service.ask("time_latest", times=size.asked)["seconds"]]
    return Result(
        "latest",
        (
            Figure("latest of all series, in process: p50", percentile(inside, 0.5), "ms"),
            Figure("latest of all series, in process: p95", percentile(inside, 0.95), "ms"),
            Figure("latest of all series, over HTTP with JSON: p50", percentile(over_http, 0.5), "ms"),
            Figure(
                "latest of all series, over HTTP with JSON: p95", percentile(over_http, 0.95), "ms", at_most=WANTED_MS
            ),
        ),
        f"{size.series} series, {octets / 1e6:.1f} MB of JSON, asked {size.asked} times over one connection",
    )


def _over_http(url: str, size: Size) -> tuple[int, list[float]]:
    taken: list[float] = []
    octets = 0
    with httpx.Client(base_url=url) as client:
        for _ in range(size.asked + 2):
            begun = time.perf_counter()
            reply = client.get("/v1/latest").raise_for_status()
            taken.append((time.perf_counter() - begun) * 1000)
            octets = len(reply.content)
        if len(reply.json()["items"]) != size.series:
            raise RuntimeError("not all series came")
    return octets, taken[2:]
