"""A process that talks, branches, forgets and saves until it is killed, and says aloud what was acknowledged.

It goes through the real engine, journal and store; the model is a stand-in, or the bundled one.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from app.engine.engine import Engine
from app.engine.refusal import RefusedError
from app.engine.reports import Failed, Report
from rxt.events import MemoryWritten, Sampling, TurnStarted
from rxt.io.files import write_atomically
from tests.app.engine.fake_session import Behaviour, FakeLibrary

if TYPE_CHECKING:
    from app.engine.library import Library

BUDGET_BYTES = 40 * 2 * 3 * 4 * 4
"""Room for forty memories of the stand-in, so that thinning is under way too."""
FILE_BYTES = 200_000


def fake_library() -> Library:
    return FakeLibrary(Behaviour(token_s=0.0003))


def talk(data_dir: Path, seed: int, output: int, open_library: Callable[[], Library]) -> None:
    """Never returns. `output`: a file descriptor; each line is one JSON value, written after the fact."""

    def say(*words: object) -> None:
        os.write(output, (json.dumps(words) + "\n").encode())

    def post(report: Report) -> None:
        match report:
            case TurnStarted():
                say("asked", report.query)
            case MemoryWritten(record=record):
                say("remembered", record.query, record.answer, record.memory_before, record.memory_after)
            case Failed():
                say("failed", report.title, report.message)

    chance = random.Random(seed)
    engine = Engine(data_dir, open_library, post)
    engine.start(None, None)
    store = engine._journal.store
    if open_library is fake_library:
        store.set_budget(BUDGET_BYTES)
    conversations = store.list()
    if conversations:
        engine.reopen(conversations[0].id)
    say("ready")
    step = 0
    while True:
        step += 1
        try:
            _act(engine, chance, f"{seed}-{step}")
        except RefusedError:
            continue  # nothing to forget, say: another choice follows
        if chance.random() < 0.2:
            write_atomically(data_dir / "saved.bin", content(seed, step))
            say("saved", seed, step)


def _act(engine: Engine, chance: random.Random, name: str) -> None:
    dialogue = engine.dialogue
    turns = [node.id for node in engine._journal.store.tree(dialogue.conversation.id)]
    kind = chance.random()
    if kind < 0.7 or not turns:
        engine.ask(f"question {name} a b", Sampling())
    elif kind < 0.78:
        dialogue.regenerate(chance.choice(turns[-5:]), Sampling(temperature=1.0))
    elif kind < 0.86:
        dialogue.edit_query(chance.choice(turns[-5:]), f"other {name}", Sampling())
    elif kind < 0.9:
        dialogue.go_to(chance.choice([None, *turns[-5:]]))
    elif kind < 0.94:
        dialogue.edit_answer(chance.choice(turns[-5:]), f"edited {name}")
    elif kind < 0.97:
        dialogue.forget_turn(chance.choice(turns[-5:]))
    else:
        dialogue.rewrite_memory(chance.choice(turns[-5:]))


def content(seed: int, step: int) -> bytes:
    """The bytes of a saved file; its first line says which."""
    return f"{seed} {step}\n".encode() + random.Random(f"{seed} {step}").randbytes(FILE_BYTES)
