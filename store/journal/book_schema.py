"""Tables and statements of the book's SQLite file."""

from typing import Final

from smartregion.model import State
from store.journal.sqlite_file import Layout

STATES: Final = (State.QUEUED, State.STORED, State.IGNORED, State.QUARANTINED)
"""The number of a state in the file is its place here; never change the order."""
CODES: Final = {state: code for code, state in enumerate(STATES)}

STRAY_MS: Final = 120_000
"""Rows whose lag is longer than this either way stand in an index of their own; the statements below repeat it."""
KEYS_PER_QUERY: Final = 250

_QUARANTINE_TABLES: Final = """
    CREATE INDEX quarantine_alike ON quarantine (alike, key, arrived_at);
    CREATE TABLE alike (
        id TEXT PRIMARY KEY, application TEXT NOT NULL, cause TEXT NOT NULL, words TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE discarded (
        key BLOB PRIMARY KEY, account INTEGER NOT NULL, cause INTEGER NOT NULL, reason TEXT NOT NULL,
        at INTEGER NOT NULL
    ) WITHOUT ROWID;
"""

_TABLES: Final = """
    PRAGMA page_size = 4096;
    CREATE TABLE progress (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL);
    INSERT INTO progress VALUES (1, 0);
    CREATE TABLE chunk (position INTEGER PRIMARY KEY, booked_at INTEGER NOT NULL, queued INTEGER NOT NULL);
    CREATE TABLE cause (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE decoder (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE account (
        id INTEGER PRIMARY KEY, application TEXT NOT NULL, day INTEGER NOT NULL,
        received INTEGER NOT NULL DEFAULT 0, stored INTEGER NOT NULL DEFAULT 0, ignored INTEGER NOT NULL DEFAULT 0,
        quarantined INTEGER NOT NULL DEFAULT 0, queued INTEGER NOT NULL DEFAULT 0,
        duplicate INTEGER NOT NULL DEFAULT 0, UNIQUE (application, day)
    );
    CREATE TABLE cause_count (
        account INTEGER NOT NULL, state INTEGER NOT NULL, cause INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (account, state, cause)
    ) WITHOUT ROWID;
    CREATE TABLE entry (
        key BLOB PRIMARY KEY, position INTEGER NOT NULL, "offset" INTEGER NOT NULL, account INTEGER NOT NULL,
        state INTEGER NOT NULL, cause INTEGER NOT NULL, lag_ms INTEGER NOT NULL, decoder INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE INDEX entry_queued ON entry (position, "offset") WHERE state = 0;
    CREATE INDEX entry_stray ON entry (lag_ms) WHERE lag_ms NOT BETWEEN -120000 AND 120000;
    CREATE TABLE quarantine (
        key BLOB PRIMARY KEY, detail TEXT NOT NULL, source TEXT NOT NULL, application TEXT NOT NULL,
        topic TEXT NOT NULL, arrived_at INTEGER NOT NULL, payload BLOB NOT NULL, alike TEXT NOT NULL DEFAULT ''
    );
    """

LAYOUT: Final = Layout(
    name="book",
    application_id=0x5352424B,
    version=3,
    upgrades={
        # Rows of before have no decoder noted: 0 stands for none.
        1: """
        CREATE TABLE decoder (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
        ALTER TABLE entry ADD COLUMN decoder INTEGER NOT NULL DEFAULT 0;
        """,
        # The book sorts copies of before in when it is opened.
        2: f"""
        ALTER TABLE quarantine ADD COLUMN alike TEXT NOT NULL DEFAULT '';
        {_QUARANTINE_TABLES}
        """,
    },
    schema=_TABLES + _QUARANTINE_TABLES,
)

POSITION: Final = "SELECT position FROM progress"
ADVANCE: Final = "UPDATE progress SET position = ?"
ADD_CHUNK: Final = "INSERT INTO chunk (position, booked_at, queued) VALUES (?, ?, ?)"
ADD_QUEUED: Final = "UPDATE chunk SET queued = queued + ? WHERE position = ?"

FIND_ACCOUNT: Final = "SELECT id FROM account WHERE application = ? AND day = ?"
ADD_ACCOUNT: Final = "INSERT INTO account (application, day) VALUES (?, ?)"
APPLICATIONS: Final = "SELECT id, application FROM account"
FIND_CAUSE: Final = "SELECT id FROM cause WHERE text = ?"
ALL_CAUSES: Final = "SELECT id, text FROM cause"
ADD_CAUSE: Final = "INSERT INTO cause (text) VALUES (?)"
FIND_DECODER: Final = "SELECT id FROM decoder WHERE text = ?"
ADD_DECODER: Final = "INSERT INTO decoder (text) VALUES (?)"
ALL_DECODERS: Final = "SELECT id, text FROM decoder"
ADD_COUNTS: Final = """
    UPDATE account SET received = received + ?, duplicate = duplicate + ?, queued = queued + ?, stored = stored + ?,
    ignored = ignored + ?, quarantined = quarantined + ? WHERE id = ?
"""
ADD_CAUSE_COUNT: Final = """
    INSERT INTO cause_count VALUES (?, ?, ?, ?)
    ON CONFLICT (account, state, cause) DO UPDATE SET count = count + excluded.count
"""

# ON CONFLICT (key), not OR IGNORE: that would drop a row with a missing value without a word.
ADD_ENTRY: Final = "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
CHANGE_ENTRY: Final = "UPDATE entry SET state = ?, cause = ?, decoder = ? WHERE key = ?"
FIND_ENTRIES: Final = """
    SELECT key, position, "offset", account, state, cause, decoder FROM entry WHERE key IN (KEYS)
""".replace("KEYS", ",".join("?" * KEYS_PER_QUERY))

# CROSS JOIN keeps SQLite from turning the order of the tables round: rows come sorted and LIMIT ends early.
QUEUED: Final = """
    SELECT key, position, "offset", state, cause.text FROM entry CROSS JOIN cause ON cause.id = entry.cause
    WHERE state = 0 AND (position, "offset") > (?, ?) ORDER BY position, "offset" LIMIT ?
"""
OF_DEVICE: Final = """
    SELECT key, position, "offset", state, cause.text, coalesce(decoder.text, '') FROM entry
    CROSS JOIN cause ON cause.id = entry.cause LEFT JOIN decoder ON decoder.id = entry.decoder
    WHERE key >= ? AND key < ? AND substr(key, 9, 4) = ? ORDER BY key DESC LIMIT ?
"""
LEDGER: Final = """
    SELECT application, day, received, stored, ignored, quarantined, queued, duplicate FROM account
    WHERE day BETWEEN ? AND ? ORDER BY application, day
"""
RECOUNT: Final = "SELECT account, state, count(*) FROM entry WHERE key >= ? AND key < ? GROUP BY account, state"
ACCOUNTS_OF_DAY: Final = """
    SELECT id, application, day, received, stored, ignored, quarantined, queued, duplicate FROM account
    WHERE day = ? ORDER BY application
"""
CAUSES: Final = """
    SELECT account.application, cause_count.state, cause.text, sum(cause_count.count) AS messages
    FROM cause_count JOIN account ON account.id = cause_count.account JOIN cause ON cause.id = cause_count.cause
    WHERE account.day BETWEEN ? AND ? GROUP BY 1, 2, 3 HAVING messages > 0 ORDER BY 1, 2, 3
"""

DEVICES_BETWEEN: Final = """
    SELECT substr(key, 9, 4) FROM entry WHERE key >= ? AND key < ? AND lag_ms BETWEEN -120000 AND 120000
"""
LAGS_BETWEEN: Final = "SELECT key, lag_ms FROM entry WHERE key >= ? AND key < ? AND lag_ms BETWEEN -120000 AND 120000"
STRAYS: Final = "SELECT key, lag_ms FROM entry WHERE lag_ms NOT BETWEEN -120000 AND 120000"

DROPPABLE: Final = "SELECT position FROM chunk WHERE booked_at < ? AND queued = 0 ORDER BY position"
FORGET_CHUNK: Final = "DELETE FROM chunk WHERE position = ? AND queued = 0"
FORGET_ENTRIES: Final = """
    DELETE FROM entry WHERE key IN (
        SELECT key FROM entry CROSS JOIN account ON account.id = entry.account
        WHERE key < ? AND state IN (1, 2) AND account.day <= ? LIMIT ?
    )
"""
