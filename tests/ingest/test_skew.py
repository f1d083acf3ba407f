"""How far clocks are apart: the quickest message tells, a slow one does not."""

from ingest.pipeline import Settled
from ingest.skew import Skew
from smartregion.clock import MINUTE, SECOND, ManualClock
from smartregion.model import Uplink

NOW = 1000 * MINUTE


class Watch:
    """What is told of frames that come."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOW)
        self.position = 0
        self.skew = Skew(self.clock, lambda: self.position)

    def hear(self, *lags: float, source: str = "mqtt", waited: bool = False) -> float | None:
        now = self.clock.now()
        self.position += 1
        heard = [(Uplink("wasser", "w1", 0, now - int(lag * SECOND)), source) for lag in lags]
        self.skew.settled(Settled(heard=heard, position=self.position - waited))
        return self.skew.seconds()


def test_the_quickest_of_the_last_minutes_tells() -> None:
    watch = Watch()
    assert watch.skew.seconds() is None
    assert watch.hear(70.0, 65.0) == 65.0
    assert watch.hear(3600.0) == 65.0
    assert watch.hear(0.3) == 0.3
    watch.clock.advance(601)
    assert watch.skew.seconds() is None


def test_a_frame_out_of_the_future_is_proof() -> None:
    watch = Watch()
    watch.hear(0.5)
    assert watch.hear(-90.0) == 90.0


def test_what_was_fetched_or_has_waited_here_tells_nothing() -> None:
    watch = Watch()
    assert watch.hear(500.0, source="backfill") is None
    assert watch.hear(500.0, source="import") is None
    assert watch.hear(500.0, waited=True) is None
    assert watch.hear(2.0, source="webhook") == 2.0
