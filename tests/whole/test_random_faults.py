"""Faults and uplinks in any order that Hypothesis thinks of; a failure is told with the steps to repeat it."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from faults.making import Making, world
from faults.places import Kind
from faults.routes import Way
from faults.world import SHORT


class Troubled(RuleBasedStateMachine):
    """The platform as a real process; whatever happens, each uplink ends in its state, once."""

    def __init__(self) -> None:
        super().__init__()
        self._ending = ExitStack()
        folder = Path(self._ending.enter_context(tempfile.TemporaryDirectory()))
        self._world = self._ending.enter_context(world(folder, SHORT, 1, Way.STACK, Kind.DUCKDB, Making(proxied=True)))
        self._running = self._connected = True

    @initialize()
    def begin(self) -> None:
        """Something is there before anything goes wrong."""
        self._world.send(20)

    @rule(count=st.integers(1, 300))
    def uplinks(self, count: int) -> None:
        self._world.send(count)

    @rule(count=st.integers(1, 60), hours=st.integers(0, 20))
    def late_uplinks(self, count: int, hours: int) -> None:
        self._world.send(count, ago=lambda: hours * 3600 * 10**9)

    @rule(count=st.integers(1, 60))
    def unreadable(self, count: int) -> None:
        self._world.send(count, unreadable=0.5)

    @rule(share=st.floats(0.05, 1))
    def repeated(self, share: float) -> None:
        sent = self._world.sent
        self._world.route.send(self._world.random.sample(sent, max(1, int(len(sent) * share))))

    @precondition(lambda self: self._running)
    @rule()
    def kill(self) -> None:
        self._world.service.kill()
        self._running = False

    @precondition(lambda self: self._running)
    @rule()
    def stop(self) -> None:
        self._world.service.wait_until_ready()
        assert self._world.service.stop() == 0
        self._running = False

    @precondition(lambda self: not self._running)
    @rule()
    def start(self) -> None:
        self._world.service.start()
        self._running = True

    @precondition(lambda self: self._connected)
    @rule()
    def server_goes(self) -> None:
        self._world.route.down()
        self._connected = False

    @precondition(lambda self: not self._connected)
    @rule()
    def server_comes(self) -> None:
        self._world.route.up()
        self._connected = True

    @rule()
    def cut(self) -> None:
        for each in self._world.stack.proxies:
            each.cut()

    @rule()
    def storage_is_ill(self) -> None:
        self._world.stack.double.faults.unavailable(2)
        self._world.stack.double.faults.break_stream(1, rows=5)

    def teardown(self) -> None:
        """All is well again: each uplink is where it must be."""
        with self._ending:
            if not self._connected:
                self.server_comes()
            if not self._running:
                self.start()
            self._world.service.wait_until_ready()
            # What was missed while connections stood is found when they are made anew.
            self._world.stack.double.disconnect()
            self._world.settle()
            account = self._world.end()
            assert account.good, account


@pytest.mark.timeout(600)
def test_each_uplink_ends_in_its_state_whatever_happens_in_whatever_order() -> None:
    few = settings(
        max_examples=3, stateful_step_count=8, deadline=None, database=None, print_blob=True, report_multiple_bugs=False
    )
    slow = settings(few, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Troubled, settings=slow)
