"""How long an application may be silent before its open connection is suspicious."""

from smartregion.clock import MINUTE, SECOND, Clock
from store.registry.protocol import Registry

SHORTEST_SECONDS = 600.0
# So many frames in a row are not missed by chance.
FRAMES = 20
LOOK_AGAIN = 5 * MINUTE


class Quiet:
    """Knows from the devices' intervals how often a message is to come."""

    def __init__(self, registry: Registry, application: str, clock: Clock) -> None:
        self._registry = registry
        self._application = application
        self._clock = clock
        self._looked: int | None = None
        self._seconds: float | None = None

    def seconds(self) -> float | None:
        """Seconds after which silence is suspicious; None while no interval is known."""
        now = self._clock.now()
        if self._looked is None or now - self._looked > LOOK_AGAIN:
            self._looked = now
            self._seconds = self._estimate(now)
        return self._seconds

    def _estimate(self, now: int) -> float | None:
        rate = sum(
            1 / device.interval
            for device in self._registry.devices()
            if device.application == self._application
            and device.interval
            and device.last_seen is not None
            and now - device.last_seen < 2 * device.interval * SECOND + 3600 * SECOND
        )
        return max(SHORTEST_SECONDS, FRAMES / rate) if rate else None
