"""Topic filters as the Application Server takes them: rewritten to the own application, or refused."""

from simulator.double.packets import Unparsable


def accept(wanted: str, uid: str) -> tuple[str, ...] | None:
    """The levels of a filter, its application rewritten to `uid`; None when it is refused (SUBACK 0x80).

    Raises:
        Unparsable: no topic filter at all; the real server ends the connection then.
    """
    levels = tuple(wanted.split("/"))
    _check(wanted, levels)
    if levels == ("#",):
        return ("v3", uid, "#")
    if levels[0] != "v3" or len(levels) < 2 or levels[1] not in {uid, "+", "#"}:
        return None
    return ("v3", uid, "#") if levels[1] == "#" else ("v3", uid, *levels[2:])


def _check(wanted: str, levels: tuple[str, ...]) -> None:
    if not wanted or "\0" in wanted:
        raise Unparsable("empty filter or NUL")
    for index, level in enumerate(levels):
        alone = len(level) == 1 and (level == "+" or index == len(levels) - 1)
        if ("#" in level or "+" in level) and not alone:
            raise Unparsable(f"wildcard inside a level: {wanted}")


def matches(levels: tuple[str, ...], topic: tuple[str, ...]) -> bool:
    """Whether a topic falls under a filter. `#` does not match the level above it, unlike in the MQTT standard."""
    if levels[-1] == "#":
        return len(topic) >= len(levels) and _alike(levels[:-1], topic)
    return len(topic) == len(levels) and _alike(levels, topic)


def _alike(levels: tuple[str, ...], topic: tuple[str, ...]) -> bool:
    return all(level in {"+", part} for level, part in zip(levels, topic, strict=False))
