"""The platform in a process of its own, so that its CPU and memory are the process's. Imports nothing simulated."""

import os
import resource
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench import children
from bench.running import folder, platform
from cli.compose import Platform
from cli.demo_store import DemoInflux
from cli.serving import Signals, WebServer
from cli.site import create_site
from ingest.status import Link
from smartregion import logs
from smartregion import region as region_file
from smartregion.errors import Unavailable
from smartregion.model import Record, Series

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Service:
    """What can be asked of the running platform, beside its own API."""

    def __init__(self, running: Platform, signals: Signals) -> None:
        self._platform = running
        self._signals = signals

    def stand(self) -> Mapping[str, Any]:
        """The ledger's sums, the connections, CPU and memory. Raises RuntimeError when a thread has failed."""
        if self._signals.failed:
            raise RuntimeError("a thread of the platform ended by an error of its own")
        rows = self._platform.queries.ledger.rows()
        names = ("received", "stored", "ignored", "quarantined", "queued", "duplicate")
        used = os.times()
        links = self._platform.connections.all()
        sums = {name: sum(getattr(row, name) for row in rows) for name in names}
        return {
            **sums,
            "distinct": sums["received"] - sums["duplicate"],
            "refused": self._platform.collector.refused,
            "connected": sum(each.link is Link.CONNECTED for each in links),
            "cpu": used.user + used.system,
            "rss": int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        }

    def rollups_behind(self) -> Mapping[str, Any]:
        """Whether hours wait to be summed up; a store that can't tell now has too many of them."""
        try:
            return {"behind": bool(self._platform.stores.series.dirty(1))}
        except Unavailable:
            return {"behind": True}

    def fill_gaps(self, start: int) -> Mapping[str, Any]:
        """Compare all applications with their storage from `start` until now."""
        for application in self._platform.region.applications:
            self._platform.fetch(application.label, start, None)
        return {}

    def fill_latest(self, series: int) -> Mapping[str, Any]:
        """Have so many series, each with a newest value of some minute of the last hour."""
        now = time.time_ns()
        quantities = ("air.temperature", "air.humidity", "device.battery", "radio.rssi")
        some = [
            Series(f"point-{number // 4:05d}", f"app.device-{number // 4:05d}", quantities[number % 4], tenant="t")
            for number in range(series)
        ]
        records = [Record(each, now - number * 123_456_789, number / 7) for number, each in enumerate(some)]
        self._platform.queries.latest.update(records)
        return {}

    def time_latest(self, times: int) -> Mapping[str, Any]:
        """How many seconds the question for all series takes without its JSON."""
        taken: list[float] = []
        for _ in range(times):
            begun = time.perf_counter()
            self._platform.queries.latest.select()
            taken.append(time.perf_counter() - begun)
        return {"seconds": taken}

    @property
    def handlers(self) -> Mapping[str, children.Handler]:
        """All of them by name."""
        doors = (self.stand, self.rollups_behind, self.fill_gaps, self.fill_latest, self.time_latest)
        return {each.__name__: each for each in doors}


def main() -> None:
    """Serve until standard input closes."""
    config = children.config()
    region = region_file.parse(config["region"])
    keys = {each.label: config["keys"][each.key_env] for each in region.applications if each.key_env in config["keys"]}
    log = logs.get("bench")
    signals = Signals(lambda error, thread: log.critical("a thread failed", thread=thread, exc_info=error))
    with folder() as data:
        web = WebServer(0, data.socket)
        data.region.write_text(config["region"], encoding="utf-8")
        store = DemoInflux(**config["store"]) if config.get("store") else None
        running = platform(data, region, keys, store=store)
        running.start()
        web.start(create_site(running))
        service = Service(running, signals)
        try:
            children.serve({"url": f"http://127.0.0.1:{web.port}"}, service.handlers)
        finally:
            web.stop()
            running.stop()


if __name__ == "__main__":
    main()
