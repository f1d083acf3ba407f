"""The quarantine: what could not be used, why, one message as it came, and the command that tries again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from queries.bundle import Queries
from queries.quarantine import Kept
from store.journal.quarantine import Alike, Sought

GROUPS: Final = 200
MESSAGES: Final = 50
LONGEST: Final = 20_000
"""Characters of one message that are shown."""
COMMAND: Final = "smartregion quarantine"


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """What is in quarantine, messages that are alike as one."""

    sought: Sought
    groups: tuple[Alike, ...]
    found: int
    """Groups that fit the filter; not all of them may be shown."""
    messages: int
    total: int
    """Messages in quarantine, whether they fit or not."""
    applications: tuple[str, ...]
    causes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as text."""

    kept: Kept
    key: str
    device: str
    text: str
    hex: str


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Messages that are alike, one by one."""

    group: Alike
    messages: tuple[Shown, ...]
    following: str
    """The address of the next page; empty on the last one."""
    retry: str
    discard: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message."""

    message: Shown
    retry: str
    discard: str


def groups_page(asked: Mapping[str, str], queries: Queries) -> GroupsPage:
    """The groups that fit what was asked. Raises Unavailable."""
    everything = queries.quarantine.alike()
    application, cause, words = (asked.get(name, "").strip()[:100] for name in ("application", "cause", "q"))
    sought = Sought(application, cause, words=words)
    found = queries.quarantine.alike(sought) if any(sought) else everything
    return GroupsPage(
        sought,
        tuple(found[:GROUPS]),
        len(found),
        _messages(found),
        _messages(everything),
        tuple(sorted({each.application for each in everything})),
        tuple(sorted({each.cause for each in everything})),
    )


def _messages(groups: Iterable[Alike]) -> int:
    return sum(each.messages for each in groups)


def group_page(name: str, after: str, queries: Queries) -> GroupPage | None:
    """One group, its messages behind the key `after`; None when there is no such group. Raises Unavailable."""
    group = next(iter(queries.quarantine.alike(Sought(alike=name))), None)
    if group is None:
        return None
    found = queries.quarantine.messages(Sought(alike=name), MESSAGES + 1, key_of(after) or b"")
    shown = tuple(_shown(each) for each in found[:MESSAGES])
    more = len(found) > MESSAGES
    following = f"/quarantine/groups/{name}?{urlencode({'after': shown[-1].key})}" if more else ""
    return GroupPage(group, shown, following, *_commands(f"--group {name}"))


def message_page(key: str, queries: Queries) -> MessagePage | None:
    """One message; None when it is not in quarantine. Raises Unavailable."""
    known = key_of(key)
    found = queries.quarantine.message(known) if known else None
    return None if found is None else MessagePage(_shown(found), *_commands(found.key.hex()))


def key_of(text: str) -> bytes | None:
    """The key that was written as hex; None when it is none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return None


def _commands(chosen: str) -> tuple[str, str]:
    return f"{COMMAND} retry {chosen}", f'{COMMAND} discard {chosen} --reason "…"'


def _shown(kept: Kept) -> Shown:
    told = kept.told
    device = f"{kept.application}.{told.device_id}" if told.device_id else ""
    text = json.dumps(told.json, indent=2, ensure_ascii=False) if told.json else told.text
    return Shown(kept, kept.key.hex(), device, text[:LONGEST], (told.payload or b"").hex(" ")[:LONGEST])
