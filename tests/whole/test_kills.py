"""One uplink, one effect: also when the process is killed in the midst of a burst, or told to stop."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from simulator.double.server import Double, Publication, Setup
from simulator.uplinks import GATEWAYS, Frame, render
from tests.whole.judging import assert_stored_once, ledger_of
from tests.whole.service import (
    APPLICATION,
    TENANT,
    Service,
    region_of,
    stack_application,
)

UPLINKS: Final = 100_000
DEVICES: Final = 200
COUNTER: Final = ("milesight-iot", "em300-di")
LAG_SECONDS: Final = 0.5


class Burst:
    """Uplinks at full speed, each of which counts one pulse more than the one before: no two are alike.

    When it comes to certain numbers it does something before it goes on.
    """

    def __init__(self, first: int, uplinks: int, then: Mapping[int, Callable[[], None]]) -> None:
        self._numbers = range(first, first + uplinks)
        self._then = then

    def __iter__(self) -> Iterator[Publication]:
        """The messages, made as they are taken; the frame's time is that of its making."""
        for number in self._numbers:
            if number in self._then:
                self._then[number]()
            frame = _frame(number)
            yield Publication(APPLICATION, TENANT, frame.device_id, render(frame), frame.handled_at)


def _frame(number: int) -> Frame:
    f_cnt, device = divmod(number, DEVICES)
    now = time.time_ns()
    return Frame(
        APPLICATION,
        f"zaehler-{device:03d}",
        now - 200_000_000,
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=f_cnt,
        f_port=85,
        payload=bytes.fromhex("05c8") + number.to_bytes(4, "little"),
        forwarded_at=now,
        gateways=GATEWAYS[:1],
    )


def _publish(double: Double, first: int, uplinks: int, then: Mapping[int, Callable[[], None]]) -> None:
    """Publish a burst. A slow reader loses messages, as it would on the real server."""
    double.publish_all(Burst(first, uplinks, then), lossless=False)


def _close_gaps(double: Double, service: Service, uplinks: int) -> None:
    """Let the storage catch up with what was published; the next connection then closes all gaps."""
    time.sleep(2 * LAG_SECONDS)
    double.disconnect()
    service.wait_for(lambda: service.totals()["stored"] >= uplinks, 200)
    service.wait_for(lambda: service.ask("/v1/backfill")["items"][0]["state"] == "complete")


def _assert_stored_once(data: Path, uplinks: int) -> None:
    assert_stored_once(
        data, {f"{APPLICATION}.zaehler-{device:03d}": [*range(device, uplinks, DEVICES)] for device in range(DEVICES)}
    )


@pytest.mark.timeout(300)
def test_100_000_uplinks_and_three_kills_leave_each_of_them_exactly_once(tmp_path: Path) -> None:
    with Double([stack_application()], setup=Setup(lag=LAG_SECONDS / 2)) as double:
        service = Service(tmp_path, region_of(double, profile=COUNTER, storage_lag_s=LAG_SECONDS))

        def kill_and_restart() -> None:
            service.kill()
            service.start()

        def wait_for_connection() -> None:
            service.wait_for(lambda: bool(double.connected()))

        kills = {20_000: kill_and_restart, 45_000: kill_and_restart, 70_000: kill_and_restart}
        # What is published in between is heard by nobody: only the storage has it.
        returns = {number + 5_000: wait_for_connection for number in kills}
        with service:
            wait_for_connection()
            _publish(double, 0, UPLINKS, {**kills, **returns})
            _close_gaps(double, service, UPLINKS)
            assert service.stop() == 0

    _assert_stored_once(service.data, UPLINKS)
    assert "Traceback" not in service.told()


def test_sigterm_settles_what_is_in_hand_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with (
        Double([stack_application()], setup=Setup(lag=LAG_SECONDS / 2)) as double,
        Service(tmp_path, region_of(double, profile=COUNTER, storage_lag_s=LAG_SECONDS)) as service,
    ):
        service.wait_for(lambda: bool(double.connected()))
        statuses: list[int] = []
        _publish(double, 0, 8_000, {4_000: lambda: statuses.append(service.stop())})
        assert statuses == [0]
        settled = ledger_of(service.data)
        assert settled.received > 0
        assert settled.queued == 0

        service.start()
        service.wait_for(lambda: bool(double.connected()))
        _publish(double, 8_000, 2_000, {})
        _close_gaps(double, service, 10_000)
        assert service.stop() == 0

    _assert_stored_once(service.data, 10_000)
    assert "Traceback" not in service.told()
