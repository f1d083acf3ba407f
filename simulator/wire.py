"""The small change of the wire: times, ULIDs, numbers and random text, each in about a microsecond."""

import math
import struct
from binascii import b2a_base64
from functools import lru_cache

from smartregion import timestamps

_CROCKFORD = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CLOCK = [f":{minute:02d}:{second:02d}" for minute in range(60) for second in range(60)]
_PAIRS = [chr(high) + chr(low) for high in _CROCKFORD for low in _CROCKFORD]
_ULID_LETTERS = bytes(_CROCKFORD[byte % 32] for byte in range(256))


_SMALL = struct.Struct(">14H")


class Noise:
    """128 random bytes of one message, cut up for its ids and tokens."""

    __slots__ = ("_small", "_tokens", "letters")

    def __init__(self, raw: bytes) -> None:
        self.letters = raw[:64].translate(_ULID_LETTERS).decode()
        """64 letters as in the random half of four ULIDs."""
        self._tokens = b2a_base64(raw[64:100], newline=False).decode()
        self._small: tuple[int, ...] = _SMALL.unpack_from(raw, 100)

    def token(self, index: int) -> str:
        """The part of an uplink token that differs from frame to frame."""
        start = index % 6 * 8
        return self._tokens[start : start + 8]

    def small(self, index: int) -> int:
        """A number from 0 to 1023."""
        return self._small[index % 14] & 1023


def counter(index: int, at: int) -> int:
    """A gateway's microsecond counter: 32 bits, begun at a time of its own; never 0."""
    return (at // 1000 + index * 1_234_567_891) % 4_294_967_295 + 1


def base64(raw: bytes) -> str:
    """Standard base64."""
    return b2a_base64(raw, newline=False).decode()


def moment(time: int) -> str:
    """RFC 3339 text of nanoseconds since 1970: UTC, `Z`, 0, 3, 6 or 9 fractional digits."""
    seconds, nanos = divmod(time, 1_000_000_000)
    whole = _whole_second(seconds)
    if nanos % 1000:
        return f"{whole}.{nanos:09d}Z"
    if nanos % 1_000_000:
        return f"{whole}.{nanos // 1000:06d}Z"
    return f"{whole}.{nanos // 1_000_000:03d}Z" if nanos else f"{whole}Z"


def _whole_second(seconds: int) -> str:
    return _hour(seconds // 3600) + _CLOCK[seconds % 3600]


@lru_cache(maxsize=4096)
def _hour(hours: int) -> str:
    return timestamps.render(hours * 3_600_000_000_000)[:13]


def ulid(time: int) -> str:
    """The ten letters of a ULID that tell its millisecond."""
    milliseconds = time // 1_000_000
    return _ulid_head(milliseconds >> 20) + _PAIRS[milliseconds >> 10 & 1023] + _PAIRS[milliseconds & 1023]


@lru_cache(maxsize=4096)
def _ulid_head(quarters: int) -> str:
    return "".join(_PAIRS[quarters >> shift & 1023] for shift in (20, 10, 0))


def number(value: float) -> str:
    """A JSON number as Go writes it: whole numbers without a point."""
    return str(int(value)) if value == int(value) else repr(value)


@lru_cache(maxsize=4096)
def airtime(spreading_factor: int, payload_bytes: int) -> str:
    """Time on air of a LoRa frame of that payload at 125 kHz and coding rate 4/5, as a duration text."""
    symbol = 2**spreading_factor / 125_000
    slow = 2 if spreading_factor >= 11 else 0
    bits = 8 * (payload_bytes + 13) - 4 * spreading_factor + 44
    symbols = 8 + max(math.ceil(bits / (4 * (spreading_factor - slow))) * 5, 0)
    return f"{(12.25 + symbols) * symbol:.6f}s"
