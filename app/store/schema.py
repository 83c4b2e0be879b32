"""The tables of the database, by version, and the steps from one version to the next. Nothing is opened here.

`memory` is addressed by content: turns that leave the same bytes share a row. A row without bytes is a memory that was
thinned out: its turns can be replayed, and the result has that hash. `turn.parent` makes the turns of a conversation a
tree; `conversation.tip` is where its path ends. A turn is never overwritten: a changed answer stands beside the one
that was written to memory.
"""

from __future__ import annotations

SCHEMA_VERSION = 2

_V1 = """
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
    deleted INTEGER NOT NULL DEFAULT 0
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
    memory_after TEXT REFERENCES memory (sha256)
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
"""

# Columns are only added, so a migration is short and copies nothing, however large the memories are.
# `unindexed` names the turns whose text the search index does not know yet: saving never depends on that index.
_V2 = """
ALTER TABLE conversation ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversation ADD COLUMN tip INTEGER REFERENCES turn (id) ON DELETE SET NULL;
ALTER TABLE turn ADD COLUMN created REAL NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN edited_answer TEXT;
ALTER TABLE turn ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
ALTER TABLE turn ADD COLUMN digest TEXT;
UPDATE conversation SET tip = (SELECT MAX(id) FROM turn WHERE turn.conversation = conversation.id);
UPDATE turn SET created = (SELECT created FROM conversation WHERE conversation.id = turn.conversation);
CREATE INDEX turn_of_parent ON turn (parent, phase);
CREATE INDEX turn_of_memory ON turn (memory_after, number);
CREATE INDEX memory_with_bytes ON memory (layers, slots, width) WHERE length(data) > 0;
CREATE TABLE unindexed (turn INTEGER PRIMARY KEY);
INSERT INTO unindexed SELECT id FROM turn;
CREATE TRIGGER turn_inserted AFTER INSERT ON turn BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.id); END;
CREATE TRIGGER turn_deleted AFTER DELETE ON turn BEGIN INSERT OR IGNORE INTO unindexed VALUES (old.id); END;
CREATE TRIGGER turn_said AFTER UPDATE OF query, answer, edited_answer ON turn
    BEGIN INSERT OR IGNORE INTO unindexed VALUES (new.id); END;
"""

STEPS = (_V1, _V2)
"""STEPS[n] leads from version n to version n + 1."""

LENSES = {
    1: """
CREATE TEMP VIEW conversation AS
    SELECT *, 0 AS pinned, (SELECT MAX(t.id) FROM main.turn t WHERE t.conversation = c.id) AS tip
    FROM main.conversation c;
CREATE TEMP VIEW turn AS
    SELECT t.*, c.created, NULL AS edited_answer, 0 AS forgotten, NULL AS digest
    FROM main.turn t JOIN main.conversation c ON c.id = t.conversation;
CREATE TEMP VIEW unindexed AS SELECT id AS turn FROM main.turn;
"""
}
"""Through these an old database that cannot be migrated (nothing may be written to it) is read like a new one."""
