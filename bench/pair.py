"""Network and platform side by side, each in a process of its own, connected over loopback."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.children import Child, Reply
from bench.county import County
from cli.demo_store import DemoInflux

PATIENCE = 300.0
_POLL_SECONDS = 0.1
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Both processes, and what is asked of them together."""

    network: Child
    service: Child

    def stand(self) -> Reply:
        """Ledger, CPU and memory of the platform."""
        return self.service.ask("stand")

    def settle(self, distinct: int) -> Reply:
        """Wait until at least so many different messages were received and all of them are settled."""
        return until(self.stand, lambda stand: stand["distinct"] >= distinct and not stand["queued"])

    def rest(self, patience: float = 120.0) -> float:
        """Wait until the rollups have caught up, or patience ends; gives how many seconds that took."""
        begun = time.monotonic()
        # Looking costs the platform something, so it is done seldom.
        while self.service.ask("rollups_behind")["behind"] and time.monotonic() - begun < patience:
            time.sleep(_LOOK_SECONDS)
        return time.monotonic() - begun

    def warm_up(self, count: int) -> Reply:
        """Let every device be heard once, then wait until all is done; gives how it stands."""
        self.network.ask("prepare", count=count)
        self.network.ask("publish", rate=None, lossless=True)
        self.settle(count)
        self.rest()
        return self.stand()


@contextmanager
def pair(devices: int, *, storage: bool, store: DemoInflux | None = None) -> Iterator[Pair]:
    """A county's network and a platform that is connected to it. `store`: an InfluxDB instead of DuckDB."""
    with Child("bench.network", {"devices": devices, "storage": storage}) as network:
        card = network.card
        text = County.make(devices, time.time_ns(), card["mqtt_port"], card["http_port"]).text
        rests = {"url": store.url, "write_path": store.write_path} if store else None
        with Child("bench.service", {"region": text, "keys": card["keys"], "store": rests}) as service:
            both = Pair(network, service)
            until(both.stand, lambda stand: stand["connected"] == len(card["keys"]))
            yield both


def until(look: Callable[[], Reply], enough: Callable[[Reply], bool]) -> Reply:
    """Look again and again until it is enough. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not enough(seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still not after {PATIENCE:.0f} s: {seen}")
        time.sleep(_POLL_SECONDS)
    return seen
