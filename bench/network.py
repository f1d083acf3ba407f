"""The county's network in a process of its own: the double of The Things Stack, told when to publish what."""

import threading
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, islice
from typing import Any

from bench import children
from bench.county import County
from simulator.double.accounts import Application, new_key
from simulator.double.history import History, Row
from simulator.double.server import Double, Publication, Setup
from simulator.region.county import key_variable
from simulator.region.names import TTN_TENANT
from simulator.uplinks import Frame, render
from smartregion.clock import SECOND, SystemClock


class Nothing:
    """A history without a past, where a server without storage is wanted."""

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """Nothing."""
        del application, device, after, before
        return {}

    def frames(self, application: str, device: str | None, after: int, before: int, order: str) -> Iterator[Row]:
        """Nothing."""
        del application, device, after, before, order
        return iter(())


class Network:
    """What can be asked of the network."""

    def __init__(self, county: County, double: Double) -> None:
        self._county = county
        self._double = double
        self._clock = SystemClock()
        self._prepared: list[Publication] = []
        self._turn = 0

    def prepare(self, count: int) -> Mapping[str, Any]:
        """Make the uplinks, so that publishing them costs little."""
        frames = self._county.frames(count, self._clock.now())
        self._prepared = [_publication(frame) for frame in frames]
        octets = sum(len(each.payload) for each in self._prepared)
        return {"octets": octets / count, "first": min(each.received_at for each in self._prepared)}

    def publish(self, rate: float | None, *, lossless: bool) -> Mapping[str, Any]:
        """Publish what was prepared."""
        messages, self._prepared = self._prepared, []
        before, begun = self._double.counts(), time.monotonic()
        sent = self._double.publish_all(messages, rate=rate, lossless=lossless)
        after, ended = self._double.counts(), time.monotonic()
        return {
            "sent": sent,
            "seconds": ended - begun,
            "dropped": after.dropped - before.dropped,
            "unheard": after.unheard - before.unheard,
        }

    def live(self, count: int, rate: float, devices: int) -> Mapping[str, Any]:
        """Publish at the pace of a county, each uplink heard at the moment it is sent."""
        samples = list(self._county.frames(devices, self._clock.now()))
        event, begun = threading.Event(), self._clock.now()
        sent: list[tuple[str, int]] = []
        for number, sample in enumerate(islice(cycle(samples), count)):
            due = begun + int(number / rate * SECOND)
            self._clock.wait(event, max(0.0, (due - self._clock.now()) / SECOND))
            now = self._clock.now()
            self._turn += 1
            frame = sample._replace(received_at=now, forwarded_at=now, f_cnt=self._turn)
            self._double.publish(*_publication(frame))
            sent.append((f"{frame.application}.{frame.device_id}", now))
        return {"sent": sent}


def _publication(frame: Frame) -> Publication:
    return Publication(frame.application, frame.tenant, frame.device_id, render(frame), frame.handled_at)


def main() -> None:
    """Serve until standard input closes."""
    config = children.config()
    county = County.make(config["devices"], time.time_ns())
    applications = [
        Application(id=one.application, tenant=TTN_TENANT, keys=(new_key(),)) for one in county.plan.municipalities
    ]
    pairs = zip(county.plan.municipalities, applications, strict=True)
    keys = {key_variable(one): application.keys[0].text for one, application in pairs}
    history: History | None = None if config["storage"] else Nothing()
    with Double(applications, history, setup=Setup(storage=config["storage"])) as double:
        network = Network(county, double)
        card = {"mqtt_port": double.mqtt_port, "http_port": int(double.url.rsplit(":", 1)[1]), "keys": keys}
        children.serve(card, {"prepare": network.prepare, "publish": network.publish, "live": network.live})


if __name__ == "__main__":
    main()
