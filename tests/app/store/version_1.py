"""A database as version 1 of the schema wrote it. The text is a record of the past and is never edited."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.store import turn_codec
from rxt.events import Sampling
from tests.app.engine.fake_session import SHAPE, FakeMemory, FakeModel, make_record

SCHEMA = """
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
TURNS = 4


def write(path: Path, conversations: int = 2) -> None:
    """Conversations of TURNS turns each, the last one without an answer; every memory is that of its turn's seed."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = 1; COMMIT;")
    for conversation in range(1, conversations + 1):
        _keep(connection, 0)
        connection.execute(
            "INSERT INTO conversation VALUES (?, ?, 'm', 'f', 0, ?, '', 0, 1000.0, 2000.0, 0)",
            (conversation, f"Title {conversation}", memory(0).sha256),
        )
        parent = None
        for number in range(TURNS):
            parent = _turn(connection, conversation, parent, number)
    connection.close()


def memory(seed: int) -> FakeMemory:
    return FakeModel("m").initial_memory(seed)


def _keep(connection: sqlite3.Connection, seed: int) -> None:
    values = (memory(seed).sha256, *SHAPE, memory(seed).to_bytes())
    connection.execute("INSERT OR IGNORE INTO memory VALUES (?, ?, ?, ?, ?)", values)


def _turn(connection: sqlite3.Connection, conversation: int, parent: int | None, number: int) -> int:
    before, after = memory(number), memory(number + 1)
    _keep(connection, number + 1)
    row = {
        "conversation": conversation,
        "parent": parent,
        "number": number,
        "query": f"question {number}",
        "phase": "pending",
        "sampling": turn_codec.sampling_json(Sampling(seed=7)),
        "memory_before": before.sha256,
    }
    record = make_record(number, row["query"], f"answer {number}", "eos", Sampling(seed=7), before, after)
    if number < TURNS - 1:
        row |= turn_codec.columns(record) | {"phase": "remembered"}
    marks = ", ".join("?" for _ in row)
    inserted = connection.execute(f"INSERT INTO turn ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    turn = int(inserted.lastrowid or 0)
    if number < TURNS - 1:
        for name, array in turn_codec.arrays(record).items():
            connection.execute("INSERT INTO turn_array VALUES (?, ?, ?, ?, ?)", (turn, name, *array))
    return turn
