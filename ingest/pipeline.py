"""What happens to a chunk of messages, as a list of verbs. Settling is the last act: a crash before it repeats a
write that changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.decoding import Decoding
from ingest.judging import Frame, Judge
from ingest.placing import Placer
from smartregion.errors import Refused, Unusable
from smartregion.model import Message, Record, State, Uplink
from smartregion.region import Application, Region
from store.journal.protocol import Book, Chunk
from store.registry.protocol import Registry, Sighting
from store.series.protocol import SeriesStore


@dataclass(frozen=True, slots=True)
class Settled:
    """What a chunk came to, for those who watch."""

    stored: Sequence[Frame]
    counts: Counter[tuple[str, str, str]]
    """(application, state, cause) → messages; state is `duplicate` for those seen before."""
    records: Sequence[Record]


class Pipeline:
    """Takes chunks of the log to the series store and the book."""

    def __init__(
        self,
        region: Region,
        book: Book,
        registry: Registry,
        series: SeriesStore,
        settled: Callable[[Settled], None],
    ) -> None:
        self._judge = Judge(region)
        self._book = book
        self._registry = registry
        self._series = series
        self._decoding = Decoding(registry)
        self._placer = Placer(registry)
        self._settled = settled

    def take(self, chunk: Chunk) -> None:
        """Bring one chunk to its end.

        Raises:
            Unavailable: a store is away; nothing is settled, the chunk is to be taken again.
        """
        frames = [self._judge.judge(message, offset) for offset, message in enumerate(chunk.messages)]
        fresh, repeated = self._tell_apart(frames)
        self._identify(fresh)
        self._decode(fresh, chunk.messages)
        self._write(fresh, chunk.messages)
        self._book.settle(chunk.position, [frame.entry for frame in frames])
        self._tell(frames, fresh, repeated)

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
        readings, frame.warnings, moduli = self._decoding.decode(uplink, application)
        frame.records = self._placer.place(uplink.device, readings, uplink.received_at, moduli)

    def _write(self, fresh: Sequence[Frame], messages: Sequence[Message]) -> None:
        """Write the records of all frames; a batch refused as a whole is searched for what the store won't take."""
        records = [record for frame in fresh for record in frame.records]
        if not records:
            return
        try:
            self._series.write(records)
        except Refused as error:
            if len(fresh) == 1:
                self._write_singly(fresh[0], messages[fresh[0].entry.offset], error)
            else:
                middle = len(fresh) // 2
                self._write(fresh[:middle], messages)
                self._write(fresh[middle:], messages)

    def _write_singly(self, frame: Frame, message: Message, error: Refused) -> None:
        """Store what the store takes of one frame, and quarantine its message with the store's words."""
        frame.quarantine(error, message)
        kept: list[Record] = []
        for record in frame.records if len(frame.records) > 1 else []:
            try:
                self._series.write([record])
                kept.append(record)
            except Refused as refusal:
                frame.quarantine(refusal, message)
        frame.records = kept

    def _tell(self, frames: Sequence[Frame], fresh: Sequence[Frame], repeated: set[int]) -> None:
        counts: Counter[tuple[str, str, str]] = Counter()
        for frame in frames:
            entry = frame.entry
            state = "duplicate" if entry.offset in repeated else entry.state.value
            counts[entry.application, state, "" if entry.offset in repeated else entry.cause] += 1
        stored = [frame for frame in fresh if frame.entry.state is State.STORED]
        self._settled(Settled(stored, counts, [record for frame in fresh for record in frame.records]))


def _sighting(uplink: Uplink, application: Application | None) -> Sighting:
    # What the region file says of a device stands before what The Things Stack says.
    named = application.profile_of(uplink.device_id) if application and application.profiles else None
    return Sighting(
        uplink.application, uplink.device_id, uplink.received_at, uplink.dev_eui, named or uplink.profile, uplink.place
    )
