"""Devices that nobody hears although their interval says that they should be."""

from collections.abc import Callable

from ingest.hearing import Hearing
from queries.silence import patience
from smartregion.clock import MINUTE, SECOND, Clock
from smartregion.gaps import Gap, GapCause
from smartregion.model import Device
from store.registry.gaps import GapStore
from store.registry.protocol import Registry

EVERY = 1 * MINUTE


class Silences:
    """Opens a gap without an end for each such device; the next frame ends it."""

    def __init__(
        self, store: GapStore, registry: Registry, listening: Callable[[str], int | None], clock: Clock
    ) -> None:
        """`listening`: since when messages of an application could come; None while they can't."""
        self._store = store
        self._registry = registry
        self._listening = listening
        self._clock = clock
        self._looked: int | None = None
        self._lasting: dict[str, Gap] = {}

    def ended(self, hearing: Hearing) -> set[str]:
        """Devices that were silent and have been heard again. Raises Unavailable."""
        if self._looked is None:
            self._lasting = self._store.silent()
        heard = hearing.standing(self._lasting)
        ended = {device for device, (_, _, last) in heard.items() if last > self._lasting[device].start}
        self._lasting = {device: gap for device, gap in self._lasting.items() if device not in ended}
        return ended

    def look(self) -> None:
        """Look for devices that have fallen silent, once a minute. Raises Unavailable."""
        now = self._clock.now()
        if self._looked is not None and 0 <= now - self._looked < EVERY:
            return
        there = {device.id: device for device in self._registry.devices()}
        gone = [gap for device, gap in self._lasting.items() if device not in there]
        silent = [gap for each in there.values() if (gap := self._silence(each, now)) is not None]
        self._store.put(silent)
        self._store.remove(gone)
        self._lasting = {gap.device: gap for gap in [*self._lasting.values(), *silent] if gap not in gone}
        self._looked = now

    def _silence(self, device: Device, now: int) -> Gap | None:
        listening = self._listening(device.application)
        if device.last_seen is None or listening is None or device.id in self._lasting:
            return None
        # What was sent before the connection stood nobody could hear: it is given the same patience.
        if now - max(device.last_seen, listening) <= patience(device) * SECOND:
            return None
        expected = int((now - device.last_seen) / (device.interval * SECOND)) if device.interval else 0
        cause = GapCause.SILENT
        return Gap(device.id, device.application, device.last_seen, None, expected, cause=cause, found=now)
