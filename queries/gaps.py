"""What is missing of devices, why, and what became of it."""

from dataclasses import replace

from smartregion.clock import SECOND, Clock
from smartregion.gaps import Gap, GapCount, Sought
from store.registry.protocol import Registry


class Gaps:
    """The gaps that are kept. Every method raises Unavailable."""

    def __init__(self, registry: Registry, clock: Clock) -> None:
        self._registry = registry
        self._clock = clock

    def page(self, sought: Sought, limit: int, after: tuple[int, str] | None = None) -> list[Gap]:
        """Gaps, the newest first, beyond that (start, device)."""
        return [self._as_of_now(gap) for gap in self._registry.gaps.page(sought, limit, after)]

    def counts(self, sought: Sought) -> list[GapCount]:
        """How many there are, and frames missing in them, by application, cause and state."""
        return self._registry.gaps.counts(sought)

    def _as_of_now(self, gap: Gap) -> Gap:
        """Of a silence that lasts, more frames are missing by the hour."""
        device = self._registry.device(gap.device) if gap.until is None else None
        if device is None or not device.interval:
            return gap
        return replace(gap, missing=int((self._clock.now() - gap.start) / (device.interval * SECOND)))
