"""`python -m simulator.double`: the double on its own, for trying a client by hand and for benchmarks.

Prints one line of JSON (ports, address, keys), publishes what it is asked to, and ends on a signal or after a time.
"""

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from simulator.double.accounts import Application, RegisteredDevice, new_key
from simulator.double.server import Double, Publication, Setup
from simulator.uplinks import Frame, render


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the double until it is told to end."""
    asked = _parser().parse_args(arguments)
    application = _application(asked)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Double([application], setup=_setup(asked)) as double:
        sys.stdout.write(json.dumps(_card(double, application)) + "\n")
        sys.stdout.flush()
        threading.Thread(target=_publish, args=(double, application, asked, ended), daemon=True).start()
        ended.wait(asked.seconds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.double", description=__doc__)
    parser.add_argument("--application", default="umwelt-sensorik")
    parser.add_argument("--tenant", default="kreis-musterland", help="empty: as Open Source")
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--uplinks", type=int, default=0, help="how many to publish once somebody is connected")
    parser.add_argument("--rate", type=float, help="uplinks a second; default: as fast as the readers are")
    parser.add_argument("--lossy", action="store_true", help="drop for slow readers, as the real server does")
    parser.add_argument("--no-storage", action="store_true", help="as Open Source")
    parser.add_argument("--lag", type=float, default=0.0, help="seconds until a message shows in the storage")
    parser.add_argument("--mqtt-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--certificate", nargs=2, type=Path, metavar=("CERT", "KEY"))
    parser.add_argument("--for", dest="seconds", type=float, help="end after so many seconds")
    return parser


def _application(asked: argparse.Namespace) -> Application:
    names = [f"sensor-{number:05d}" for number in range(asked.devices)]
    devices = {name: RegisteredDevice(device_id=name, name=name.title()) for name in names}
    return Application(id=asked.application, tenant=asked.tenant, keys=(new_key(),), devices=devices)


def _setup(asked: argparse.Namespace) -> Setup:
    certificate = tuple(asked.certificate) if asked.certificate else None
    return Setup(
        mqtt_port=asked.mqtt_port,
        http_port=asked.http_port,
        storage=not asked.no_storage,
        lag=asked.lag,
        certificate=certificate,
    )


def _card(double: Double, application: Application) -> dict[str, object]:
    return {
        "mqtt_port": double.mqtt_port,
        "tls_port": double.tls_port,
        "url": double.url,
        "username": application.uid,
        "key": application.keys[0].text,
        "pid": os.getpid(),
    }


def _publish(double: Double, application: Application, asked: argparse.Namespace, ended: threading.Event) -> None:
    while not double.connected() and not ended.wait(0.05):
        pass
    double.publish_all(_uplinks(application, asked.uplinks), rate=asked.rate, lossless=not asked.lossy)


def _uplinks(application: Application, count: int) -> Iterator[Publication]:
    names = list(application.devices)
    for number in range(count):
        frame = Frame(
            application=application.id,
            tenant=application.tenant,
            device_id=names[number % len(names)],
            received_at=time.time_ns(),
            f_cnt=number // len(names),
            f_port=85,
            payload=bytes((1, 0x75, 92, 3, 0x67, number % 256, 0, 4, 0x68, 101)),
        )
        yield Publication(application.id, application.tenant, frame.device_id, render(frame), frame.handled_at)


if __name__ == "__main__":
    main()
