"""Chance that can be asked twice: numbers drawn from a key and an index, the same on every machine."""

import math
from hashlib import blake2b

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_SPAN = 2.0**-64


def key_of(seed: int, *names: object) -> int:
    """A 64-bit key for something that has a name."""
    text = "/".join(str(name) for name in (seed, *names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


def mix(key: int, index: int) -> int:
    """64 well-mixed bits (Steele, Lea, Flood: SplitMix, OOPSLA 2014)."""
    x = (key + index * 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def unit(key: int, index: int) -> float:
    """A number from 0 up to 1."""
    return mix(key, index) * _SPAN


def spread(key: int, index: int, low: float, high: float) -> float:
    """A number between the two."""
    return low + (high - low) * (mix(key, index) * _SPAN)


def wave(key: int, x: float) -> float:
    """Smooth chance between -1 and 1 with one free value at each whole x."""
    at = math.floor(x)
    before, after = mix(key, at), mix(key, at + 1)
    part = x - at
    part *= part * (3 - 2 * part)
    return (before + (after - before) * part) * _SPAN * 2 - 1
