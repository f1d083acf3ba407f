"""What happens to a chunk of messages, as a list of verbs. Settling is the last act: a crash before it repeats a
write that changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from decoders.library import Library
from ingest.decoding import Decoding
from ingest.judging import Frame, Judge
from ingest.placing import Placer
from smartregion.errors import Refused, Undecodable, Unusable
from smartregion.model import Message, Record, State, Uplink
from smartregion.region import Application, Region
from store.air import AirStore, Heard
from store.journal.protocol import Book, Chunk
from store.registry.protocol import Registry, Sighting
from store.series.protocol import SeriesStore


@dataclass(frozen=True, slots=True)
class Settled:
    """What a chunk came to, for those who watch."""

    stored: Sequence[Frame] = ()
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """(application, state, cause) → messages; state is `duplicate` for those seen before."""
    records: Sequence[Record] = ()
    heard: Sequence[tuple[Uplink, str]] = ()
    """Uplinks never seen before, whatever became of them, and the source each came by."""
    position: int = 0
    """Of the chunk; 0 where it was none."""


class Pipeline:
    """Takes chunks of the log to the series store and the book."""

    def __init__(
        self,
        region: Region,
        book: Book,
        registry: Registry,
        series: SeriesStore,
        settled: Callable[[Settled], None],
        library: Library | None = None,
        air: AirStore | None = None,
    ) -> None:
        """`library`: all decoders; without it those that come with the platform. `air`: where a store keeps it."""
        self._judge = Judge(region)
        self._book = book
        self._registry = registry
        self._series = series
        self._decoding = Decoding(registry, library)
        self._placer = Placer(registry)
        self._settled = settled
        self._air = air

    def take(self, chunk: Chunk) -> int:
        """Bring one chunk to its end; gives how many of its messages stay queued, for their store is away.

        Raises:
            Unavailable: a store is away for all; nothing is settled, the chunk is to be taken again.
        """
        frames = [self._judge.judge(message, offset) for offset, message in enumerate(chunk.messages)]
        fresh, repeated = self._tell_apart(frames)
        self._identify(fresh)
        self._decode(fresh, chunk.messages)
        self._write(fresh, chunk.messages)
        self._note_air(fresh)
        self._book.settle(chunk.position, [frame.entry for frame in frames])
        heard = [(frame.uplink, chunk.messages[frame.entry.offset].source) for frame in fresh if frame.uplink]
        self._tell(frames, fresh, repeated, heard, chunk.position)
        return _still_queued(fresh)

    def take_again(self, waiting: Sequence[tuple[bytes, Message]], *, counted: bool = False) -> int:
        """Bring messages that were booked before to their end: keys as booked, and messages.

        Args:
            counted: they came to an end before (in quarantine), so they are not counted as messages that came in.

        Returns:
            How many can't be brought to an end now, for their store is away; they stay what they are.

        Raises:
            Unavailable: a store is away for all; nothing has changed.
        """
        messages = [message for _, message in waiting]
        frames = [self._judge.judge(message, offset) for offset, message in enumerate(messages)]
        self._identify([frame for frame in frames if frame.uplink])
        self._decode(frames, messages)
        self._write(frames, messages)
        self._note_air(frames)
        done = [(key, frame) for (key, _), frame in zip(waiting, frames, strict=True) if not frame.queued]
        # The key as booked: the judge of today might name the application otherwise.
        self._book.resettle([frame.entry._replace(key=key) for key, frame in done])
        settled = [frame for _, frame in done]
        self._tell([] if counted else settled, settled, set())
        return len(frames) - len(done)

    def _tell_apart(self, frames: Sequence[Frame]) -> tuple[list[Frame], set[int]]:
        """Uplinks never seen before, and the offsets of all messages that were."""
        seen = self._book.known([frame.entry.key for frame in frames])
        fresh: list[Frame] = []
        repeated: set[int] = set()
        for frame in frames:
            if frame.entry.key in seen:
                repeated.add(frame.entry.offset)
            elif frame.uplink is not None:
                fresh.append(frame)
            seen.add(frame.entry.key)
        return fresh, repeated

    def _identify(self, fresh: Sequence[Frame]) -> None:
        self._registry.sight([_sighting(frame.uplink, frame.application) for frame in fresh if frame.uplink])

    def _decode(self, fresh: Sequence[Frame], messages: Sequence[Message]) -> None:
        for frame in fresh:
            if frame.entry.state is not State.STORED:
                continue
            try:
                self._decode_one(frame)
            except Unusable as error:
                frame.quarantine(error, messages[frame.entry.offset])

    def _decode_one(self, frame: Frame) -> None:
        uplink, application = frame.uplink, frame.application
        if uplink is None or application is None:
            return
        try:
            believed = self._decoding.decode(uplink, application)
        except Undecodable:
            frame.read_by(self._decoding.reader(uplink, application))
            raise
        frame.read_by(believed.decoder)
        told = list(believed.warnings)
        frame.records = self._placer.place(uplink.device, believed.readings, uplink.received_at, believed.moduli, told)
        frame.warnings = tuple(told)

    def _write(self, fresh: Sequence[Frame], messages: Sequence[Message]) -> None:
        """Write the records of all frames; what the store refuses sends its message to quarantine."""
        records = [record for frame in fresh for record in frame.records]
        if not records:
            return
        refused, held = self._series.write(records)
        if refused:
            self._refuse(fresh, messages, refused)
        if held:
            for frame in fresh:
                if any(record.series.tenant in held for record in frame.records):
                    frame.hold()

    def _refuse(self, fresh: Sequence[Frame], messages: Sequence[Message], refused: Mapping[int, str]) -> None:
        """Quarantine the messages of refused records; their other readings stay stored."""
        place = 0
        for frame in fresh:
            words = [refused[place + at] for at in range(len(frame.records)) if place + at in refused]
            kept = [record for at, record in enumerate(frame.records) if place + at not in refused]
            place += len(frame.records)
            if words:
                frame.quarantine(Refused(words[0]), messages[frame.entry.offset])
                frame.records = kept

    def _note_air(self, frames: Sequence[Frame]) -> None:
        if self._air is not None:
            self._air.note([heard for frame in frames if (heard := self._heard(frame)) is not None])

    def _heard(self, frame: Frame) -> Heard | None:
        uplink = frame.uplink
        if uplink is None or uplink.air is None or frame.queued:
            return None
        point = self._registry.point(self._registry.own_point(uplink.device) or "")
        if point is None:
            return None
        return Heard(uplink.device, point, uplink.received_at, uplink.f_cnt, uplink.radio, uplink.air)

    def _tell(
        self,
        frames: Sequence[Frame],
        fresh: Sequence[Frame],
        repeated: set[int],
        heard: Sequence[tuple[Uplink, str]] = (),
        position: int = 0,
    ) -> None:
        counts: Counter[tuple[str, str, str]] = Counter()
        for frame in frames:
            entry = frame.entry
            if frame.queued:
                continue
            state = "duplicate" if entry.offset in repeated else entry.state.value
            counts[entry.application, state, "" if entry.offset in repeated else entry.cause] += 1
        stored = [frame for frame in fresh if frame.entry.state is State.STORED]
        records = [record for frame in fresh if not frame.queued for record in frame.records]
        self._settled(Settled(stored, counts, records, heard, position))


def _still_queued(frames: Sequence[Frame]) -> int:
    return sum(frame.queued for frame in frames)


def _sighting(uplink: Uplink, application: Application | None) -> Sighting:
    # What the region file says of a device stands before what The Things Stack says.
    named = application.profile_of(uplink.device_id) if application and application.profiles else None
    return Sighting(
        uplink.application, uplink.device_id, uplink.received_at, uplink.dev_eui, named or uplink.profile, uplink.place
    )
