"""What a reply to a write means. Pure; the replies themselves: docs/influxdb.md."""

import re
from collections.abc import Collection
from enum import Enum, auto
from typing import Final, NamedTuple

from store.series.influxdb_http import TIMED_OUT, UNREACHABLE, Reply, shortened


class Meaning(Enum):
    """What is to be done."""

    STORED = auto()
    UNREADABLE = auto()
    """Lines are no line protocol for the server; those named in `lines`, or some unknown ones."""
    DROPPED = auto()
    """It did not take some of the points, at least `dropped`."""
    TOO_LARGE = auto()
    NO_GZIP = auto()
    """Something between us and it broke the packing: send it unpacked, once."""
    HELD = auto()
    """A person must change something; until then nothing of this bucket can be stored."""
    AWAY = auto()
    """Later."""


class Verdict(NamedTuple):
    """A reply, understood."""

    meaning: Meaning
    words: str = ""
    """For people, short."""
    lines: frozenset[str] = frozenset()
    dropped: int = 0
    field: str = ""
    """The field that is not of one type, when it says so."""
    retry_after: float | None = None
    unreachable: bool = False
    """Not this bucket, the server."""


_STORED: Final = frozenset({200, 204})
_BROKEN_GZIP: Final = ("unable to read data", "An internal error has occurred", "unexpected EOF", "gzip: invalid")
_WRONG_ADDRESS: Final = ("Please provide", "invalid precision", "missing db", "database is required")
_QUOTE: Final = "unable to parse '"
_DROPPED: Final = re.compile(r"dropped=(\d+)|dropped (\d+) points")
_CONFLICT: Final = re.compile(r'input field "([^"]*)" on measurement "([^"]*)"')
_DO: Final = {
    401: "The token for writing is not valid. Make a new one (`smartregion influxdb setup`) and put it where the old "
    "one stands",
    403: "The token for writing does not hold for this bucket. Make a new one (`smartregion influxdb setup`) and put "
    "it where the old one stands",
    404: "The bucket or the organisation is missing. Make it again (`smartregion influxdb setup`), or mend its name in "
    "the region file",
    405: "Something else than InfluxDB answers there. Mend the address",
}


def understand(reply: Reply, sent: Collection[str], bucket: str) -> Verdict:
    """What the server's reply means for the lines that were sent."""
    status, text = reply.status, reply.text
    words = f"InfluxDB answers {status} for bucket {bucket!r}: {shortened(text)}"
    if status in _STORED:
        return Verdict(Meaning.STORED)
    if status in {UNREACHABLE, TIMED_OUT}:
        return Verdict(Meaning.AWAY, shortened(text), unreachable=status == UNREACHABLE)
    if status in {400, 422}:
        return _content(status, text, sent, words)
    if status == 413:
        return Verdict(Meaning.TOO_LARGE, words)
    if status in {429, 502, 503, 504}:
        return Verdict(Meaning.AWAY, words, retry_after=reply.retry_after)
    if status >= 500:
        broken = any(mark in text for mark in _BROKEN_GZIP)
        return Verdict(Meaning.NO_GZIP if broken else Meaning.AWAY, words, retry_after=reply.retry_after)
    hint = _DO.get(status, "Look into the log of InfluxDB and of the proxy before it")
    return Verdict(Meaning.HELD, f"{words}. {hint}; until then its readings wait and are stored by themselves later.")


def _content(status: int, text: str, sent: Collection[str], words: str) -> Verdict:
    if any(mark in text for mark in _BROKEN_GZIP):
        return Verdict(Meaning.NO_GZIP, words)
    if any(text.startswith(mark) for mark in _WRONG_ADDRESS):
        return Verdict(Meaning.HELD, f"{words}. Mend the organisation and the way of writing in the region file.")
    if _QUOTE in text:
        return Verdict(Meaning.UNREADABLE, words, quoted(text, sent))
    if status == 422 or "partial write" in text or "field type conflict" in text:
        conflict = _CONFLICT.search(text)
        return Verdict(Meaning.DROPPED, words, dropped=_dropped(text), field=conflict[1] if conflict else "")
    return Verdict(Meaning.UNREADABLE, words)


def _dropped(text: str) -> int:
    return max((int(match[1] or match[2]) for match in _DROPPED.finditer(text)), default=0)


def quoted(text: str, sent: Collection[str]) -> frozenset[str]:
    """Those of the lines that the message quotes; a line may hold what looks like the end of the quotation."""
    known = frozenset(sent)
    found = (_quoted(piece, known) for piece in text.split(_QUOTE)[1:])
    return frozenset(line for line in found if line is not None)


def _quoted(piece: str, known: frozenset[str]) -> str | None:
    end = piece.rfind("': ")
    while end != -1:
        if piece[:end] in known:
            return piece[:end]
        end = piece.rfind("': ", 0, end)
    return None
