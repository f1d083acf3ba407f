"""Tells receivers of alarms: gathered into one letter, not in quiet hours, again until it has arrived, never twice."""

from collections.abc import Callable, Mapping
from datetime import time, tzinfo

from jobs.digest import write
from jobs.posting import Letter
from smartregion import timestamps
from smartregion.clock import MINUTE, Clock
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.region import Notify
from store.registry.alarms import AlarmStore

FIRST_PAUSE, LONGEST_PAUSE = 1 * MINUTE, 60 * MINUTE

Send = Callable[[str, Letter], None]
"""Address and letter. Raises Unavailable, Misconfigured."""


class Notifier:
    """Called by the clock, always in one thread."""

    def __init__(
        self,
        store: AlarmStore,
        receivers: Mapping[str, str],
        send: Send,
        settings: Notify,
        region: tuple[str, tzinfo, str],
        clock: Clock,
        logger: Logger,
    ) -> None:
        """`receivers`: address by name. `region`: its name, zone and language."""
        self._store = store
        self._receivers = receivers
        self._send = send
        self._settings = settings
        self._name, self._zone, language = region
        self._english = (settings.language or language) == "en"
        self._clock = clock
        self._logger = logger
        self._not_before: dict[str, int] = {}
        self._pauses: dict[str, int] = {}

    def tell(self) -> None:
        """Send what is due. Raises Unavailable: the registry is away."""
        if is_quiet(self._clock.now(), self._settings, self._zone):
            return
        for receiver, address in self._receivers.items():
            if self._clock.now() >= self._not_before.get(receiver, 0):
                self._tell(receiver, address)

    def _tell(self, receiver: str, address: str) -> None:
        notices = self._store.unsent(receiver)
        gathering = int(self._settings.digest_minutes * MINUTE)
        if not notices or self._clock.now() - notices[0].noted < gathering:
            return
        letter = write(notices, self._name, "en" if self._english else "de", self._zone)
        try:
            self._send(address, letter)
        except (Unavailable, Misconfigured) as error:
            self._put_off(receiver, error)
            return
        self._store.sent(receiver, notices, self._clock.now())
        if self._pauses.pop(receiver, None) is not None:
            self._logger.info("receiver of alarms is back", receiver=receiver)
        self._not_before[receiver] = self._clock.now() + gathering

    def _put_off(self, receiver: str, error: Exception) -> None:
        """Try again later; say so once. The address holds secrets, so only its name is told."""
        if receiver not in self._pauses:
            self._logger.error("alarms can't be sent, they are kept", receiver=receiver, why=str(error))
        pause = self._pauses.get(receiver, FIRST_PAUSE)
        self._pauses[receiver] = min(pause * 2, LONGEST_PAUSE)
        self._not_before[receiver] = self._clock.now() + pause


def is_quiet(now: int, settings: Notify, zone: tzinfo) -> bool:
    """Whether nothing is to be sent at that time. Hours that begin in the evening reach into the next day."""
    if not settings.quiet_from or not settings.quiet_until:
        return False
    start, end = time.fromisoformat(settings.quiet_from), time.fromisoformat(settings.quiet_until)
    at = timestamps.to_datetime(now, zone).time()
    return start <= at < end if start <= end else at >= start or at < end
