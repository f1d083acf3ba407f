"""Every fault there is a line for."""

from typing import Final

from faults import connections, messages, processes
from faults.fault import BROKER, STACK, STACK_INFLUXDB, Fault

_STACK_ONLY: Final = (STACK, STACK_INFLUXDB)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        name="kill",
        what="`kill -9` at random moments under load, and started again at once",
        do=processes.kills,
        short=(STACK_INFLUXDB, BROKER),
    ),
    Fault(
        name="broker-gone",
        what="the server of MQTT is away under load",
        do=connections.server_gone,
        short=(STACK, BROKER),
    ),
    Fault(
        name="restart",
        what="The Things Stack ends as a whole and comes back",
        do=connections.server_restarts,
        long=_STACK_ONLY,
    ),
    Fault(
        name="storm",
        what="each uplink is delivered five times, in another order each time",
        do=messages.storm,
        expected="once in its state, four times counted as repeated",
        short=(BROKER,),
    ),
    Fault(
        name="order",
        what="uplinks of the last twelve hours in any order",
        do=messages.out_of_order,
        short=(STACK_INFLUXDB,),
    ),
    Fault(
        name="poisoned",
        what="one payload of ten can't be read",
        do=messages.poisoned,
        expected="the unreadable quarantined as `decoder failed`, all others as ever",
    ),
    Fault(name="sigterm", what="SIGTERM under load, and started again", do=processes.sigterm),
)
