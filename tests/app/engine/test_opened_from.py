"""What the analyst says of a chat that began from a saved memory names it so, in files too."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from app.engine.analysis.analyst import ModelAnalyst
from app.engine.analysis.inquiries import (
    AskComparison,
    AskEdited,
    AskHealth,
    AskPaired,
    AskRecording,
    Edit,
    Inquiry,
    TurnMemory,
)
from app.engine.analysis.recording import open_recording
from app.engine.analysis.subject import Subject
from app.models.memory_names import INITIAL
from tests.app.engine.analysis.test_analyst import WHERE, subject
from tests.rxt.inference.finished import BETA


def opened() -> Subject:
    """Two turns after a saved memory."""
    return dataclasses.replace(subject(BETA, 2), opened_from="Knight")


def ask(inquiry: Inquiry) -> Any:
    return ModelAnalyst().answer(inquiry, opened(), lambda: False, lambda share: None)


def test_that_findings_name_the_opened_memory(tmp_path: Path) -> None:
    start = TurnMemory(INITIAL)
    assert ask(AskHealth(0)).sentence.find(" times as long as in the opened memory.") > 0
    assert ask(AskComparison(start, TurnMemory(0))).a_name == "the opened memory"
    assert ask(AskPaired(1, Edit("initial", WHERE))).edit == "3 slots put back to the opened memory"
    made = ask(AskEdited(INITIAL, Edit("zero", WHERE), tmp_path / "made.safetensors", "Made"))
    assert made.label == "The opened memory, 3 slots set to zero"


def test_that_what_was_said_of_a_new_memory_is_not_said_again_of_an_opened_one() -> None:
    assert subject(BETA, 2).lineage(1) == subject(BETA, 2).lineage(1)
    assert opened().lineage(1) != subject(BETA, 2).lineage(1)


def test_that_a_recording_keeps_what_its_chat_started_from(tmp_path: Path) -> None:
    path = tmp_path / "talk.mneme"
    ask(AskRecording(path))
    assert open_recording(path).origin.opened_from == "Knight"
