"""Runs archived messages through today's decoders: other processes decode, this one compares, writes and deletes.

First comes what is new or another, and only then goes what the comparison found gone: a kill between leaves too much,
never too little. At the end whatever came in live meanwhile is written once more, so that no late frame loses anything.
"""

import random
import subprocess
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar, cast

import msgspec

from ingest import redecode_words as words
from ingest.redecode_compare import Comparing, Verdict
from ingest.redecode_kept import Kept, KeptFile, Pending, Span, cut, goes_on
from ingest.redecode_words import Batch, Changed
from queries.redecoding import Failure, RedecodeOrder, RedecodeProgress
from smartregion.errors import Misconfigured, Unavailable
from smartregion.logs import Logger
from smartregion.model import Record, State
from store.journal.protocol import Book, Entry
from store.registry.protocol import Registry, Sighting
from store.series.protocol import SeriesStore

RECORDS_AT_ONCE: Final = 5_000
ENTRIES_AT_ONCE: Final = 500
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
END_SECONDS = 5.0

T = TypeVar("T")


class _Stopped(Exception):
    """Whoever asked for the run wants it to end."""


class Redecode:
    """At most one run at a time, in a thread of its own."""

    def __init__(
        self,
        command: Sequence[str],
        kept: Path,
        store: SeriesStore,
        book: Book,
        registry: Registry,
        *,
        readings_from: Callable[[], int],
        decoders: Callable[[], str],
        changed: Callable[[Collection[str]], None],
        logger: Logger,
        processes: int = 1,
    ) -> None:
        """Nothing runs until `start`.

        Args:
            command: the process that decodes.
            kept: the file of progress.
            readings_from: readings before it are past their retention.
            decoders: names all decoders with their versions.
            changed: is told of devices whose readings were written or deleted.
            processes: how many decode side by side.
        """
        self._command = list(command)
        self._file = KeptFile(kept)
        self._store = store
        self._book = book
        self._registry = registry
        self._readings_from = readings_from
        self._decoders = decoders
        self._changed = changed
        self._logger = logger
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._processes = processes
        self._running: list[subprocess.Popen[bytes]] = []
        self._kept = self._file.load()
        if self._kept is not None and self._kept.progress.state == "running":
            self._kept.progress.state = "stopped"

    def start(self, order: RedecodeOrder) -> None:
        """Begin, or go on where the same order was stopped. Raises Misconfigured while another run is under way."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                raise Misconfigured("messages are being decoded again just now; wait until that is done, or stop it")
            if order.end <= order.start:
                raise Misconfigured("the time span is empty: its end must lie after its start")
            self._stop.clear()
            self._kept = goes_on(self._kept, order, self._decoders(), self._spans(order))
            self._thread = threading.Thread(target=self._run, args=(self._kept,), name="redecode")
            self._thread.start()

    def progress(self) -> RedecodeProgress | None:
        """How far the last run has come; None when there was none."""
        kept = self._kept
        return kept.progress if kept is not None else None

    def stop(self) -> None:
        """End the run after the batch in hand; the same order later goes on there."""
        with self._lock:
            self._stop.set()
            for process in tuple(self._running):
                _end(process)
            if self._thread is not None:
                self._thread.join()

    def _run(self, kept: Kept) -> None:
        progress = kept.progress
        try:
            for span, batch in self._batches(kept):
                self._take(kept, span, batch)
            if progress.order.apply:
                self._write_again(kept)
            progress.state = "complete"
        except _Stopped:
            progress.state = "stopped"
        except (Unavailable, Misconfigured) as error:
            progress.state, progress.why = "failed", str(error)
            self._logger.error("decoding again failed", application=progress.order.application, why=str(error))
        try:
            self._file.save(kept)
        except Unavailable as error:
            self._logger.error("the progress of decoding again can't be kept", why=str(error))

    def _spans(self, order: RedecodeOrder) -> list[Span]:
        known = [device.device_id for device in self._registry.devices() if device.application == order.application]
        wanted = [device_id for device_id in known if not order.devices or device_id in order.devices]
        return cut(wanted, self._processes)

    def _batches(self, kept: Kept) -> Iterator[tuple[Span, Batch]]:
        """What today's decoders make of the frames that are still to be looked at."""
        progress, spans = kept.progress, kept.spans
        progress.total = progress.done
        given = [
            {"after": span.after, "upto": span.upto, "first_upto": span.pending.upto if span.pending else None}
            for span in spans
        ]
        first = kept.position is None
        for place, word in self._ask(progress.order, given):
            if isinstance(word, words.Total):
                progress.total += word.messages
                if first:
                    kept.position = min(word.position, word.position if kept.position is None else kept.position)
            elif isinstance(word, Batch):
                yield spans[place], word

    def _ask(self, order: RedecodeOrder, given: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, words.Word]]:
        """Start a process for each that is given, and hear them in turn to their ends; with the place of each.

        Raises:
            Unavailable: one can't go on.
        """
        with ExitStack() as stack:
            heard = dict(enumerate([stack.enter_context(self._started(order, more)) for more in given]))
            while heard:
                for place, process in tuple(heard.items()):
                    word = next(words.read(cast("BinaryIO", process.stdout)), None)
                    if self._stop.is_set():
                        raise _Stopped
                    if word is None:
                        raise Unavailable("a process that decodes ended by itself; its words are on standard error")
                    if isinstance(word, words.Problem):
                        raise Unavailable(word.words)
                    if isinstance(word, words.End):
                        del heard[place]
                    yield place, word

    @contextmanager
    def _started(self, order: RedecodeOrder, more: Mapping[str, Any]) -> "Iterator[subprocess.Popen[bytes]]":
        if self._stop.is_set():
            raise _Stopped
        with subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603
            self._running.append(process)
            try:
                asked = cast("BinaryIO", process.stdin)
                # What ends at once is heard of when its words are read.
                with suppress(BrokenPipeError):
                    asked.write(msgspec.json.encode({"order": order, **more}) + b"\n")
                    asked.flush()
                yield process
            finally:
                self._running.remove(process)
                _end(process)

    def _take(self, kept: Kept, span: Span, batch: Batch) -> None:
        """Compare one batch, do what is to be done, and keep how far that was."""
        progress = kept.progress
        order = progress.order
        verdict = self._patiently(lambda: self._comparing(order).compare(batch))
        told = Pending(batch.upto, list(verdict.differences.values()), verdict.unexplained)
        if span.pending is not None and span.pending.upto == batch.upto:
            # Some of it was done before the kill; what was told then is what counts.
            told = span.pending
        if order.apply:
            span.pending = told
            self._file.save(kept)
            progress.refused += self._apply(verdict)
        kept.add(told.differences)
        progress.unexplained += told.unexplained
        progress.done += batch.messages
        progress.frames += batch.frames
        progress.settled += self._patiently(lambda: self._settle(batch.changed, apply=order.apply))
        kept.fail([Failure(each.cause, each.detail, each.device, each.messages) for each in batch.failed])
        span.after, span.pending = batch.upto, None
        if order.apply:
            self._file.save(kept)

    def _comparing(self, order: RedecodeOrder) -> Comparing:
        return Comparing(self._store, order.start, order.end, self._readings_from())

    def _apply(self, verdict: Verdict) -> int:
        """Write, then delete; gives how many readings were refused."""
        refused = self._write(verdict.records)
        for run in verdict.gone:
            self._patiently(partial(self._store.remove, run.series, run.start, run.end))
        touched = {record.series.device for record in verdict.records}
        touched.update(series.device for run in verdict.gone for series in run.series)
        if touched:
            self._patiently(lambda: self._changed(touched))
        return refused

    def _write(self, records: Sequence[Record]) -> int:
        refused = 0
        for start in range(0, len(records), RECORDS_AT_ONCE):
            refused += self._patiently(partial(self._store_all, records[start : start + RECORDS_AT_ONCE]))
        return refused

    def _store_all(self, records: Sequence[Record]) -> int:
        written = self._store.write(records)
        if written.held:
            raise Unavailable("; ".join(f"{tenant}: {why}" for tenant, why in written.held.items()))
        return len(written.refused)

    def _settle(self, changed: Sequence[Changed], *, apply: bool) -> int:
        """Tell the book and the registry what is read otherwise today; gives how many messages change their state."""
        booked = self._book.find([each.key for each in changed])
        there = [each for each in changed if each.key in booked and booked[each.key].state is not State.QUEUED]
        moved = [each for each in there if booked[each.key].state != State(each.state)]
        if apply and there:
            self._registry.sight(
                [Sighting(each.application, each.device_id, each.received_at, each.dev_eui) for each in moved]
            )
            for start in range(0, len(there), ENTRIES_AT_ONCE):
                self._book.resettle([_entry(each) for each in there[start : start + ENTRIES_AT_ONCE]])
        return len(moved)

    def _write_again(self, kept: Kept) -> None:
        """Write what frames of the range made that came in while this run went on."""
        for _, word in self._ask(kept.progress.order, [{"beyond": kept.position}]):
            if isinstance(word, Batch):
                made = self._comparing(kept.progress.order).made(word)
                self._write([Record(series, *sample) for series, its in made.items() for sample in its.samples])

    def _patiently(self, work: Callable[[], T]) -> T:
        """Do the work; while a store is away wait and try again. Raises _Stopped."""
        pause = FIRST_PAUSE
        while True:
            if self._stop.is_set():
                raise _Stopped
            try:
                return work()
            except Unavailable as error:
                if pause == FIRST_PAUSE:
                    self._logger.error("store away, decoding again waits", why=str(error))
                self._stop.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 — jitter, not a secret
                pause = min(pause * 2, LONGEST_PAUSE)


def _entry(changed: Changed) -> Entry:
    day = date.fromordinal(changed.day)
    return Entry(changed.key, 0, changed.application, day, State(changed.state), changed.cause, decoder=changed.decoder)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Let the process end: it does when its standard input closes."""
    if process.stdin is None:
        return
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
