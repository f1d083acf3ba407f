"""One uplink, one effect: also when the process is killed in the midst of a burst, or told to stop."""

from pathlib import Path
from typing import Final

import pytest

from simulator.double.server import Double, Setup
from tests.whole.burst import COUNTER, LAG_SECONDS, close_gaps, counted, publish
from tests.whole.judging import assert_stored_once, ledger_of
from tests.whole.service import Service, region_of, stack_application

UPLINKS: Final = 100_000


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
            publish(double, 0, UPLINKS, {**kills, **returns})
            close_gaps(double, service, UPLINKS)
            assert service.stop() == 0

    assert_stored_once(service.data, counted(UPLINKS))
    assert "Traceback" not in service.told()


def test_sigterm_settles_what_is_in_hand_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with (
        Double([stack_application()], setup=Setup(lag=LAG_SECONDS / 2)) as double,
        Service(tmp_path, region_of(double, profile=COUNTER, storage_lag_s=LAG_SECONDS)) as service,
    ):
        service.wait_for(lambda: bool(double.connected()))
        statuses: list[int] = []
        publish(double, 0, 8_000, {4_000: lambda: statuses.append(service.stop())})
        assert statuses == [0]
        settled = ledger_of(service.data)
        assert settled.received > 0
        assert settled.queued == 0

        service.start()
        service.wait_for(lambda: bool(double.connected()))
        publish(double, 8_000, 2_000)
        close_gaps(double, service, 10_000)
        assert service.stop() == 0

    assert_stored_once(service.data, counted(10_000))
    assert "Traceback" not in service.told()
