"""Writing to one bucket, with patience: bad lines are found and taken out, trouble pauses that bucket alone."""

import random
import threading
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Final, NamedTuple

from smartregion.clock import SECOND, Clock
from smartregion.logs import Logger
from store.series.influxdb_address import Role
from store.series.influxdb_http import Server, shortened
from store.series.influxdb_lines import MAX_LINES, Cell, Fields, Lines, body_of, encode
from store.series.influxdb_replies import Meaning, Verdict, understand

_PAUSES: Final = (1.0, 30.0)
_HELD_PAUSES: Final = (5.0, 60.0)
_STUBBORN: Final = 5
_RESTART: Final = (
    " If its disk was full, room alone does not help: influxd takes writes again only "
    "after a restart. Readings it did not acknowledge may be visible until then; they wait here, nothing is lost."
)


class Outcome(NamedTuple):
    """What became of the lines for one bucket."""

    refused: Mapping[Cell, str]
    held: str = ""
    """Why nothing can be stored until a person acts."""
    away: str = ""
    """Why nothing can be stored for now."""

    @property
    def trouble(self) -> str:
        """Why it is not stored, empty when it is."""
        return self.held or self.away


class Pause:
    """Until when not to ask again: longer each time, a little by chance, never shorter than the server wants."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = 0
        self._seconds = 0.0

    def is_over(self) -> bool:
        """Whether to ask again."""
        return self._clock.now() >= self._until

    def begin(self, bounds: tuple[float, float], wanted: float | None) -> None:
        """Pause again."""
        self._seconds = min(max(self._seconds * 2, bounds[0]), bounds[1])
        chance = random.uniform(0.5, 1.0)  # noqa: S311 — jitter, not a secret
        self._until = self._clock.now() + int(max(self._seconds * chance, wanted or 0.0) * SECOND)

    def end(self) -> None:
        """It works again."""
        self._until, self._seconds = 0, 0.0


class Whole(Pause):
    """The pause of all lanes, while the server can't be reached; and what they know together."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.failures = 0
        """Answers of 500, or none in time, since something was stored."""
        self.full = False
        """Whether one of them said that the disk is full."""


class _Stop(Exception):
    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.words)
        self.verdict = verdict


class Lane:
    """One bucket. Threads that write to it wait for each other."""

    def __init__(self, server: Server, whole: Whole, bucket: str, role: Role, clock: Clock, logger: Logger) -> None:
        """`whole`: shared by all lanes."""
        self.bucket = bucket
        self._server = server
        self._whole = whole
        self._role = role
        self._logger = logger.bind(bucket=bucket)
        self._lock = threading.Lock()
        self._pause = Pause(clock)
        self._last: Verdict | None = None
        self._failures = 0

    def held(self) -> str:
        """What a person must do for this bucket, empty when nothing."""
        last = self._last
        if last is None or (last.meaning is not Meaning.HELD and not last.words.endswith(_RESTART)):
            return ""
        return last.words

    def send(self, lines: Lines) -> Outcome:
        """Store the lines, 5 000 at a time. Idempotent; what is not refused nor troubled is stored durably."""
        with self._lock:
            if self._last is not None and not (self._pause.is_over() and self._whole.is_over()):
                return self._troubled(self._last)
            refused: dict[Cell, str] = {}
            try:
                for part in _parts(lines):
                    self._settle(part, refused)
            except _Stop as stop:
                return self._troubled(self._note(stop.verdict))
            self._recovered()
            return Outcome(refused)

    def _troubled(self, verdict: Verdict) -> Outcome:
        if verdict.meaning is Meaning.HELD:
            return Outcome({}, held=verdict.words)
        return Outcome({}, away=verdict.words)

    def _settle(self, lines: Lines, refused: dict[Cell, str]) -> None:
        texts = encode(lines)
        verdict = self._deliver(texts)
        match verdict.meaning:
            case Meaning.STORED:
                return
            case Meaning.HELD | Meaning.AWAY | Meaning.NO_GZIP:
                raise _Stop(verdict)
            case Meaning.UNREADABLE if verdict.lines:
                by_text = dict(zip(texts, lines.items(), strict=True))
                bad = [by_text.pop(text) for text in verdict.lines]
                for one in map(_single, bad):
                    self._search(one, verdict, refused)
                if by_text:
                    self._settle(dict(by_text.values()), refused)
            case _:
                self._search(lines, verdict, refused)

    def _search(self, lines: Lines, verdict: Verdict, refused: dict[Cell, str]) -> None:
        """Some of the lines can't be stored: find out which, by sending ever smaller parts."""
        cells = [(prefix, time, field) for (prefix, time), fields in lines.items() for field in fields]
        alike = len(cells) == len(lines) and len({(_measurement(prefix), field) for prefix, _, field in cells}) == 1
        if len(cells) == 1 or (alike and verdict.meaning is Meaning.DROPPED and verdict.dropped >= len(lines)):
            refused |= dict.fromkeys(cells, shortened(verdict.words))
            return
        for part in _halves(lines) if alike else _by_field(lines):
            self._settle(part, refused)

    def _deliver(self, texts: list[str]) -> Verdict:
        body = body_of(texts)
        verdict = understand(self._server.write(self.bucket, body, self._role), texts, self.bucket)
        if verdict.meaning is Meaning.NO_GZIP:
            reply = self._server.write(self.bucket, body, self._role, plain=True)
            verdict = understand(reply, texts, self.bucket)
            if verdict.meaning is Meaning.NO_GZIP:
                verdict = verdict._replace(meaning=Meaning.AWAY)
        return verdict

    def _note(self, verdict: Verdict) -> Verdict:
        if verdict.meaning is Meaning.HELD:
            self._server.renew_tokens()
        # With its disk full it answers 500, or hangs.
        silent = verdict.meaning is Meaning.AWAY and not verdict.words.startswith("InfluxDB answers")
        failed = verdict.words.startswith("InfluxDB answers 500") or (silent and not verdict.unreachable)
        self._failures = self._failures + 1 if failed else 0
        self._whole.failures += failed
        self._whole.full |= "no space left" in verdict.words
        times = max(self._failures, self._whole.failures)
        full = self._whole.full and verdict.meaning is Meaning.AWAY and not verdict.unreachable
        if full or (failed and times >= _STUBBORN):
            verdict = verdict._replace(words=verdict.words + _RESTART)
        self._tell(verdict)
        self._last = verdict
        pause = self._whole if verdict.unreachable else self._pause
        pause.begin(_HELD_PAUSES if verdict.meaning is Meaning.HELD else _PAUSES, verdict.retry_after)
        return verdict

    def _tell(self, verdict: Verdict) -> None:
        last = self._last
        restart = verdict.words.endswith(_RESTART) and (last is None or not last.words.endswith(_RESTART))
        if last is not None and last.meaning is verdict.meaning and not restart:
            return
        tell = self._logger.error if verdict.meaning is Meaning.HELD or restart else self._logger.warning
        tell("readings wait for InfluxDB", why=verdict.words)

    def _recovered(self) -> None:
        if self._last is not None:
            self._logger.info("InfluxDB takes readings again")
            self._whole.full = False
        self._last = None
        self._failures = 0
        self._whole.failures = 0
        self._pause.end()
        self._whole.end()


def _parts(lines: Lines) -> Iterator[Lines]:
    if len(lines) <= MAX_LINES:
        if lines:
            yield lines
        return
    items = iter(lines.items())
    while part := dict(islice(items, MAX_LINES)):
        yield part


def _measurement(prefix: str) -> str:
    return prefix.partition(",")[0]


def _single(item: tuple[tuple[str, int], Fields]) -> Lines:
    return dict([item])


def _by_field(lines: Lines) -> list[Lines]:
    """One part for each field of a measurement, a line for each value."""
    parts: dict[tuple[str, str], dict[tuple[str, int], Fields]] = {}
    for (prefix, time), fields in lines.items():
        for field, value in fields.items():
            parts.setdefault((_measurement(prefix), field), {})[prefix, time] = {field: value}
    return list(parts.values())


def _halves(lines: Lines) -> list[Lines]:
    """By time: what is wrong with one field is mostly wrong for a stretch of time."""
    items = sorted(lines.items(), key=lambda item: item[0][1])
    middle = len(items) // 2
    return [dict(items[:middle]), dict(items[middle:])]


MakeLane = Callable[[str, Role], Lane]
