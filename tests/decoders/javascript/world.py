"""Small codecs of our own, and what is needed around them."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Event

from decoders.decoder import Frame
from decoders.fields import FieldMapping
from decoders.javascript.codec import Codec

RECEIVED_AT = 1_780_000_000_123_456_789
FRAME = Frame(5, b"\x01\xff", RECEIVED_AT)
HOLDS_TEMPERATURE = "function decodeUplink(input) { return {data: {t: input.bytes[0] / 2, port: input.fPort}}; }"
NORMALIZES = (
    HOLDS_TEMPERATURE + "function normalizeUplink(input) { return {data: {air: {temperature: input.data.t}}}; }"
)
PATIENT = 30.0
"""Seconds until a worker is killed: on a busy machine 0.1 s of CPU may take a while."""
ENDLESS = "function decodeUplink() { while (true) {} }"


def make_codec(source: str, *, fields: FieldMapping | None = None, reuse: bool = False) -> Codec:
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    return Codec(brand="acme", model="t1", source=source, sha256=sha256, licence="own", fields=fields, reuse=reuse)


def gives(data: str) -> Codec:
    """A codec whose data are this JavaScript expression."""
    return make_codec(f"function decodeUplink(input) {{ return {{data: {data}}}; }}")


def gone(pid: int) -> bool:
    """Whether a process has ended; nobody may be there to reap an orphan."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_until(holds: Callable[[], bool], what: str) -> None:
    for _ in range(1000):
        if holds():
            return
        Event().wait(0.02)
    raise AssertionError(f"it never came that {what}")


def names_in(folder: str) -> set[str]:
    return {each.name for each in Path(folder).iterdir()}
