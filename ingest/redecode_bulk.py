"""Decodes archived messages in bulk, by the same functions as the pipeline: judge, decode, place."""

from array import array
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from ingest.decoding import Decoding
from ingest.judging import Frame, Judge
from ingest.placing import Placer
from ingest.redecode_words import Batch, Changed, Failed, Heard, Line
from queries.redecoding import RedecodeOrder
from smartregion.errors import Unusable
from smartregion.model import Record, Series, State, Uplink
from store.archive import DUPLICATE, ArchivedMessage

_INT, _FLOAT = "q", "d"
_FINAL = (State.STORED, State.IGNORED)


@dataclass(slots=True)
class _Made:
    """Samples of one series in the order in which frames made them."""

    decoder: str
    times: "array[int]" = field(default_factory=lambda: array(_INT))
    values: "array[float]" = field(default_factory=lambda: array(_FLOAT))


@dataclass(slots=True)
class _Device:
    """What was made of the frames of one device."""

    decoder: str = ""
    frames: "array[int]" = field(default_factory=lambda: array(_INT))
    failed: "array[int]" = field(default_factory=lambda: array(_INT))
    made: list[tuple[tuple[int, int], bool, list[Record]]] = field(default_factory=list)
    """Place in the journal, whether the frame is in the range, and its records."""
    states_times: bool = False


Witnesses = Callable[[Collection[str]], Iterable[ArchivedMessage]]
"""Messages around the range, of the devices named: they may have readings at the same times."""


class Bulk:
    """Makes batches of today's readings out of messages."""

    def __init__(self, order: RedecodeOrder, judge: Judge, decoding: Decoding, placer: Placer) -> None:
        self._order = order
        self._judge = judge
        self._decoding = decoding
        self._placer = placer

    def batch(self, upto: str, rows: Iterable[ArchivedMessage], witnesses: Witnesses) -> Batch:
        """All messages of some devices, in the order in which they came to the journal. `upto`: the last device."""
        taking = _Taking(self, Batch(upto, 0, 0, [], [], [], []))
        for row in rows:
            taking.take(row)
        stating = [name for name, device in taking.devices.items() if device.states_times]
        if stating:
            for row in witnesses([name.partition(".")[2] for name in stating]):
                taking.bear_witness(row)
        return taking.end()

    def in_range(self, uplink: Uplink) -> bool:
        """Whether the frame is asked for."""
        order = self._order
        return uplink.application == order.application and order.start <= uplink.received_at < order.end

    def judge(self, row: ArchivedMessage) -> Frame:
        """What is to become of the message today."""
        return self._judge.judge(row.message, row.place)

    def decode(self, frame: Frame) -> str:
        """Fill in the records of a frame that is to be stored; gives its decoder. Raises Unusable."""
        uplink, application = frame.uplink, frame.application
        if uplink is None or application is None or frame.entry.state is not State.STORED:
            return ""
        believed = self._decoding.decode(uplink, application)
        frame.read_by(believed.decoder)
        frame.records = self._placer.place(uplink.device, believed.readings, uplink.received_at, believed.moduli)
        return believed.decoder


class _Taking:
    """One batch in the making."""

    def __init__(self, bulk: Bulk, batch: Batch) -> None:
        self._bulk = bulk
        self._batch = batch
        self._seen: set[bytes] = set()
        self._failed: dict[tuple[str, str], Failed] = {}
        self.devices: dict[str, _Device] = {}

    def take(self, row: ArchivedMessage) -> None:
        """Take a message of the range in."""
        self._batch.messages += 1
        frame = self._bulk.judge(row)
        uplink = frame.uplink
        if frame.entry.key in self._seen:
            return
        self._seen.add(frame.entry.key)
        if uplink is None:
            if frame.entry.state is State.QUARANTINED:
                self._fail(row, frame.entry.cause, frame.entry.detail)
        elif self._bulk.in_range(uplink):
            self._batch.frames += 1
            self._read(row, frame, uplink)

    def _read(self, row: ArchivedMessage, frame: Frame, uplink: Uplink) -> None:
        device = self.devices.get(uplink.device)
        if device is None:
            device = self.devices[uplink.device] = _Device()
        time = uplink.received_at
        try:
            decoder = self._bulk.decode(frame)
        except Unusable as error:
            device.failed.append(time)
            self._fail(row, error.cause.value, str(error))
            return
        device.decoder = decoder or device.decoder
        device.frames.append(time)
        device.made.append(((row.chunk, row.place), True, frame.records))
        if not device.states_times:
            device.states_times = {record[1] for record in frame.records} - {time} != set()
        if row.state not in ("", DUPLICATE) and (row.state, row.decoder) != (frame.entry.state.value, decoder):
            self._batch.changed.append(_changed(frame, uplink))

    def bear_witness(self, row: ArchivedMessage) -> None:
        """Take a message in that lies outside of the range."""
        frame = self._bulk.judge(row)
        if frame.uplink is None or frame.entry.key in self._seen or frame.uplink.device not in self.devices:
            return
        self._seen.add(frame.entry.key)
        try:
            self._bulk.decode(frame)
        except Unusable:
            return
        self.devices[frame.uplink.device].made.append(((row.chunk, row.place), False, frame.records))

    def _fail(self, row: ArchivedMessage, cause: str, detail: str) -> None:
        known = self._failed.setdefault((row.device_id or "", cause), Failed(cause, detail, row.device_id or "", 0))
        known.messages += 1

    def end(self) -> Batch:
        """The batch with all that was made."""
        for name, device in self.devices.items():
            self._batch.lines += _lines(device) if device.states_times else _plain_lines(device)
            times = array(_INT, _own_times(device)) if device.states_times else device.frames
            self._batch.heard.append(Heard(name, device.decoder, times.tobytes(), device.failed.tobytes()))
        self._batch.failed = list(self._failed.values())
        return self._batch


def _own_times(device: _Device) -> set[int]:
    """Times at which a frame of the range has the last word."""
    latest = dict.fromkeys(device.frames, True)
    for _, inside, records in sorted(device.made, key=_journal_order):
        for record in records:
            latest[record.time] = inside
    return {time for time, inside in latest.items() if inside}


def _journal_order(made: tuple[tuple[int, int], bool, list[Record]]) -> tuple[int, int]:
    return made[0]


def _changed(frame: Frame, uplink: Uplink) -> Changed:
    entry = frame.entry
    return Changed(
        entry.key,
        entry.application,
        entry.day.toordinal(),
        entry.state.value,
        entry.cause,
        entry.decoder,
        uplink.device_id,
        uplink.received_at,
        uplink.dev_eui,
    )


def _plain_lines(device: _Device) -> list[Line]:
    """Lines of a device whose readings all have the time of their frame."""
    found: dict[Series, _Made] = {}
    for _, _, records in device.made:
        for series, time, value in records:
            made = found.get(series)
            if made is None:
                made = found[series] = _Made(device.decoder)
            made.times.append(time)
            made.values.append(value)
    return [_line(series, made) for series, made in found.items()]


def _line(series: Series, made: _Made, guarded: bytes = b"") -> Line:
    times, values = made.times, made.values
    if any(map(int.__ge__, times[:-1], times[1:])):
        # Late frames, or one time twice: the last one to come counts.
        ordered = sorted(dict(zip(times, values, strict=True)).items())
        times = array(_INT, [time for time, _ in ordered])
        values = array(_FLOAT, [value for _, value in ordered])
    return Line(
        series.point,
        series.device,
        series.quantity,
        series.attributes,
        series.tenant,
        series.site,
        series.domain,
        series.modulus,
        made.decoder,
        times.tobytes(),
        values.tobytes(),
        guarded,
    )


def _lines(device: _Device) -> list[Line]:
    """Lines of a device that states times: several frames may speak of one, and the last one to come counts."""
    found: dict[Series, dict[int, tuple[float, bool]]] = {}
    for _, inside, records in sorted(device.made, key=_journal_order):
        for series, time, value in records:
            found.setdefault(series, {})[time] = value, inside
    lines = []
    for series, samples in found.items():
        made = _Made(device.decoder)
        for time, (value, inside) in samples.items():
            if inside:
                made.times.append(time)
                made.values.append(value)
        guarded = array(_INT, [time for time, (_, inside) in samples.items() if not inside])
        lines.append(_line(series, made, guarded.tobytes()))
    return lines
