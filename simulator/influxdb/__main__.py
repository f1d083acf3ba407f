"""`python -m simulator.influxdb`: the double on its own, for trying a client by hand.

Prints one line of JSON (address, organisation, operator token) and ends on a signal or after a time.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from simulator.influxdb.server import ORG, Double


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the double until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m simulator.influxdb", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--org", default=ORG, help="empty: a server that is not set up")
    parser.add_argument("--bucket", action="append", default=[], help="make this bucket; may be given again")
    parser.add_argument("--for", dest="seconds", type=float, help="end after so many seconds")
    asked = parser.parse_args(arguments)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Double(asked.port, org=asked.org) as double:
        for name in asked.bucket:
            double.create_bucket(name)
        card = {"url": double.url, "org": double.org, "token": double.operator_token}
        sys.stdout.write(json.dumps(card) + "\n")
        sys.stdout.flush()
        ended.wait(asked.seconds)


if __name__ == "__main__":
    main()
