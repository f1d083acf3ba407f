"""A service that was killed says itself what it missed, why, and that it has come."""

import time
from pathlib import Path
from typing import Any

from simulator.double.server import Double
from smartregion.clock import SECOND
from tests.cli.conftest import frame, publish
from tests.whole.service import Service, region_of, stack_application


def test_what_was_missed_by_a_kill_is_told_as_repaired_and_what_nobody_has_as_radio(tmp_path: Path) -> None:
    begun = time.time_ns() - 100 * SECOND
    frames = {number: frame(number, begun + number * SECOND) for number in range(30)}
    with Double([stack_application()]) as double, Service(tmp_path, region_of(double)) as service:
        service.wait_for(lambda: bool(double.connected()))
        publish(double, *(frames[number] for number in range(1, 6)))
        service.wait_until_ready()
        service.wait_for(lambda: service.totals()["stored"] == 5)
        service.kill()
        publish(double, *(frame(number, time.time_ns() - (10 - number) * SECOND) for number in range(6, 9)))
        service.start()
        service.wait_for(lambda: bool(double.connected()))
        service.wait_until_ready()
        # Number 9 and 10 are lost on their way to the server.
        publish(double, frame(11, time.time_ns() + 2 * SECOND))

        def told() -> set[tuple[Any, ...]]:
            items = service.ask("/v1/gaps")["items"]
            return {(each["missing"], each["repaired"], each["cause"], each["state"]) for each in items}

        service.wait_for(lambda: (3, 3, "down", "repaired") in told() and len(told()) == 2)
        assert {(missing, repaired) for missing, repaired, _, _ in told()} == {(3, 3), (2, 0)}
        assert "<h1>Lücken</h1>" in service.text("/gaps?lang=de")
        assert service.stop() == 0

    assert "Traceback" not in service.told()
