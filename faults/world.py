"""One platform as a real process, with a way by which uplinks come and a store into which readings go."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults.judging import Account, judge
from faults.places import Embedded, InfluxDb
from faults.routes import Broker, Stack
from faults.sending import Maker, Sent
from smartregion.clock import Clock
from tests.whole.service import Service

RATE = 200.0
PATIENCE_SECONDS = 420.0


@dataclass(frozen=True, slots=True)
class Form:
    """How much is done: the short form for each change, the long one now and then."""

    long: bool = False
    kills: int = 10
    away_seconds: float = 10.0
    cuts: int = 6
    """Moments at which power is cut."""


SHORT = Form()
LONG = Form(long=True, kills=100, away_seconds=60.0, cuts=60)


class World:
    """The platform and what is around it, for as long as the `with` of `making.world` lasts."""

    def __init__(
        self,
        form: Form,
        seed: int,
        folder: Path,
        clock: Clock,
        route: Stack | Broker,
        place: Embedded | InfluxDb,
        service: Service,
    ) -> None:
        self.form = form
        self.random = random.Random(seed)
        self.folder = folder
        self.clock = clock
        self.route = route
        self.place = place
        self.service = service
        self.maker = Maker(seed, route.tenant, clock.now)
        self.sent: list[Sent] = []
        self.besides = Account()
        """What was judged on the way, as of folders rebuilt after a power cut."""

    @property
    def stack(self) -> Stack:
        """The Things Stack, where it is the way."""
        assert isinstance(self.route, Stack)
        return self.route

    @property
    def influx(self) -> InfluxDb:
        """The InfluxDB, where it is the store."""
        assert isinstance(self.place, InfluxDb)
        return self.place

    def send(self, count: int, *, ago: Callable[[], int] = lambda: 0, unreadable: float = 0.01) -> list[Sent]:
        """Send so many uplinks as fast as the way takes them; gives them."""
        made = list(self.maker.make(count, ago=ago, unreadable=unreadable))
        self.deliver(made)
        return made

    def deliver(self, made: list[Sent]) -> None:
        """Send uplinks that were made before."""
        self.route.send(made)
        self.sent += made

    @contextmanager
    def load(self, rate: float = RATE) -> Iterator[None]:
        """Send on and on, until the `with` ends."""
        ended = threading.Event()
        failed: list[BaseException] = []
        thread = threading.Thread(target=self._keep_sending, args=(rate, ended, failed), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
        if failed:
            raise failed[0]

    def pause(self, shortest: float, longest: float) -> None:
        """Wait for a random time."""
        time.sleep(self.random.uniform(shortest, longest))

    def restart(self) -> None:
        """Kill the platform and start it again, without waiting for either."""
        self.service.kill()
        self.service.start()

    def settle(self) -> float:
        """Wait until all that was sent is booked and nothing waits; says how many seconds that took."""
        begun = time.monotonic()
        self.service.wait_until_ready()
        self.service.wait_for(self._settled, PATIENCE_SECONDS)
        return time.monotonic() - begun

    def end(self) -> Account:
        """Stop the platform and judge each message."""
        status = self.service.stop()
        account = self.judged()
        told = [f"it ended with status {status}"] if status else []
        told += ["it told a stack trace"] if "Traceback" in self.service.told() else []
        return account.plus(self.besides).plus(Account(wrong=tuple(told)))

    def judged(self) -> Account:
        """Judge each message by what the data folder and the store hold; the platform has ended."""
        return judge(self.service.data, self.place, self.sent)

    def _settled(self) -> bool:
        totals = self.service.totals()
        return not totals["queued"] and totals["received"] - totals["duplicate"] >= len(self.sent)

    def _keep_sending(self, rate: float, ended: threading.Event, failed: list[BaseException]) -> None:
        step = max(1, int(rate / 10))
        try:
            while not ended.wait(step / rate):
                self.send(step)
        except Exception as error:  # noqa: BLE001 — handed to the one who waits
            failed.append(error)
