"""The tables of the database, and the steps from one version to the next. Nothing is opened here.

`memory` is addressed by content: turns that leave the same bytes share a row. A row without bytes is a memory that was
thinned out: its turns can be replayed, and the result has that hash. `turn.parent` makes the turns of a conversation a
tree; `conversation.tip` is where its path ends. A turn is never overwritten: a changed answer stands beside the one
that was written to memory. `unindexed` names the turns whose text the search index does not know yet: saving never
depends on that index.

Steps only add columns, at the end of a table, so a migration is short and copies nothing, however large the memories.
"""

from __future__ import annotations

OLDEST_VERSION = 2
"""An older one is not read."""

_TABLES = """
CREATE TABLE memory (
    sha256 TEXT PRIMARY KEY,
    layers INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    width INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE conversation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    title TEXT NOT NULL,
    model TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    initial_seed INTEGER,
    initial_memory TEXT NOT NULL REFERENCES memory (sha256),
    origin TEXT NOT NULL,
    origin_turns INTEGER NOT NULL,
    created REAL NOT NULL,
    updated REAL NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    pinned INTEGER NOT NULL DEFAULT 0,
    tip INTEGER REFERENCES turn (id) ON DELETE SET NULL
);
CREATE TABLE turn (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES turn (id),
    number INTEGER NOT NULL,
    query TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    phase TEXT NOT NULL CHECK (phase IN ('pending', 'replied', 'remembered')),
    reason TEXT,
    error TEXT NOT NULL DEFAULT '',
    sampling TEXT NOT NULL,
    metrics TEXT,
    interaction_ids TEXT,
    answer_ids TEXT,
    gates TEXT,
    memory_before TEXT NOT NULL,
    memory_after TEXT REFERENCES memory (sha256),
    created REAL NOT NULL DEFAULT 0,
    edited_answer TEXT,
    forgotten INTEGER NOT NULL DEFAULT 0,
    digest TEXT
);
CREATE INDEX turn_of_conversation ON turn (conversation, id);
CREATE TABLE turn_array (
    turn INTEGER NOT NULL REFERENCES turn (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    layers INTEGER NOT NULL,
    slots INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (turn, name)
);
CREATE INDEX turn_of_parent ON turn (parent, phase);
CREATE INDEX turn_of_memory ON turn (memory_after, number);
CREATE INDEX memory_with_bytes ON memory (layers, slots, width) WHERE length(data) > 0;
CREATE TABLE unindexed (turn INTEGER PRIMARY KEY);
CREATE TRIGGER turn_inserted AFTER INSERT ON turn BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.id); END;
CREATE TRIGGER turn_deleted AFTER DELETE ON turn BEGIN INSERT OR IGNORE INTO unindexed VALUES (old.id); END;
CREATE TRIGGER turn_said AFTER UPDATE OF query, answer, edited_answer ON turn
    BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.id); END;
"""

STEPS = (_TABLES,)
"""The first makes the tables of OLDEST_VERSION; each other one leads to the next version."""
SCHEMA_VERSION = OLDEST_VERSION + len(STEPS) - 1
