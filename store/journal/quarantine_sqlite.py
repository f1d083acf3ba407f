"""The quarantine in the book's SQLite file: copies of messages, which of them are alike, what was discarded.

Everything here works within a transaction that the caller holds.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

from smartregion.model import Message, State
from store.journal.alike import alike_id, words_alike
from store.journal.book_schema import KEYS_PER_QUERY
from store.journal.protocol import Entry, Quarantined
from store.journal.quarantine import Alike, Discarded, Discards, Sought

_KEEP: Final = "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_CHANGE: Final = "UPDATE quarantine SET detail = ?, alike = ? WHERE key = ?"
_DROP: Final = "DELETE FROM quarantine WHERE key = ?"
_ADD_ALIKE: Final = "INSERT INTO alike VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
_FORGET_ALIKE: Final = "DELETE FROM alike WHERE id NOT IN (SELECT alike FROM quarantine)"
_UNSORTED: Final = """
    SELECT quarantine.key, account.application, cause.text, quarantine.detail FROM quarantine
    CROSS JOIN entry ON entry.key = quarantine.key CROSS JOIN account ON account.id = entry.account
    CROSS JOIN cause ON cause.id = entry.cause WHERE quarantine.alike = '' LIMIT ?
"""
_SORT_IN: Final = "UPDATE quarantine SET alike = ? WHERE key = ?"

# CROSS JOIN keeps SQLite from turning the order of the tables round: rows come sorted and LIMIT ends early.
_COPIES: Final = """
    SELECT quarantine.key, alike.application, account.day, alike.cause, quarantine.detail,
    quarantine.source, quarantine.application, quarantine.topic, quarantine.arrived_at, quarantine.payload
    FROM quarantine CROSS JOIN alike ON alike.id = quarantine.alike CROSS JOIN entry ON entry.key = quarantine.key
    CROSS JOIN account ON account.id = entry.account
    WHERE {} ORDER BY quarantine.key LIMIT ?
"""
_ALIKE: Final = """
    SELECT alike.id, alike.application, alike.cause, alike.words, count(*), min(quarantine.arrived_at),
    max(quarantine.arrived_at) AS last, max(quarantine.key)
    FROM alike CROSS JOIN quarantine ON quarantine.alike = alike.id
    WHERE {} GROUP BY alike.id ORDER BY last DESC, alike.id
"""
_NARROWER: Final = {
    "application": "alike.application = ?",
    "cause": "alike.cause = ?",
    "alike": "quarantine.alike = ?",
}
_WORDS: Final = """
    (instr(lower(quarantine.detail), lower(?)) OR instr(lower(quarantine.topic), lower(?))
    OR instr(quarantine.payload, CAST(? AS BLOB)))
"""

_ADD_DISCARDED: Final = """
    INSERT OR REPLACE INTO discarded SELECT key, account, cause, ?, ? FROM entry WHERE key = ? AND state = 3
"""
_FORGET_DISCARDED: Final = "DELETE FROM discarded WHERE at < ?"
_DISCARDED: Final = """
    SELECT key, account.application, cause.text, reason, at FROM discarded
    CROSS JOIN account ON account.id = discarded.account CROSS JOIN cause ON cause.id = discarded.cause
    WHERE key IN ({})
"""
_DISCARDS: Final = """
    SELECT at, reason, account.application, cause.text, count(*) FROM discarded
    CROSS JOIN account ON account.id = discarded.account CROSS JOIN cause ON cause.id = discarded.cause
    GROUP BY 1, 2, 3, 4 ORDER BY 1 DESC, 2, 3, 4 LIMIT ?
"""
_SORTED_AT_ONCE: Final = 1000


def keep(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """Put the messages of those entries aside that are quarantined. Raises ValueError when one brings none."""
    kept = [entry for entry in entries if entry.state is State.QUARANTINED]
    rows = [
        (entry.key, entry.detail, *entry.message_to_keep(), _alike(connection, entry.application, entry))
        for entry in kept
    ]
    if rows:
        connection.executemany(_KEEP, rows)


def change(connection: sqlite3.Connection, old: State, entry: Entry, application: str) -> None:
    """Bring the copy in line with the entry's new state; `application`: that of its account.

    Raises ValueError when a copy is missing.
    """
    if State.QUARANTINED is old is entry.state and entry.message is None:
        connection.execute(_CHANGE, (entry.detail, _alike(connection, application, entry), entry.key))
    elif entry.state is State.QUARANTINED:
        keep(connection, [entry._replace(application=application)])
    elif old is State.QUARANTINED:
        connection.execute(_DROP, (entry.key,))


def _alike(connection: sqlite3.Connection, application: str, entry: Entry) -> str:
    return _sorted_in(connection, application, entry.cause, entry.detail)


def _sorted_in(connection: sqlite3.Connection, application: str, cause: str, detail: str) -> str:
    words = words_alike(application, detail)
    name = alike_id(application, cause, words)
    connection.execute(_ADD_ALIKE, (name, application, cause, words))
    return name


def sort_in_old(connection: sqlite3.Connection) -> bool:
    """Sort in copies that an older version kept; True while there may be more of them."""
    old = connection.execute(_UNSORTED, (_SORTED_AT_ONCE,)).fetchall()
    connection.executemany(_SORT_IN, [(_sorted_in(connection, *what), key) for key, *what in old])
    return len(old) == _SORTED_AT_ONCE


def listed(connection: sqlite3.Connection, limit: int, after: bytes, sought: Sought) -> list[Quarantined]:
    """Messages that were put aside, in order of their keys."""
    where, values = _narrowed(sought, "quarantine.key > ?", after)
    return _copies(connection.execute(_COPIES.format(where), (*values, limit)))


def copies(connection: sqlite3.Connection, keys: Collection[bytes]) -> list[Quarantined]:
    """Those of the keys that were put aside."""
    found: list[Quarantined] = []
    for part in _parts(keys):
        where = f"quarantine.key IN ({_marks(part)})"
        found += _copies(connection.execute(_COPIES.format(where), (*part, len(part))))
    return sorted(found)


def _copies(rows: sqlite3.Cursor) -> list[Quarantined]:
    return [
        Quarantined(key, application, date.fromordinal(day), cause, detail, Message(*message))
        for key, application, day, cause, detail, *message in rows
    ]


def alike(connection: sqlite3.Connection, sought: Sought) -> list[Alike]:
    """Messages that are alike, as one; those that came last stand first."""
    where, values = _narrowed(sought, "quarantine.alike <> ?", "")
    return [Alike(*row) for row in connection.execute(_ALIKE.format(where), values)]


def _narrowed(sought: Sought, first: str, value: bytes | str) -> tuple[str, list[bytes | str]]:
    conditions, values = [first], [value]
    for name, condition in _NARROWER.items():
        if wanted := getattr(sought, name):
            conditions.append(condition)
            values.append(wanted)
    if sought.words:
        conditions.append(_WORDS)
        values += [sought.words] * 3
    return " AND ".join(conditions), values


def note_discarded(connection: sqlite3.Connection, keys: Collection[bytes], reason: str, at: int) -> None:
    """Keep why messages are discarded; to be called while they are still in quarantine."""
    connection.executemany(_ADD_DISCARDED, [(reason, at, key) for key in keys])


def discarded(connection: sqlite3.Connection, keys: Collection[bytes]) -> dict[bytes, Discarded]:
    """Those of the keys that were discarded."""
    found = (row for part in _parts(keys) for row in connection.execute(_DISCARDED.format(_marks(part)), part))
    return {row[0]: Discarded(*row) for row in found}


def discards(connection: sqlite3.Connection, limit: int) -> list[Discards]:
    """What was discarded together, as one; the newest first."""
    return [Discards(*row) for row in connection.execute(_DISCARDS, (limit,))]


def forget(connection: sqlite3.Connection, discarded_before: int) -> None:
    """Forget old reasons, and words that no message is told of with any more."""
    connection.execute(_FORGET_DISCARDED, (discarded_before,))
    connection.execute(_FORGET_ALIKE)


def _parts(keys: Collection[bytes]) -> Iterable[list[bytes]]:
    wanted = list(keys)
    return (wanted[start : start + KEYS_PER_QUERY] for start in range(0, len(wanted), KEYS_PER_QUERY))


def _marks(part: Sequence[bytes]) -> str:
    return ",".join("?" * len(part))
