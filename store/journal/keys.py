"""The 20-byte key that names a message: frame time (8), device (4), frame (8).

It begins with the time, so rows of a sorted table are added at its end and stay cheap at any size.
"""

from functools import lru_cache
from hashlib import blake2b

from smartregion.timestamps import EARLIEST, LATEST

KEY_BYTES = 20
NO_DEVICE = bytes(4)
"""The device part of a message that is no uplink."""

_SHIFT = 1 << 63
_MILLISECOND = 1_000_000


def uplink_key(application: str, device_id: str, session_key_id: str, f_cnt: int, received_at: int) -> bytes:
    """The key of an uplink: the same frame gives the same key, by whatever way and however often it comes.

    Args:
        received_at: when the Network Server heard the frame (nanoseconds since 1970), not when it was forwarded.

    Raises:
        OverflowError: the time is outside 64 bits of nanoseconds (1677 to 2262).
    """
    frame = f"{application}\0{device_id}\0{session_key_id}\0{f_cnt}\0{received_at}"
    return time_prefix(received_at) + device_hash(application, device_id) + _hash(frame, 8)


def message_key(payload: bytes, time: int) -> bytes:
    """The key of a message that is no uplink or can't be parsed: its time and a hash of its bytes.

    Raises:
        OverflowError: the time is outside 64 bits of nanoseconds.
    """
    return time_prefix(time) + NO_DEVICE + blake2b(payload, digest_size=8).digest()


@lru_cache(maxsize=65_536)
def device_hash(application: str, device_id: str) -> bytes:
    """Four bytes that stand for a device. Two devices may share them (1 in 4 billion pairs); never `NO_DEVICE`."""
    found = _hash(f"{application}\0{device_id}", 4)
    return found if found != NO_DEVICE else b"\0\0\0\1"


def time_prefix(time: int) -> bytes:
    """The first 8 bytes of every key of that time."""
    return (time + _SHIFT).to_bytes(8, "big")


def time_bound(time: int) -> bytes:
    """Sorts after every key of an earlier time and before all keys of that time, also beyond 64 bits."""
    if time < EARLIEST:
        return b""
    return time_prefix(time) if time <= LATEST else b"\xff" * (KEY_BYTES + 1)


def key_time(key: bytes) -> int:
    """The frame time of a key, nanoseconds since 1970."""
    return int.from_bytes(key[:8], "big") - _SHIFT


def key_device(key: bytes) -> bytes:
    """The four bytes of the device, `NO_DEVICE` when the message is no uplink."""
    return key[8:12]


def milliseconds(time: int) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return time // _MILLISECOND


def milliseconds_up(time: int) -> int:
    """Milliseconds since 1970, rounded up: the first whole one that is not before `time`."""
    return -(-time // _MILLISECOND)


def lag_ms(received_at: int, forwarded_at: int) -> int:
    """What `Entry.lag_ms` must hold, so that key and lag give `forwarded_at` exactly to the millisecond."""
    return milliseconds(forwarded_at) - milliseconds(received_at)


def forwarded_ms(key: bytes, lag: int) -> int:
    """When the Application Server handled the uplink, in milliseconds since 1970."""
    return milliseconds(key_time(key)) + lag


def _hash(text: str, size: int) -> bytes:
    # A lone surrogate in a hostile message must not stop the line.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
