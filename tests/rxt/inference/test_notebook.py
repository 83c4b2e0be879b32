"""The example of the help page runs as it stands there."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from app.engine.exchange.document import ExchangedConversation, ExchangedTurn, to_json

PAGE = Path(__file__).parents[3] / "resources" / "help" / "notebook.md"


def test_that_the_example_for_notebooks_runs_as_it_is_printed() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 6
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102  (of a page of this project)
    assert names["writes"].weights.shape[:2] == (names["model"].memory_shape[0], 1)
    assert names["forgotten"].shape == (3, 3)
    assert [record.turn for record in names["rewritten"].turns] == [0, 1]
    assert names["rewritten"].memories[-1] == names["memory"]
    studied = names["study"](exported(names["model"], names["initial"], names["session"].turns))
    assert studied.is_exact
    assert studied.memories == names["talk"].memories


def exported(model: Any, initial: Any, records: Any) -> bytes:
    """The chat as the window exports it."""
    turns = [
        ExchangedTurn(
            id=record.turn + 1,
            parent=record.turn or None,
            query=record.query,
            answer=record.answer,
            phase="remembered",
            reason=record.reason,
            error="",
            created=time.time(),
            sampling=record.sampling,
            record=record,
        )
        for record in records
    ]
    chat = ExchangedConversation(
        title="Alice",
        model=model.name,
        fingerprint=model.fingerprint,
        shape=initial.shape,
        initial_seed=1,
        initial_memory=initial.sha256,
        memory=initial.to_bytes(),
        origin="",
        origin_turns=0,
        created=time.time(),
        tip=len(turns),
        turns=tuple(turns),
    )
    return to_json(chat)
