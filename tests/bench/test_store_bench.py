"""How fast a large store is: 100,000 turns in 1,000 conversations. `make bench`; a line of JSON a measurement."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.store import turn_codec
from app.store.conversation_store import ConversationStore
from rxt.events import GateLaw, GateStage, Sampling, TurnMetrics, TurnRecord, frozen_array
from tests.app.store.history import recalled

pytestmark = pytest.mark.bench

CONVERSATIONS, TURNS, RUNS = 1_000, 100, 5
LAYERS, SLOTS, WIDTH = 6, 32, 256
WORDS = ["the", "river", "town", "sails", "winter", "garden", "piano", "clock", "letter", "morning"]


def memory(number: int) -> bytes:
    return np.full((LAYERS, SLOTS, WIDTH), number, dtype="<f4").tobytes()


def sha256(number: int) -> str:
    return hashlib.sha256(memory(number)).hexdigest()


def record(number: int) -> TurnRecord:
    """A turn as a small model leaves it, a hundred tokens long."""
    map_ = frozen_array(np.random.default_rng(number).random((LAYERS, SLOTS), dtype=np.float32))
    law = GateLaw("sigmoid", "elementwise", per_slot=True)
    words = " ".join(WORDS[(number * 7 + step) % len(WORDS)] for step in range(20))
    return TurnRecord(
        turn=number,
        query=f"Question {number}: {words}?",
        answer=f"Answer {number}: {words}, {words}.",
        interaction_ids=tuple(range(1000, 1100)),
        answer_ids=tuple(range(1000, 1060)),
        reason="eos",
        sampling=Sampling(),
        metrics=TurnMetrics(40, 60, 0.1, 0.5, 0.1),
        gates=(GateStage("interlayer", law, map_), GateStage("write", law, map_)),
        norm=map_,
        change=map_,
        cosine=map_,
        memory_before=sha256(number),
        memory_after=sha256(number + 1),
    )


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database, written in seconds: memories but the last of each conversation are thinned out."""
    path = tmp_path_factory.mktemp("large") / "conversations.sqlite"
    ConversationStore(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("BEGIN")
    for number in range(TURNS + 1):
        row = (sha256(number), LAYERS, SLOTS, WIDTH, memory(number) if number in (0, TURNS) else b"")
        connection.execute("INSERT INTO memory VALUES (?, ?, ?, ?, ?)", row)
    templates = [record(number) for number in range(TURNS)]
    rows = [
        turn_codec.columns(item) | {"number": item.turn, "phase": "remembered", "created": 1.0} for item in templates
    ]
    arrays = [turn_codec.arrays(item) for item in templates]
    for row, array in zip(rows, arrays, strict=True):
        row["digest"] = turn_codec.digest(row, array)
    for conversation in range(1, CONVERSATIONS + 1):
        connection.execute(
            "INSERT INTO conversation VALUES (?, ?, 'bundled', 'f', 0, ?, '', 0, 1, 1, 0, 0, ?)",
            (conversation, f"Conversation {conversation}", sha256(0), conversation * TURNS),
        )
        for number, row in enumerate(rows):
            turn = (conversation - 1) * TURNS + number + 1
            values = row | {"id": turn, "conversation": conversation, "parent": turn - 1 if number else None}
            if number == 50:
                values["answer"] += f" unique{conversation}word"
                values["digest"] = None
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO turn ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608
            connection.executemany(
                "INSERT INTO turn_array VALUES (?, ?, ?, ?, ?)",
                [(turn, name, *array) for name, array in arrays[number].items()],
            )
    connection.execute("COMMIT")
    connection.close()
    tell("store: size", turns=CONVERSATIONS * TURNS, mb=path.stat().st_size / 1e6)
    return path


def tell(what: str, **numbers: float) -> None:
    """One line of JSON on the real standard output."""
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in numbers.items()}
    sys.__stdout__.write("\n" + json.dumps({"bench": what, **rounded}) + "\n")  # type: ignore[union-attr]


def seconds(action: Callable[[int], object]) -> dict[str, float]:
    """The first run, then the median and the longest of RUNS others; each is given another number."""
    times = []
    for run in range(RUNS + 1):
        started = time.perf_counter()
        action(run)
        times.append(time.perf_counter() - started)
    return {"first_s": times[0], "median_s": statistics.median(times[1:]), "longest_s": max(times[1:])}


def test_that_the_time_of_a_large_store_is_measured(path: Path) -> None:
    tell("store: start", **seconds(lambda run: ConversationStore(path).close()))
    store = ConversationStore(path)
    tell("store: list", **seconds(lambda run: store.list()))
    tell("store: open a path of 100 turns", **seconds(lambda run: store.path(store.conversation(run * 150 + 1).tip)))
    tell("store: its tree", **seconds(lambda run: store.tree(run * 150 + 1)))
    tell("store: nearest memory", **seconds(lambda run: recalled(store, (run * 150 + 1) * TURNS)))
    tell("store: search before the index is full", **seconds(lambda run: store.search(f"unique{run}word")))
    started = time.perf_counter()
    while store._connection.execute("SELECT COUNT(*) FROM unindexed").fetchone()[0]:
        store.search("unique")
    tell("store: filling the index", all_s=time.perf_counter() - started, mb=path.stat().st_size / 1e6)
    tell("store: search a rare word", **seconds(lambda run: store.search(f"unique{run}word")))
    tell("store: search a common word", **seconds(lambda run: store.search("river")))
    tell("store: search two letters", **seconds(lambda run: store.search("ri")))
    tell("store: save a question", **seconds(lambda run: store.begin_turn(run + 1, TURNS, "Q", Sampling(), "x")))
    tell("store: thin", **seconds(lambda run: store.set_budget(run)))
    store.close()
