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
LONGEST_WORDS = 2000
IMPORT = "import"
SIMULATED = "simulated"

_new = tuple.__new__


@dataclass(slots=True)
class Frame:
    """A message on its way through the pipeline. Only an uplink to be stored has still something to lose."""

    entry: Entry
    uplink: Uplink | None = None
    application: Application | None = None
    records: list[Record] = field(default_factory=list)
    warnings: tuple[str, ...] = ()

    @property
    def queued(self) -> bool:
        """Whether it stays queued."""
        return self.entry.state is State.QUEUED

    def hold(self) -> None:
        """Leave the message queued: its store is away for now. That stands before a refusal."""
        self.entry = self.entry._replace(state=State.QUEUED, cause="", detail="", message=None)

    def read_by(self, decoder: str) -> None:
        """Note what decoded the message."""
        # A third of the price of _replace, on the path that every uplink takes.
        self.entry = _new(Entry, (*self.entry[:-1], decoder))

    def quarantine(self, error: Unusable, message: Message) -> None:
        """Send the message to quarantine instead."""
        self.entry = self.entry._replace(
            state=State.QUARANTINED, cause=error.cause.value, detail=_said(error), message=message
        )


def _said(error: Unusable) -> str:
    """An error's words as they can be kept: its text may come from foreign code, or quote a message."""
    return str(error)[:LONGEST_WORDS].encode("utf-8", "backslashreplace").decode()


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
            key = message_key(message.payload, 0)
            frame = Frame(Entry(key, offset, message.application, self.day(message.arrived_at), State.STORED))
            frame.quarantine(error, message)
            return frame
        application = self._application(message, parsed)
        label = application.label if application else parsed.application
        if isinstance(parsed, wire.Event):
            return self._judge_event(message, offset, parsed, label, known=application is not None)
        return self._judge_uplink(message, offset, parsed, label, application)

    def _judge_event(self, message: Message, offset: int, event: wire.Event, label: str, *, known: bool) -> Frame:
        day = self.day(message.arrived_at if event.received_at is None else event.received_at)
        key = message_key(message.payload, event.received_at or 0)
        frame = Frame(Entry(key, offset, label, day, State.IGNORED, event.reason))
        if not known:
            frame.quarantine(_unknown(label), message)
        return frame

    def _judge_uplink(
        self, message: Message, offset: int, uplink: Uplink, label: str, application: Application | None
    ) -> Frame:
        time = uplink.received_at
        key = uplink_key(label, uplink.device_id, uplink.session_key_id, uplink.f_cnt, time)
        reason = _nothing_to_store(uplink, application) if application else ""
        state = State.IGNORED if reason else State.STORED
        entry = Entry(key, offset, label, self.day(time), state, reason, "", lag_ms(time, uplink.forwarded_at))
        try:
            if application is None:
                raise _unknown(label)
            if not reason:
                _check_time(message, time)
        except Unusable as error:
            frame = Frame(entry)
            frame.quarantine(error, message)
            return frame
        if reason == SIMULATED:
            return Frame(entry)
        # A frame without readings still shows that its device lives.
        return Frame(entry, uplink if uplink.application == label else uplink._replace(application=label), application)

    def _application(self, message: Message, parsed: Uplink | wire.Event) -> Application | None:
        """The application of the region file; the connection it came by says more than the message itself."""
        if message.application:
            return self._region.by_label.get(message.application)
        _, tenant = wire.topic_parts(message.topic)
        return self._region.find_application(parsed.application, tenant if message.topic else None)

    def day(self, time: int) -> date:
        """The day of the region that a time falls on; zones change their offset by quarters of an hour at least."""
        quarter = time // (15 * MINUTE)
        day = self._days.get(quarter)
        if day is None:
            if len(self._days) > 10_000:
                self._days.clear()
            day = self._days[quarter] = timestamps.to_datetime(time, self._region.zone).date()
        return day


def _unknown(label: str) -> UnknownApplication:
    return UnknownApplication(f"application {label!r} is not in the region file; add it under [[applications]]")


def _nothing_to_store(uplink: Uplink, application: Application) -> str:
    """Why a valid uplink holds nothing to store; empty when it does."""
    if uplink.simulated and not application.accept_simulated:
        return SIMULATED
    if uplink.f_port == 0:
        return "MAC only"
    return "" if uplink.payload else "empty frame"


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
