"""The file in which a run of `redecode` keeps how far it has come, so that it goes on there after a kill."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from queries.redecoding import Difference, Failure, RedecodeOrder, RedecodeProgress
from smartregion.errors import Unavailable


@dataclass(slots=True)
class Pending:
    """A batch that is being applied: its counts as the comparison told them, before anything was written."""

    upto: str
    differences: list[Difference]
    unexplained: int = 0


@dataclass(slots=True)
class Span:
    """Devices that one process decodes, in order: above `after`, up to and with `upto`."""

    after: str | None = None
    """The last device that is done; None at the beginning, messages of no device among what follows."""
    upto: str | None = None
    """None: to the end."""
    pending: Pending | None = None


@dataclass(slots=True)
class Kept:
    """What a run needs to go on."""

    progress: RedecodeProgress
    decoders: str
    """Names all decoders with their versions; a run does not go on with others."""
    spans: list[Span]
    position: int | None = None
    """The last chunk of the log that was looked at."""

    def add(self, differences: list[Difference]) -> None:
        """Add the counts and examples of a batch to those of the run."""
        known = {(each.decoder, each.quantity): each for each in self.progress.differences}
        for each in differences:
            mine = known.get((each.decoder, each.quantity))
            if mine is None:
                mine = known[each.decoder, each.quantity] = Difference(each.decoder, each.quantity)
                self.progress.differences.append(mine)
            mine.take_in(each)

    def fail(self, failures: list[Failure]) -> None:
        """Add frames that could not be read."""
        known = {each.cause: each for each in self.progress.failures}
        for each in failures:
            mine = known.get(each.cause)
            if mine is None:
                known[each.cause] = each
                self.progress.failures.append(each)
            else:
                mine.messages += each.messages


@dataclass(slots=True)
class KeptFile:
    """Where it is kept; written whole, or not at all."""

    path: Path
    _encoder: msgspec.json.Encoder = field(default_factory=msgspec.json.Encoder)

    def load(self) -> Kept | None:
        """What was kept; None when nothing was, or when it can't be read any more."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        except OSError as error:
            raise self._away(error) from error

    def save(self, kept: Kept) -> None:
        """Keep it. Raises Unavailable."""
        aside = self.path.with_name(f"{self.path.name}.new")
        try:
            with aside.open("wb") as file:
                file.write(self._encoder.encode(kept))
                file.flush()
                os.fsync(file.fileno())
            aside.rename(self.path)
        except OSError as error:
            raise self._away(error) from error

    def _away(self, error: OSError) -> Unavailable:
        return Unavailable(f"{self.path} can't be used: {error.strerror or error}")


def goes_on(kept: Kept | None, order: RedecodeOrder, decoders: str, spans: list[Span]) -> Kept:
    """What was kept when the same was asked and left unfinished; else a new beginning with these spans."""
    if kept is not None and kept.progress.state != "complete" and kept.decoders == decoders:
        before = kept.progress.order
        asked = replace(order, end=before.end) if order.until_now else order
        if order.apply and before == asked:
            kept.progress.state, kept.progress.why = "running", ""
            return kept
    return Kept(RedecodeProgress(order), decoders, spans)


def cut(devices: Sequence[str], processes: int) -> list[Span]:
    """Spans for so many processes, of about as many of these devices each."""
    ordered = sorted(devices)
    size = -(-len(ordered) // processes) or 1
    edges = [ordered[at - 1] for at in range(size, len(ordered), size)]
    return [Span(after, upto) for after, upto in zip([None, *edges], [*edges, None], strict=True)]
