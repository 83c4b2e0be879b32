"""A process that is killed while it writes branches lost none that it acknowledged; every memory can be verified."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.engine import reports
from app.engine.engine import Engine
from tests.app.engine.fake_session import Behaviour, FakeLibrary

ROOT = Path(__file__).parents[3]
CHILD = """
import os, random, sys
from pathlib import Path
from app.engine.engine import Engine
from rxt.events import Sampling
from tests.app.engine.fake_session import Behaviour, FakeLibrary

engine = Engine(Path(sys.argv[1]), lambda: FakeLibrary(Behaviour()), lambda report: None)
engine.start(None, None, seed=1)
chance = random.Random(int(sys.argv[2]))
for number in range(4):
    engine.ask(f"question {number}", Sampling())
talk = engine.dialogue
while True:
    ids = [turn.id for turn in talk.place.turns]
    turn = chance.choice(ids)
    verb = chance.choice(["regenerate", "forget", "rewrite", "ask", "go"])
    if verb == "regenerate":
        talk.regenerate(turn, Sampling(temperature=1.0))
    elif verb == "forget" and talk.place.turns[ids.index(turn)].record is not None:
        talk.forget_turn(turn)
    elif verb == "rewrite" and talk.place.turns[ids.index(turn)].record is not None:
        talk.edit_answer(turn, f"other {chance.random()}")
        talk.rewrite_memory(turn)
    elif verb == "ask":
        engine.ask("and on", Sampling())
    else:
        talk.show_branch(turn)
    os.write(1, f"{len(talk._tree.nodes)} {talk.place.session.memory.sha256}\\n".encode())
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("attempt", range(5))
def test_that_a_killed_process_lost_no_acknowledged_branch_and_all_memories_agree(tmp_path: Path, attempt: int) -> None:
    delay_s = random.Random(attempt).uniform(0.0, 0.4)
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), str(attempt)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    first = child.stdout.readline()
    time.sleep(delay_s)
    child.send_signal(signal.SIGKILL)
    output = (first + child.stdout.read()).decode()
    child.stdout.close()
    assert child.wait() == -signal.SIGKILL
    acknowledged = [line.split() for line in output[: output.rfind("\n")].splitlines()]

    heard: list[Any] = []
    engine = Engine(tmp_path, lambda: FakeLibrary(Behaviour()), heard.append)
    engine.start(None, None)
    (line,) = next(item.conversations for item in heard if isinstance(item, reports.ConversationsListed))
    engine.reopen(line.id)
    talk = engine.dialogue
    nodes = {node.id: node for node in talk._tree.nodes}
    assert len(nodes) >= int(acknowledged[-1][0])
    hashes = set()
    for number in list(nodes):
        talk.go_to(number)
        talk.replay()
        assert heard[-1].check.first_difference is None
        hashes.add(talk.place.session.memory.sha256)
    assert acknowledged[-1][1] in hashes
    assert not [item for item in heard if isinstance(item, reports.Failed)]
    engine.close_store()
