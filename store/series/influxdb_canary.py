"""A value written and read back: InfluxDB calls itself healthy in every bad state."""

import random
import threading

from smartregion.clock import MINUTE, Clock
from smartregion.errors import Unavailable
from store.series.influxdb_address import OPERATORS, Role
from store.series.influxdb_http import Server
from store.series.influxdb_statements import Condition, Statement
from store.series.influxdb_writer import Writer


class Canary:
    """Sings in a place of its own, so that another one in the same minute is not heard instead."""

    def __init__(self, server: Server, writer: Writer, clock: Clock) -> None:
        self._server = server
        self._writer = writer
        self._clock = clock
        self._one_at_a_time = threading.Lock()
        self._place = random.randrange(MINUTE)  # noqa: S311 — no secret

    def sing(self) -> None:
        """Write a value and read it back. Raises Unavailable: it is not taken or not given back; what to do."""
        value = float(random.randrange(2**52))  # noqa: S311 — to tell one song from another
        with self._one_at_a_time:
            time = self._clock.now() // MINUTE * MINUTE - self._place
            self._writer.put(OPERATORS, {("canary", time): {"song": value}}, Role.INGEST)
            statement = Statement.select(['"song"'], "canary", Condition.between(time, time + 1))
            heard = [row[1] for block in self._server.ask(OPERATORS, statement) for row in block.rows]
        if heard != [value]:
            raise Unavailable(f"InfluxDB took a value into {OPERATORS!r} but does not give it back; restart influxd")
