"""What the bundled model remembers of everyday conversations that were written without a look at its training.

The first set is older than most of the generator's phrases, and its failures were looked at; the later one was written
when they stood, and its failures were looked at twice, last before the everyday facts were written. The latest is of
what people ask in their first minutes, the one of passing remarks mostly of things that no list of facts has; nobody
has looked at their failures.

make bench ARGS="tests/bench/test_everyday.py"
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.bench

SETS = ("everyday", "everyday_later", "everyday_latest", "everyday_passing")
KINDS = ("told", "never", "changed")
"""Of a question: about a fact told once, about one never told, about one told anew, of which the latest counts."""


def conversations(name: str) -> list[dict[str, Any]]:
    """Those of one set: turns, what is typed; questions with query, kind, and accept, of which one is right."""
    path = Path(__file__).with_name(f"{name}.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", SETS)
def test_that_the_recall_of_everyday_conversations_is_measured(name: str) -> None:
    import rxt
    from rxt.inference.probe import AS_IT_IS, Question, recall
    from rxt.inference.share import Share

    model = rxt.load()
    shares = {kind: Share() for kind in KINDS}
    for conversation in conversations(name):
        session = rxt.Session(model)
        for message in conversation["turns"]:
            list(session.ask(message))
        assert len(session.turns) == len(conversation["turns"])
        asked = conversation["questions"]
        questions = [Question(question["query"], tuple(question["accept"])) for question in asked]
        hits = recall(model, session.memory, questions, controls={})[AS_IT_IS].hits
        for question, hit in zip(asked, hits, strict=True):
            shares[question["kind"]].add(hit)
    numbers: dict[str, float | int | None] = {}
    for kind, share in shares.items():
        low, high = share.interval or (0.0, 1.0)
        numbers |= {f"{kind} right": share.hits, f"{kind} total": share.trials}
        numbers |= {f"{kind} low": round(low, 3), f"{kind} high": round(high, 3)}
    sys.__stdout__.write("\n" + json.dumps({"bench": name, **numbers}) + "\n")  # type: ignore[union-attr]
