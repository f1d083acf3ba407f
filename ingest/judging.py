"""What is to become of a message, as far as it can be told before its bytes are decoded."""

from dataclasses import dataclass, field
from datetime import date

from ingest import wire
from smartregion import timestamps
from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.errors import ImplausibleTime, UnknownApplication, Unusable
from smartregion.model import Message, Record, State, Uplink
from smartregion.region import Application, Region
from store.journal.keys import lag_ms, message_key, uplink_key
from store.journal.protocol import Entry

OLDEST = 31 * DAY
AHEAD = 1 * HOUR
# An import brings history on purpose; a narrower range may be given behind its name.
OLDEST_IMPORT = 10 * 366 * DAY
IMPORT = "import"


@dataclass(slots=True)
class Frame:
    """A message on its way through the pipeline. Without an uplink its fate is sealed."""

    entry: Entry
    uplink: Uplink | None = None
    application: Application | None = None
    records: list[Record] = field(default_factory=list)
    warnings: tuple[str, ...] = ()

    def quarantine(self, error: Unusable, message: Message) -> None:
        """Send the message to quarantine instead."""
        self.entry = self.entry._replace(
            state=State.QUARANTINED, cause=error.cause.value, detail=str(error), message=message
        )


def import_source(since: int, until: int) -> str:
    """The source of imported messages whose frame times are to lie in since..until."""
    return f"{IMPORT}:{since}:{until}"


class Judge:
    """Reads a message and says where it goes."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self._days: dict[int, date] = {}

    def judge(self, message: Message, offset: int) -> Frame:
        """The message's entry for the book, and its uplink where there is something to decode."""
        try:
            parsed = wire.parse(message.payload)
        except Unusable as error:
            frame = Frame(self._entry(message, offset, message_key(message.payload, 0), message.application, None))
            frame.quarantine(error, message)
            return frame
        application = self._application(message, parsed)
        label = application.label if application else parsed.application
        frame = Frame(self._entry(message, offset, _key(message, parsed, label), label, parsed.received_at))
        try:
            self._decide(frame, message, parsed, application)
        except Unusable as error:
            frame.quarantine(error, message)
        return frame

    def _decide(
        self, frame: Frame, message: Message, parsed: Uplink | wire.Event, application: Application | None
    ) -> None:
        if application is None:
            raise UnknownApplication(
                f"application {parsed.application!r} is not in the region file; add it under [[applications]]"
            )
        reason = _nothing_to_store(parsed, application)
        if reason:
            frame.entry = frame.entry._replace(state=State.IGNORED, cause=reason)
        elif isinstance(parsed, Uplink):
            _check_time(message, parsed.received_at)
            frame.entry = frame.entry._replace(lag_ms=lag_ms(parsed.received_at, parsed.forwarded_at))
            named = (
                parsed if parsed.application == application.label else parsed._replace(application=application.label)
            )
            frame.uplink, frame.application = named, application

    def _application(self, message: Message, parsed: Uplink | wire.Event) -> Application | None:
        """The application of the region file; the connection it came by says more than the message itself."""
        if message.application:
            return self._region.by_label.get(message.application)
        _, tenant = wire.topic_parts(message.topic)
        return self._region.find_application(parsed.application, tenant if message.topic else None)

    def _entry(self, message: Message, offset: int, key: bytes, label: str, time: int | None) -> Entry:
        return Entry(key, offset, label, self.day(message.arrived_at if time is None else time), State.STORED)

    def day(self, time: int) -> date:
        """The day of the region that a time falls on; zones change their offset by quarters of an hour at least."""
        quarter = time // (15 * MINUTE)
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) > 10_000:
                self._days.clear()
            day = self._days[quarter] = timestamps.to_datetime(time, self._region.zone).date()
        return day


def _key(message: Message, parsed: Uplink | wire.Event, label: str) -> bytes:
    if isinstance(parsed, Uplink):
        return uplink_key(label, parsed.device_id, parsed.session_key_id, parsed.f_cnt, parsed.received_at)
    return message_key(message.payload, parsed.received_at or 0)


def _nothing_to_store(parsed: Uplink | wire.Event, application: Application) -> str:
    """Why a valid message holds nothing to store; empty when it does."""
    if isinstance(parsed, wire.Event):
        return parsed.reason
    if parsed.simulated and not application.accept_simulated:
        return "simulated"
    if parsed.f_port == 0:
        return "MAC only"
    return "" if parsed.payload else "empty frame"


def _check_time(message: Message, time: int) -> None:
    low, high = message.arrived_at - OLDEST, message.arrived_at + AHEAD
    if message.source.startswith(IMPORT):
        _, *given = message.source.split(":")
        low, high = (int(given[0]), int(given[1])) if given else (message.arrived_at - OLDEST_IMPORT, high)
    if not low <= time <= high:
        raise ImplausibleTime(
            f"frame of {timestamps.render(time)} arrived at {timestamps.render(message.arrived_at)}; "
            f"accepted are {timestamps.render(low)} to {timestamps.render(high)}"
        )
