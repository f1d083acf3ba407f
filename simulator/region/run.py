"""The county on the air: a double of The Things Stack with the county's past, and live frames by a clock."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from simulator import kinds
from simulator.double.accounts import Application, RegisteredDevice, new_key
from simulator.double.history import LaggingHistory
from simulator.double.server import Double, Setup
from simulator.region.card import Card
from simulator.region.county import key_variable
from simulator.region.history import RegionHistory, schedule
from simulator.region.model import Municipality, PlannedDevice, RegionPlan
from simulator.region.names import COUNTY, TTN_TENANT
from simulator.region.plan import plan
from simulator.uplinks import Frame, render
from smartregion.clock import DAY, SECOND, Clock, FastClock

JOIN_AHEAD = 7 * SECOND

Send = Callable[[Frame, str], None]
"""Publishes a frame as a message of that kind: up, join."""


class Service(NamedTuple):
    """How the county is put on the air. Port 0 takes a free one."""

    mqtt_port: int = 0
    http_port: int = 0
    history_days: float = 14
    lag: float = 5
    """Seconds until an uplink shows in the Storage Integration."""


def serve(
    plan: RegionPlan,
    clock: Clock,
    ended: threading.Event,
    ready: Callable[[Card], None],
    service: Service | None = None,
) -> None:
    """Answer for the past and publish the present, from `ready` until `ended` is set."""
    service = service or Service()
    begin = clock.now()
    applications = [application_of(one, plan) for one in plan.municipalities]
    past = RegionHistory(plan, begin - int(service.history_days * DAY))
    setup = Setup(mqtt_port=service.mqtt_port, http_port=service.http_port)
    with Double(applications, LaggingHistory(past, clock, service.lag), clock, setup) as double:
        ready(_card(plan, double, applications))
        publish(sender(double), schedule(plan, begin), clock, ended)


def publish(send: Send, frames: Iterator[Frame], clock: Clock, ended: threading.Event) -> None:
    """Publish each frame when the clock has come to its time; a join before the first frame of a new session."""
    sessions: dict[str, str] = {}
    for frame in frames:
        while not ended.is_set() and (left := frame.handled_at - clock.now()) > 0:
            clock.wait(ended, left / SECOND)
        if ended.is_set():
            return
        if sessions.get(frame.device_id, frame.session) != frame.session:
            send(frame._replace(received_at=frame.received_at - JOIN_AHEAD), "join")
        sessions[frame.device_id] = frame.session
        send(frame, "up")
    ended.wait()


def sender(double: Double) -> Send:
    """Publishes on a double."""

    def send(frame: Frame, kind: str) -> None:
        payload = kinds.join(frame) if kind == "join" else render(frame)
        double.publish(frame.application, frame.tenant, frame.device_id, payload, frame.handled_at, kind)

    return send


def application_of(municipality: Municipality, plan: RegionPlan) -> Application:
    """The application of a municipality as the double knows it, with a new key."""
    names = {point.id: point.name for point in plan.points}
    return Application(
        id=municipality.application,
        tenant=TTN_TENANT,
        name=f"Smart {municipality.name}",
        description=f"{COUNTY}, {municipality.name}",
        keys=(new_key(name="smartregion"),),
        devices={one.device_id: _registered(one, names) for one in plan.by_application[municipality.application]},
        created_at=plan.anchor - 500 * DAY,
    )


def _registered(device: PlannedDevice, names: Mapping[str, str]) -> RegisteredDevice:
    return RegisteredDevice(
        device_id=device.device_id,
        dev_eui=device.dev_eui,
        join_eui=device.join_eui,
        name=names.get(device.point, ""),
        attributes={"gemeinde": device.municipality.key},
        place=device.place,
        profile=device.profile,
    )


def _card(plan: RegionPlan, double: Double, applications: Sequence[Application]) -> Card:
    pairs = zip(plan.municipalities, applications, strict=True)
    keys = {key_variable(municipality): application.keys[0].text for municipality, application in pairs}
    return Card(double.mqtt_port, int(double.url.rsplit(":", 1)[1]), double.url, keys)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until standard input closes or a signal comes; print one line of JSON (a Card) when ready."""
    asked = _parser().parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    threading.Thread(target=_until_closed, args=(ended,), daemon=True).start()
    origin = time.time_ns() if asked.origin is None else asked.origin
    today = origin if asked.today is None else asked.today
    service = Service(asked.mqtt_port, asked.http_port, asked.days, asked.lag)
    serve(plan(asked.seed, asked.devices, today), FastClock(asked.speed, origin), ended, _print, service)


def _print(card: Card) -> None:
    sys.stdout.write(json.dumps(card._asdict()) + "\n")
    sys.stdout.flush()


def _until_closed(ended: threading.Event) -> None:
    # Not by sys.stdin: its lock would be held at the interpreter's end.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    ended.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.region", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--devices", type=int, default=300)
    parser.add_argument("--speed", type=float, default=1.0, help="how fast the county's time runs")
    parser.add_argument("--origin", type=int, help="when its time and ours agree, in nanoseconds; default: now")
    parser.add_argument("--today", type=int, help="a time of the day the plan is made for; default: the origin")
    parser.add_argument("--days", type=float, default=14, help="how much past there is")
    parser.add_argument("--lag", type=float, default=5, help="seconds until an uplink shows in the storage")
    parser.add_argument("--mqtt-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    return parser
