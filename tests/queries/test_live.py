"""Publishing never waits; who reads too slowly is told what was missed."""

import asyncio
import threading

from queries.live import Event, Filled, Heard, Live, Missed, heard
from smartregion.model import Record, Series

WATER = Series("a", "app.a", "water.flow", (), "stadt", "", "water")
BATTERY = Series("own", "app.a", "device.battery_voltage", (), "stadt", "", "water")


def event(number: int = 1) -> Heard:
    return Heard("a", "app.a", "stadt", "water", number, ())


def publish(live: Live, count: int) -> None:
    for number in range(count):
        live.publish(event(number))


def test_events_from_threads_arrive_in_order() -> None:
    async def run() -> list[int]:
        live = Live()
        with live.subscribe() as subscription:
            thread = threading.Thread(target=publish, args=(live, 500))
            thread.start()
            times = []
            async for each in subscription:
                assert isinstance(each, Heard)
                times.append(each.time)
                if len(times) == 500:
                    break
            thread.join()
            return times

    assert asyncio.run(run()) == list(range(500))


def test_a_slow_reader_loses_the_oldest_and_is_told_how_many() -> None:
    async def run() -> list[Event | None]:
        live = Live(size=3)
        with live.subscribe() as subscription:
            for number in range(10):
                live.publish(event(number))
            return [await subscription.take() for _ in range(4)]

    missed, *rest = asyncio.run(run())
    assert isinstance(missed, Missed)
    assert missed.count == 7
    assert [each.time for each in rest if isinstance(each, Heard)] == [7, 8, 9]


def test_one_slow_reader_costs_the_others_nothing() -> None:
    async def run() -> int:
        live = Live(size=2)
        with live.subscribe(), live.subscribe() as quick:
            seen = 0
            for number in range(50):
                live.publish(event(number))
                seen += isinstance(await quick.take(), Heard)
            return seen

    assert asyncio.run(run()) == 50


def test_waiting_ends_when_nothing_comes_and_goes_on_later() -> None:
    async def run() -> list[bool]:
        live = Live()
        with live.subscribe() as subscription:
            nothing = await subscription.take(0.01)
            live.publish(event())
            something = await subscription.take(5)
            return [nothing is None, something is not None, subscription.closed]

    assert asyncio.run(run()) == [True, True, False]


def test_closing_ends_readers_after_what_was_published_and_those_to_come_at_once() -> None:
    async def run() -> tuple[int, int]:
        live = Live()
        with live.subscribe() as subscription:
            live.publish(event())
            threading.Timer(0.02, live.close).start()
            seen = [each async for each in subscription]
        with live.subscribe() as late:
            return len(seen), len([each async for each in late])

    assert asyncio.run(run()) == (1, 0)


def test_nobody_is_listening_once_the_reader_has_left() -> None:
    async def run() -> list[bool]:
        live = Live()
        before = live.listening
        with live.subscribe():
            during = live.listening
        live.publish(Filled(()))
        return [before, during, live.listening]

    assert asyncio.run(run()) == [False, True, False]


def test_an_uplink_is_told_once_for_each_point_its_readings_belong_to() -> None:
    told = heard(7, [Record(WATER, 7, 1.0), Record(BATTERY, 7, 3.6), Record(WATER, 6, 0.5)])
    assert [(each.point, each.device, each.time, len(each.records)) for each in told] == [
        ("a", "app.a", 7, 2),
        ("own", "app.a", 7, 1),
    ]
