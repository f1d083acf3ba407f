"""Every fault there is a line for."""

from functools import partial
from typing import Final

from faults import connections, county, messages, power, processes, stores, times
from faults.fault import BROKER, BROKER_INFLUXDB, STACK, STACK_INFLUXDB, WEBHOOK, WEBHOOK_INFLUXDB, Fault
from faults.making import Making

_STACK_ONLY: Final = (STACK, STACK_INFLUXDB)
_MQTT: Final = (STACK, STACK_INFLUXDB, BROKER, BROKER_INFLUXDB)
_INFLUXDB: Final = (STACK_INFLUXDB, BROKER_INFLUXDB, WEBHOOK_INFLUXDB)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        name="kill",
        what="`kill -9` at random moments under load, and started again at once",
        do=processes.kills,
        short=(STACK_INFLUXDB, BROKER, WEBHOOK),
    ),
    Fault(
        name="broker-gone",
        what="the server of MQTT is away under load",
        do=connections.server_gone,
        short=(STACK, BROKER),
        long=_MQTT,
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
    Fault(name="sigterm", what="SIGTERM under load, and started again", do=processes.sigterm, short=(STACK, WEBHOOK)),
    Fault(
        name="frozen",
        what="the process stands still under load, and goes on",
        do=processes.frozen,
        short=(BROKER,),
        long=_MQTT,
    ),
    Fault(
        name="two",
        what="a second process on the same data folder, under load: it is refused, and says by whom",
        do=processes.two,
        long=(STACK, BROKER),
    ),
    Fault(
        name="cut",
        what="the connection is cut without FIN: nothing passes, and neither side is told",
        do=connections.cut_without_end,
        long=_STACK_ONLY,
        making=Making(proxied=True),
        slow=True,
    ),
    Fault(
        name="slow",
        what="a slow network under load, then a connection that only the platform believes in",
        do=connections.slow_network,
        long=_STACK_ONLY,
        making=Making(proxied=True),
        slow=True,
    ),
    Fault(
        name="silent",
        what="The Things Stack is connected and delivers nothing; its storage has it",
        do=connections.silent_server,
        long=_STACK_ONLY,
        slow=True,
    ),
    Fault(
        name="storage-late",
        what="the server of MQTT is away under load, and its storage is seconds behind",
        do=connections.storage_late,
        long=_STACK_ONLY,
        making=Making(lag=6.0),
    ),
    Fault(
        name="storage-ill",
        what="the server of MQTT is away under load; its storage answers 429 and 503, and breaks off",
        do=connections.storage_ill,
        long=_STACK_ONLY,
        slow=True,
    ),
    Fault(
        name="certificate",
        what="the server's certificate has expired, and is renewed",
        do=connections.certificate_expires,
        long=_STACK_ONLY,
        making=Making(tls=True),
    ),
    Fault(
        name="key",
        what="the API key is revoked while in use, and allowed again",
        do=connections.key_revoked,
        long=_STACK_ONLY,
    ),
    Fault(
        name="store-gone",
        what="InfluxDB is killed under load, and started again",
        do=stores.store_gone,
        short=(BROKER_INFLUXDB,),
        long=_INFLUXDB,
    ),
    Fault(
        name="store-503",
        what="InfluxDB answers 503 under load",
        do=stores.store_refuses,
        short=(STACK_INFLUXDB,),
        long=_INFLUXDB,
    ),
    Fault(
        name="store-slow",
        what="InfluxDB is slow under load, and some of its answers are lost",
        do=stores.store_slow,
        short=(WEBHOOK_INFLUXDB,),
        long=_INFLUXDB,
    ),
    Fault(
        name="store-full",
        what="the disk of InfluxDB is full under load; then there is room, and it is started anew",
        do=stores.store_full,
        short=(STACK_INFLUXDB,),
        long=_INFLUXDB,
        making=Making(store_megabytes=24),
    ),
    Fault(
        name="disk-full",
        what="the disk of the data folder is full under load, and there is room again",
        do=stores.journal_full,
        short=(STACK, BROKER, WEBHOOK),
        making=Making(disk_megabytes=96),
    ),
    Fault(
        name="loop",
        what="the JavaScript codec of one device never ends",
        do=messages.endless,
        expected="those of the codec quarantined as `decoder failed`, all others as ever",
        making=Making(profile=messages.PROFILE, prepare=messages.endless_codec),
    ),
    Fault(
        name="clock",
        what="the clock jumps one hour ahead, back, one hour behind and back, with a cut of the connection each time",
        do=times.jumps,
        long=_MQTT,
        making=Making(prepare=times.faked),
    ),
    Fault(
        name="power",
        what=(
            "power is cut at random moments: files rebuilt as a disk would hold them, without what was not flushed or "
            "with any part of it; from each the platform goes on"
        ),
        do=power.cuts,
        long=(STACK,),
        making=Making(prepare=power.recorded),
    ),
    Fault(
        name="county",
        what=(
            f"{county.SMALL.hours} hours of a county of {county.SMALL.devices} devices (long form: "
            f"{county.WHOLE.hours} hours, {county.WHOLE.devices} devices) at many times the speed, with kills, ends, "
            "cuts and silence at random"
        ),
        alone=county.run,
        expected="each reading equal to that of a quiet day, one by one",
        long=(STACK,),
        slow=True,
    ),
    *(
        Fault(
            name=f"{season}-change",
            what=f"the night of the change to {kind} time, under load",
            do=partial(times.change, at),
            long=_STACK_ONLY,
            making=Making(begins=at - times.BEFORE_CHANGE, prepare=times.faked),
            slow=True,
        )
        for season, kind, at in (("spring", "summer", times.SPRING), ("autumn", "winter", times.AUTUMN))
    ),
)
