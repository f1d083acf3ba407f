"""Which series a delete means: the little that 2.9 understands, and the traps in it."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from simulator.influxdb.buckets import SeriesKey
from simulator.influxdb.replies import Refusal

_TOKEN: Final = re.compile(r'\s*(?:"((?:\\.|[^"\\])*)"|([^\s"\'()=!~]+)|(!=|=~|!~|=|[()]))')
_ESCAPED: Final = re.compile(r"\\(.)")


class Test(NamedTuple):
    """One comparison: a tag is, or is not, of a value."""

    name: str
    equal: bool
    value: str


class Word(NamedTuple):
    """A piece of a predicate's text."""

    text: str
    kind: str
    """`quoted`, `bare` or `sign`."""


def parse(text: str) -> Callable[[SeriesKey], bool]:
    """What the predicate chooses.

    Raises:
        Refusal: it is not understood, or asks for a field.
    """
    tests = [] if not text.strip() else _tests(_words(text))
    return lambda series: all(_holds(each, series) for each in tests)


def _holds(test: Test, series: SeriesKey) -> bool:
    measurement, tags = series
    if test.name == "_measurement":
        # The real server deletes nothing for `_measurement != …`.
        return test.equal and measurement == test.value
    value = dict(tags).get(test.name)
    # A series without the tag is never chosen, not even by `!=`.
    return value is not None and (value == test.value) is test.equal


def _words(text: str) -> list[Word]:
    words, at = [], 0
    rest = text.rstrip()
    while at < len(rest):
        found = _TOKEN.match(rest, at)
        if found is None:
            raise _bad(text, f"unexpected {rest[at:].strip()[:1]!r}")
        quoted, bare, sign = found.groups()
        if quoted is not None:
            words.append(Word(_ESCAPED.sub(r"\1", quoted), "quoted"))
        else:
            words.append(Word(bare or sign, "bare" if bare else "sign"))
        at = found.end()
    return words


def _tests(words: list[Word]) -> list[Test]:
    found, rest = _conjunction(words, words)
    if rest:
        raise _bad(" ".join(each.text for each in words), f"unexpected {rest[0].text!r}")
    return found


def _conjunction(words: list[Word], whole: list[Word]) -> tuple[list[Test], list[Word]]:
    tests, rest = _part(words, whole)
    while rest and rest[0].kind == "bare" and rest[0].text.upper() == "AND":
        more, rest = _part(rest[1:], whole)
        tests += more
    return tests, rest


def _part(words: list[Word], whole: list[Word]) -> tuple[list[Test], list[Word]]:
    if words and words[0] == Word("(", "sign"):
        tests, rest = _conjunction(words[1:], whole)
        if not rest or rest[0] != Word(")", "sign"):
            raise _bad(" ".join(each.text for each in whole), "missing )")
        return tests, rest[1:]
    return [_test(words, whole)], words[3:]


def _test(words: list[Word], whole: list[Word]) -> Test:
    text = " ".join(each.text for each in whole)
    if len(words) < 3 or words[0].kind == "sign" or words[2].kind == "sign":
        raise _bad(text, "a comparison is wanted")
    name, sign, value = words[:3]
    if sign.text not in ("=", "!="):
        raise _bad(text, f"operator: {sign.text!r} at position 0 is not supported yet")
    if name.text == "_field":
        raise Refusal("not implemented", "delete by field is not supported")
    return Test(name.text, sign.text == "=", value.text)


def _bad(text: str, why: str) -> Refusal:
    return Refusal("invalid", f"invalid request; error parsing request json: the predicate {text!r} is wrong: {why}")
