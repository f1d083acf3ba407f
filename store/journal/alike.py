"""Which messages in quarantine are alike: those of one application and cause that are told of in the same words, once
numbers, ids and times are taken out of these.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from typing import Final

GONE: Final = "…"
"""Stands for what was taken out."""
MOST_CHARACTERS: Final = 300

_ID_BYTES: Final = 6
_TIME: Final = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?"
_QUOTED: Final = r"(?<!\w)b?(?:'[^']*'|\"[^\"]*\")(?!\w)"
_BYTES: Final = r"\b[0-9a-fA-F]{2}(?: [0-9a-fA-F]{2})+\b"
# A device type stays: whoever looks for a decoder wants to know it.
_PROFILE: Final = r"(?<![\w/.])[a-z][\w.-]*/[\w.-]*\w(?![\w/])"
_WORD: Final = r"-?\w+(?:[.:+-]\w+)*"
_PARTS: Final = re.compile(f"(?P<profile>{_PROFILE})|(?P<value>{_TIME}|{_QUOTED}|{_BYTES})|(?P<word>{_WORD})")
_HEX: Final = re.compile("[0-9a-fA-F]{8,}")
_ROW: Final = re.compile(f"{GONE}(?:[,;:/ ]+{GONE})+")


@lru_cache(maxsize=4096)
def words_alike(application: str, detail: str) -> str:
    """What was said of a message, without what tells it from others of its kind: numbers, ids, times, quotations."""

    def shown(part: re.Match[str]) -> str:
        if part["profile"]:
            return part["profile"]
        return GONE if part["value"] or _names_one(part["word"], application) else part["word"]

    # Twice the length is enough to fill it, and a message may be made so that its mistakes are long.
    return _ROW.sub(GONE, _PARTS.sub(shown, detail[: 2 * MOST_CHARACTERS]))[:MOST_CHARACTERS]


def alike_id(application: str, cause: str, words: str) -> str:
    """Names the messages that are alike, by what they have in common; the same in every book."""
    text = f"{application}\0{cause}\0{words}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_ID_BYTES).hexdigest()


def _names_one(word: str, application: str) -> bool:
    """Whether a word is a number, or the id of something."""
    is_device = bool(application) and word.startswith(f"{application}.")
    return is_device or any(sign.isdigit() for sign in word) or _HEX.fullmatch(word) is not None
