"""What the book in memory is made of, and how its quarantine is looked through."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from smartregion.model import State
from store.journal.alike import alike_id, words_alike
from store.journal.protocol import Booked, Entry, Quarantined
from store.journal.quarantine import Alike, Discarded, Discards, Sought


@dataclass(slots=True)
class Row:
    """A row of the book; `entry` as it was booked, with the state it has now."""

    position: int
    entry: Entry

    def booked(self) -> Booked:
        entry = self.entry
        return Booked(entry.key, self.position, entry.offset, entry.state, entry.cause, entry.decoder)


@dataclass(slots=True)
class Account:
    """Counts of one application and day."""

    received: int = 0
    duplicate: int = 0
    states: Counter[tuple[State, str]] = field(default_factory=Counter)

    def in_state(self, state: State) -> int:
        return sum(count for (its, _), count in self.states.items() if its is state)


def changed(old: Entry, new: Entry) -> Entry:
    """The old entry in its new state; its place and account stay."""
    message = None
    if new.state is State.QUARANTINED:
        stays = old.state is State.QUARANTINED and new.message is None
        message = old.message_to_keep() if stays else new.message_to_keep()
    decoder = new.decoder or old.decoder
    return old._replace(state=new.state, cause=new.cause, detail=new.detail, message=message, decoder=decoder)


def is_kept(entry: Entry) -> bool:
    """Whether it is in quarantine."""
    return entry.state is State.QUARANTINED


def listed(entries: Iterable[Entry], limit: int, after: bytes, sought: Sought) -> list[Quarantined]:
    """Messages in quarantine in order of their keys."""
    kept = sorted((each for each in entries if is_kept(each) and each.key > after), key=lambda entry: entry.key)
    found = (_quarantined(each) for each in kept)
    return [each for each in found if _admits(sought, each)][:limit]


def _quarantined(entry: Entry) -> Quarantined:
    message = entry.message_to_keep()
    return Quarantined(entry.key, entry.application, entry.day, entry.cause, entry.detail, message)


def _admits(sought: Sought, each: Quarantined) -> bool:
    return (
        sought.application in ("", each.application)
        and sought.cause in ("", each.cause)
        and sought.alike in ("", _alike_id(each))
        and _says(each, sought.words)
    )


def _says(each: Quarantined, words: str) -> bool:
    told = (_plain(each.detail), _plain(each.message.topic))
    return any(_plain(words) in text for text in told) or words.encode() in each.message.payload


def _plain(text: str) -> bytes:
    """A-Z like a-z, nothing else changed: as SQLite's lower() does it."""
    return text.encode("utf-8", "surrogatepass").lower()


def _alike_id(each: Quarantined) -> str:
    return alike_id(each.application, each.cause, words_alike(each.application, each.detail))


def alike(kept: Iterable[Quarantined]) -> list[Alike]:
    """Messages that are alike, as one; those that came last stand first."""
    groups: dict[str, list[Quarantined]] = defaultdict(list)
    for each in kept:
        groups[_alike_id(each)].append(each)
    found = [_together(name, group) for name, group in groups.items()]
    return sorted(found, key=lambda group: (-group.last, group.id))


def _together(name: str, group: Sequence[Quarantined]) -> Alike:
    any_of_them = group[0]
    arrived = [each.message.arrived_at for each in group]
    return Alike(
        name,
        any_of_them.application,
        any_of_them.cause,
        words_alike(any_of_them.application, any_of_them.detail),
        len(group),
        min(arrived),
        max(arrived),
        max(each.key for each in group),
    )


def discards(discarded: Iterable[Discarded]) -> list[Discards]:
    """Those that were discarded together, as one; the newest first."""
    counts = Counter((each.at, each.reason, each.application, each.cause) for each in discarded)
    return sorted((Discards(*name, count) for name, count in counts.items()), key=lambda each: (-each.at, *each[1:]))
